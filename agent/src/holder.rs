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

#[cfg(all(test, any(target_os = "linux", windows)))]
mod tests {
    use super::*;

    #[test]
    fn this_very_test_is_named_as_the_holder_of_its_port() {
        let listening = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listening.local_addr().unwrap().port();
        let named = program(port).unwrap();
        assert!(named.ends_with(&format!("({})", std::process::id())), "{named}");
        drop(listening);
        assert_eq!(program(port), None);
    }
}
