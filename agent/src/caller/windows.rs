//! Windows: its table of connections names the process at each end, and a process its user.

use std::net::SocketAddr;

use win32::Process;

use super::Caller;

pub(super) fn caller(remote: SocketAddr, local: SocketAddr) -> Caller {
    // Their end is listed with their address as the near one.
    let theirs = win32::caller(remote, local);
    if theirs.is_some_and(Process::is_of_this_user) { Caller::Same } else { Caller::Other }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_connection_of_this_user_is_known_and_one_that_is_not_there_is_not() {
        let listening = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let local = listening.local_addr().unwrap();
        let stream = TcpStream::connect(local).unwrap();
        assert_eq!(caller(stream.local_addr().unwrap(), local), Caller::Same);
        assert_eq!(caller(SocketAddr::new(local.ip(), 1), local), Caller::Other);
    }
}
