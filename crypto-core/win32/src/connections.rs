//! The tables of TCP connections, each with the process that holds it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedTcpTable, MIB_TCP_STATE_LISTEN, TCP_TABLE_OWNER_PID_ALL,
};
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};

use crate::processes::Process;

/// Connections come while we ask how many there are.
const TRIES: usize = 5;

/// The process at the end `near` of a connection to `far`.
#[must_use]
pub fn caller(near: SocketAddr, far: SocketAddr) -> Option<Process> {
    let row = rows().find(|row| same(row.near, near) && row.far.is_some_and(|end| same(end, far)))?;
    Some(row.holder)
}

/// The process that listens on a port.
#[must_use]
pub fn listener(port: u16) -> Option<Process> {
    rows().find(|row| row.far.is_none() && row.near.port() == port).map(|row| row.holder)
}

/// One end of a connection on this computer; one that listens has no other.
struct Row {
    near: SocketAddr,
    far: Option<SocketAddr>,
    holder: Process,
}

fn rows() -> impl Iterator<Item = Row> {
    let v4 = table(AF_INET).unwrap_or_default();
    let v6 = table(AF_INET6).unwrap_or_default();
    let v4: Vec<_> = lines::<6>(&v4).map(v4_row).collect();
    v4.into_iter().chain(lines::<14>(&v6).map(v6_row).collect::<Vec<_>>())
}

/// A table as 32-bit words: their count of rows, then the rows.
fn table(family: u16) -> io::Result<Vec<u32>> {
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

fn lines<const N: usize>(table: &[u32]) -> impl Iterator<Item = [u32; N]> {
    let (count, rows) = table.split_first().map_or((0, &[][..]), |(count, rows)| (*count as usize, rows));
    rows.as_chunks::<N>().0.iter().take(count).copied()
}

/// `MIB_TCPROW_OWNER_PID`.
fn v4_row([state, near, near_port, far, far_port, holder]: [u32; 6]) -> Row {
    let end = |ip: u32, port| SocketAddr::new(Ipv4Addr::from(ip.to_ne_bytes()).into(), port_of(port));
    row(state, end(near, near_port), end(far, far_port), holder)
}

/// `MIB_TCP6ROW_OWNER_PID`: 16 bytes, scope and port of each end, then the state.
fn v6_row(words: [u32; 14]) -> Row {
    let end = |at: usize| {
        let mut ip = [0; 16];
        for (four, word) in ip.chunks_mut(4).zip(&words[at..]) {
            four.copy_from_slice(&word.to_ne_bytes());
        }
        SocketAddr::new(Ipv6Addr::from(ip).into(), port_of(words[at + 5]))
    };
    row(words[12], end(0), end(6), words[13])
}

fn row(state: u32, near: SocketAddr, far: SocketAddr, holder: u32) -> Row {
    let listens = state == MIB_TCP_STATE_LISTEN.cast_unsigned();
    Row { near, far: (!listens).then_some(far), holder: Process::numbered(holder) }
}

/// The two lower bytes, in the network's order.
const fn port_of(word: u32) -> u16 {
    let [high, low, ..] = word.to_le_bytes();
    u16::from_be_bytes([high, low])
}

/// Equal as far as a connection goes: an IPv4 address may be written as one of IPv6.
fn same(one: SocketAddr, other: SocketAddr) -> bool {
    let plain = |ip: IpAddr| ip.to_canonical();
    one.port() == other.port() && plain(one.ip()) == plain(other.ip())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

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
    fn who_is_not_connected_is_nobody() {
        let listening = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listening.local_addr().unwrap();
        assert_eq!(caller(SocketAddr::new(address.ip(), 1), address), None);
        drop(listening);
        assert_eq!(listener(address.port()), None);
    }
}
