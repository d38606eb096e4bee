//! Windows' tables of TCP connections, as it writes them: 32-bit words, first the count of rows, then the rows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// `MIB_TCP_STATE`: a socket that waits for others.
pub(crate) const LISTEN: u32 = 2;
/// From a connection that is being made to one whose ends are being closed: processes hold these.
const HELD: std::ops::RangeInclusive<u32> = 3..=10;
/// Rows that are only remembered (`TIME_WAIT`) stand there with the number of no process.
const NOBODY: u32 = 0;

/// Both tables: `MIB_TCPTABLE_OWNER_PID` and `MIB_TCP6TABLE_OWNER_PID`. One that Windows did not tell is empty.
pub(crate) struct Tables {
    pub(crate) v4: Vec<u32>,
    pub(crate) v6: Vec<u32>,
}

impl Tables {
    /// The number of the process at the end `near` of a connection to `far`.
    pub(crate) fn caller(&self, near: SocketAddr, far: SocketAddr) -> Option<u32> {
        let ours = |row: &Row| HELD.contains(&row.state) && same(row.near, near) && same(row.far, far);
        self.held().find(ours).map(|row| row.holder)
    }

    /// The number of the process that listens on a port.
    pub(crate) fn listener(&self, port: u16) -> Option<u32> {
        self.held().find(|row| row.state == LISTEN && row.near.port() == port).map(|row| row.holder)
    }

    fn held(&self) -> impl Iterator<Item = Row> {
        self.rows().filter(|row| row.holder != NOBODY)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> {
        lines::<6>(&self.v4).map(v4_row).chain(lines::<14>(&self.v6).map(v6_row))
    }
}

pub(crate) struct Row {
    pub(crate) state: u32,
    pub(crate) near: SocketAddr,
    /// Means nothing for one that listens.
    pub(crate) far: SocketAddr,
    holder: u32,
}

fn lines<const N: usize>(table: &[u32]) -> impl Iterator<Item = &[u32; N]> {
    let (count, rows) = table.split_first().map_or((0, &[][..]), |(count, rows)| (*count as usize, rows));
    rows.as_chunks::<N>().0.iter().take(count)
}

/// `MIB_TCPROW_OWNER_PID`.
fn v4_row(&[state, near, near_port, far, far_port, holder]: &[u32; 6]) -> Row {
    let end = |ip: u32, port| SocketAddr::new(Ipv4Addr::from(ip.to_le_bytes()).into(), port_of(port));
    Row { state, near: end(near, near_port), far: end(far, far_port), holder }
}

/// `MIB_TCP6ROW_OWNER_PID`: 16 bytes, scope and port of each end, then the state.
fn v6_row(words: &[u32; 14]) -> Row {
    let end = |at: usize| {
        let mut ip = [0; 16];
        for (four, word) in ip.chunks_mut(4).zip(&words[at..]) {
            four.copy_from_slice(&word.to_le_bytes());
        }
        SocketAddr::new(Ipv6Addr::from(ip).into(), port_of(words[at + 5]))
    };
    Row { state: words[12], near: end(0), far: end(6), holder: words[13] }
}

/// The two lower bytes, in the network's order; the upper ones "may contain uninitialized data".
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
    use super::*;

    const ESTABLISHED: u32 = 5;
    const FIN_WAIT_2: u32 = 7;
    const TIME_WAIT: u32 = 11;
    const AGENT: u32 = 4321;
    const BROWSER: u32 = 9876;
    const PORT: u16 = 18651;

    /// Bytes as they lie in the memory of Windows: words there have their lowest byte first.
    fn words(bytes: &[u8]) -> Vec<u32> {
        bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect()
    }

    /// 127.0.0.1 or any, a port in the network's order with rubbish behind it.
    fn v4_end(ip: [u8; 4], port: u16) -> Vec<u8> {
        [&ip[..], &port.to_be_bytes(), &[0xCD, 0xAB]].concat()
    }

    fn v4(state: u32, near: &[u8], far: &[u8], holder: u32) -> Vec<u8> {
        [&state.to_le_bytes(), near, far, &holder.to_le_bytes()].concat()
    }

    fn v6_end(ip: Ipv6Addr, port: u16) -> Vec<u8> {
        [&ip.octets()[..], &[0; 4], &port.to_be_bytes(), &[0xCD, 0xAB]].concat()
    }

    fn v6(state: u32, near: &[u8], far: &[u8], holder: u32) -> Vec<u8> {
        [near, far, &state.to_le_bytes(), &holder.to_le_bytes()].concat()
    }

    fn table(rows: &[Vec<u8>]) -> Vec<u32> {
        let count = u32::try_from(rows.len()).unwrap();
        words(&[&count.to_le_bytes()[..], &rows.concat()].concat())
    }

