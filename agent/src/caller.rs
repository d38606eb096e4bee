//! Whose program knocks: the operating system knows the user of the other end of a local connection.

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

use std::net::SocketAddr;

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The user that runs this program.
    Same,
    /// Another user of this machine, or nobody that the system can name.
    Other,
}

/// Who holds the end `remote` of a connection to our end `local`.
pub(crate) fn of(remote: SocketAddr, local: SocketAddr) -> Caller {
    if !remote.ip().is_loopback() {
        return Caller::Other;
    }
    system::caller(remote, local)
}
