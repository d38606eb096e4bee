//! Which program listens on a port of this computer.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

#[cfg(not(any(target_os = "linux", windows)))]
mod other;
#[cfg(not(any(target_os = "linux", windows)))]
use other as system;

/// The program's name and process, where the system tells them to this user.
pub(crate) fn program(port: u16) -> Option<String> {
    system::program(port)
}