    /// A listener, a connection with both its ends, one of an earlier minute, and another program's to another port.
    fn tables() -> Tables {
        let at = |port| v4_end([127, 0, 0, 1], port);
        let at6 = |port| v6_end(Ipv6Addr::LOCALHOST, port);
        let none = v4_end([0; 4], 0);
        let v4 = [
            v4(LISTEN, &at(PORT), &none, AGENT),
            v4(TIME_WAIT, &at(50000), &at(PORT), 0),
            v4(ESTABLISHED, &at(PORT), &at(50001), AGENT),
            v4(ESTABLISHED, &at(50001), &at(PORT), BROWSER),
            v4(ESTABLISHED, &at(50002), &at(443), 7),
            v4(FIN_WAIT_2, &at(50003), &at(PORT), 8),
        ];
        let v6 = [
            v6(LISTEN, &at6(PORT), &v6_end(Ipv6Addr::UNSPECIFIED, 0), AGENT),
            v6(ESTABLISHED, &at6(PORT), &at6(50001), AGENT),
            v6(ESTABLISHED, &at6(50001), &at6(PORT), BROWSER + 1),
        ];
        Tables { v4: table(&v4), v6: table(&v6) }
    }

    fn v4_at(port: u16) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    }

    fn v6_at(port: u16) -> SocketAddr {
        SocketAddr::from((Ipv6Addr::LOCALHOST, port))
    }

    #[test]
    fn a_row_of_windows_is_read_as_its_documents_say() {
        // MIB_TCPROW_OWNER_PID of 127.0.0.1:50001 to 127.0.0.1:18651 (C3 51, 48 DB), established, process 9876.
        let row = words(&[
            1, 0, 0, 0, 5, 0, 0, 0, 127, 0, 0, 1, 0xC3, 0x51, 0, 0, 127, 0, 0, 1, 0x48, 0xDB, 0, 0, 0x94, 0x26, 0, 0,
        ]);
        let tables = Tables { v4: row, v6: Vec::new() };
        assert_eq!(tables.caller(v4_at(50001), v4_at(18651)), Some(9876));
    }

    #[test]
    fn the_far_end_is_found_in_the_table_of_its_kind_and_our_own_is_not_taken_for_it() {
        let tables = tables();
        assert_eq!(tables.caller(v4_at(50001), v4_at(PORT)), Some(BROWSER));
        assert_eq!(tables.caller(v6_at(50001), v6_at(PORT)), Some(BROWSER + 1), "the same ports on ::1 are another's");
        assert_eq!(tables.caller(v4_at(PORT), v4_at(50001)), Some(AGENT));
        assert_eq!(tables.caller(v4_at(50003), v4_at(PORT)), Some(8), "one that has said all it wants to say");
        let mapped = |port| SocketAddr::from((Ipv4Addr::LOCALHOST.to_ipv6_mapped(), port));
        assert_eq!(tables.caller(mapped(50001), mapped(PORT)), Some(BROWSER));
    }

    #[test]
    fn who_is_not_connected_to_us_is_nobody() {
        let tables = tables();
        assert_eq!(tables.caller(v4_at(50000), v4_at(PORT)), None, "the system remembers it, nobody holds it");
        assert_eq!(tables.caller(v4_at(50002), v4_at(PORT)), None, "connected to something else");
        assert_eq!(tables.caller(v6_at(50003), v6_at(PORT)), None, "of the other kind");
        assert_eq!(tables.caller(v4_at(0xC351_u16.swap_bytes()), v4_at(PORT)), None, "a port the other way round");
        let empty = Tables { v4: Vec::new(), v6: vec![0] };
        assert_eq!(empty.caller(v4_at(50001), v4_at(PORT)), None);
    }

    #[test]
    fn listeners_are_found_by_their_port() {
        let tables = tables();
        assert_eq!(tables.listener(PORT), Some(AGENT));
        let only_v6 = Tables { v4: vec![0], ..tables };
        assert_eq!(only_v6.listener(PORT), Some(AGENT));
        assert_eq!(only_v6.listener(50001), None, "a connection is no listener");
    }

    #[test]
    fn rows_beyond_the_count_and_halves_of_rows_are_not_read() {
        let mut tables = tables();
        tables.v4[0] = 3;
        assert_eq!(tables.caller(v4_at(50001), v4_at(PORT)), None);
        tables.v4[0] = u32::MAX;
        tables.v4.truncate(1 + 6 * 4 - 1);
        assert_eq!(tables.caller(v4_at(50001), v4_at(PORT)), None);
        assert_eq!(tables.caller(v4_at(PORT), v4_at(50001)), Some(AGENT));
    }
}
