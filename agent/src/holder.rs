//! Which program listens on a port of this computer.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
use other as system;

/// The program's name and process, where the system tells them to this user.
pub(crate) fn program(port: u16) -> Option<String> {
    system::program(port)
}
