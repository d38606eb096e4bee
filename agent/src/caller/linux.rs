//! Linux: `/proc/net/tcp` and `tcp6` list every connection with its user (proc(5)).

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt;

use super::Caller;

pub(super) fn caller(remote: SocketAddr, local: SocketAddr) -> Caller {
    let ours = fs::metadata("/proc/self").map(|facts| facts.uid());
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    // Their end is listed with their address as the local one.
    let theirs = tables.iter().find_map(|table| user(&fs::read_to_string(table).ok()?, remote, local));
    match (ours, theirs) {
        (Ok(ours), Some(theirs)) if ours == theirs => Caller::Same,
        _ => Caller::Other,
    }
}

/// The user of the connection from `near` to `far` in a table. The text is searched as it stands: with a thousand
/// connections there, taking every line apart for each of them would keep others waiting.
fn user(table: &str, near: SocketAddr, far: SocketAddr) -> Option<u32> {
    let spellings = |address: SocketAddr| [Some(spelt(address)), mapped(address).map(spelt)].into_iter().flatten();
    spellings(near).zip(spellings(far)).find_map(|(near, far)| {
        let ends = format!(": {near} {far} ");
        let rest = &table[table.find(&ends)? + ends.len()..];
        // state, queues, timer and retransmissions stand before the user
        rest.split_whitespace().nth(4)?.parse().ok()
    })
}

/// `0100007F:48DB`: 32-bit words in the machine's order, and the port.
fn spelt(address: SocketAddr) -> String {
    let word = |bytes: &[u8]| u32::from_ne_bytes(bytes.try_into().expect("words have four bytes"));
    let ip = match address.ip() {
        IpAddr::V4(ip) => format!("{:08X}", word(&ip.octets())),
        IpAddr::V6(ip) => ip.octets().chunks(4).map(|bytes| format!("{:08X}", word(bytes))).collect(),
    };
    format!("{ip}:{:04X}", address.port())
}

/// An IPv4 address as the table of IPv6 writes it.
fn mapped(address: SocketAddr) -> Option<SocketAddr> {
    match address.ip() {
        IpAddr::V4(ip) => Some(SocketAddr::new(IpAddr::V6(ip.to_ipv6_mapped()), address.port())),
        IpAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:48DB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1
   1: 0100007F:D431 0100007F:48DB 01 00000000:00000000 00:00000000 00000000  1001        0 12346 1
   2: 0100007F:48DB 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 12347 1
   3: 0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000100007F:48DB 01 0:0 0:0 0  1002 0 1 1
";

    #[test]
    fn the_other_end_is_found_and_our_own_is_not_taken_for_it() {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!(user(TABLE, at(54321), at(18651)), Some(1001));
        assert_eq!(user(TABLE, at(18651), at(54321)), Some(1000));
        assert_eq!(user(TABLE, at(80), at(18651)), Some(1002), "an IPv4 connection in the table of IPv6");
        assert_eq!(user(TABLE, at(54322), at(18651)), None);
    }

    #[test]
    fn addresses_of_both_kinds_are_spelt() {
        assert_eq!(spelt(SocketAddr::from(([127, 0, 0, 1], 18651))), "0100007F:48DB");
        assert_eq!(spelt(SocketAddr::from((Ipv6Addr::LOCALHOST, 80))), "00000000000000000000000001000000:0050");
    }
}
