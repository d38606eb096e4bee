//! The tables of TCP connections, each with the process that holds it.

use std::io;
use std::net::SocketAddr;
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedTcpTable, MIB_TCP_STATE_LISTEN, TCP_TABLE_OWNER_PID_ALL,
};
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};

use crate::processes::Process;
use crate::table::{self, Tables};

/// Connections come while we ask how many there are.
const TRIES: usize = 5;
const _: () = assert!(table::LISTEN == MIB_TCP_STATE_LISTEN.cast_unsigned());

/// The process at the end `near` of a connection to `far`.
#[must_use]
pub fn caller(near: SocketAddr, far: SocketAddr) -> Option<Process> {
    tables().caller(near, far).map(Process::numbered)
}

/// The process that listens on a port.
#[must_use]
pub fn listener(port: u16) -> Option<Process> {
    tables().listener(port).map(Process::numbered)
}

fn tables() -> Tables {
    Tables { v4: read(AF_INET).unwrap_or_default(), v6: read(AF_INET6).unwrap_or_default() }
}

/// A table as 32-bit words.
fn read(family: u16) -> io::Result<Vec<u32>> {
    let mut bytes = 0;
    let mut words: Vec<u32> = Vec::new();
    for _ in 0..TRIES {
        let place = if words.is_empty() { ptr::null_mut() } else { words.as_mut_ptr().cast() };
        // SAFETY: `bytes` is the length of the room at `place`, 0 when there is none yet.
        let told =
            unsafe { GetExtendedTcpTable(place, &raw mut bytes, 0, u32::from(family), TCP_TABLE_OWNER_PID_ALL, 0) };
        match told {
            NO_ERROR => return Ok(words),
            ERROR_INSUFFICIENT_BUFFER => words = vec![0; (bytes as usize).div_ceil(size_of::<u32>()) + 1],
            other => return Err(io::Error::from_raw_os_error(other.cast_signed())),
        }
        bytes = u32::try_from(words.len() * size_of::<u32>()).unwrap_or(u32::MAX);
    }
    Err(io::ErrorKind::Interrupted.into())
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};

    use super::*;

    fn loopbacks() -> [IpAddr; 2] {
        [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
    }

    #[test]
    fn both_ends_of_a_connection_and_its_listener_are_this_very_process() {
        for ip in loopbacks() {
            let listening = TcpListener::bind((ip, 0)).unwrap();
            let far = listening.local_addr().unwrap();
            let stream = TcpStream::connect(far).unwrap();
            let near = stream.local_addr().unwrap();
            // Wine 8 does not name the holders of sockets: this holds on Windows alone.
            assert_eq!(caller(near, far), Some(Process::this()), "{ip}");
            assert_eq!(listener(far.port()), Some(Process::this()), "{ip}");
        }
    }

    #[test]
    fn both_ends_of_a_connection_and_its_listener_stand_in_the_tables() {
        for ip in loopbacks() {
            let listening = TcpListener::bind((ip, 0)).unwrap();
            let far = listening.local_addr().unwrap();
            let stream = TcpStream::connect(far).unwrap();
            let _accepted = listening.accept().unwrap();
            let near = stream.local_addr().unwrap();
            let tables = tables();
            let stands = |one, other| {
                let is = |row: &table::Row| (row.state, row.near, row.far) == (5, one, other);
                tables.rows().any(|row| is(&row))
            };
            assert!(stands(near, far) && stands(far, near), "{ip}: established");
            assert!(tables.rows().any(|row| row.state == table::LISTEN && row.near == far), "{ip}: listens");
        }
    }

    #[test]
    fn who_is_not_connected_is_nobody() {
        let listening = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listening.local_addr().unwrap();
        assert_eq!(caller(SocketAddr::new(address.ip(), 1), address), None);
        drop(listening);
        assert_eq!(listener(address.port()), None);
    }
}
