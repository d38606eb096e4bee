//! Where the agent listens: this computer's own addresses, on the first port of the list that is free.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use client::{Code, Failure};

/// The sockets of one port.
pub(crate) struct Bound {
    pub(crate) port: u16,
    pub(crate) listeners: Vec<TcpListener>,
}

/// Takes the first port that is free. Port 0 takes any.
///
/// # Errors
/// [`Code::AgentPorts`] when none is.
pub(crate) fn bind(ports: &[u16]) -> Result<Bound, Failure> {
    for port in ports {
        match bind_port(*port) {
            Ok(bound) => return Ok(bound),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(Failure::new(Code::AgentFailed).with("reason", client::system_reason(&error))),
        }
    }
    let list = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    let holder = ports.first().and_then(|port| holder(*port)).unwrap_or_else(|| "not_known".to_owned());
    Err(Failure::new(Code::AgentPorts).with("ports", list).with("holder", holder))
}

fn bind_port(port: u16) -> io::Result<Bound> {
    let four = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let port = four.local_addr()?.port();
    let mut listeners = vec![four];
    // `localhost` is ::1 first for some programs; a machine without IPv6 has none.
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
        Ok(six) => listeners.push(six),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
        Err(_) => {}
    }
    listeners.iter().try_for_each(|listener| listener.set_nonblocking(true))?;
    Ok(Bound { port, listeners })
}

/// Who holds a port: the program by the system's word, else the name that it gives itself.
pub(crate) fn holder(port: u16) -> Option<String> {
    crate::holder::program(port).or_else(|| answering(port))
}

/// What answers on a port: the name that it gives in its `Server` header or as its product.
fn answering(port: u16) -> Option<String> {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(500)).ok()?;
    stream.set_read_timeout(Some(Duration::from_millis(500))).ok()?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    // A holder that never ends its answer has said enough by then.
    let _ = stream.take(4096).read_to_end(&mut answer);
    named(&String::from_utf8_lossy(&answer))
}

fn named(answer: &str) -> Option<String> {
    if answer.contains("\"product\":\"bidseal\"") {
        return Some("Bidseal".to_owned());
    }
    let server = answer.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("server").then(|| client::printable(value.trim()))
    });
    server.filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_port_is_taken_when_the_first_is_not_free() {
        let squatter = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = squatter.local_addr().unwrap().port();
        let bound = bind(&[taken, 0]).unwrap();
        assert_ne!(bound.port, taken);
        assert!(bound.listeners.iter().all(|listener| listener.local_addr().unwrap().ip().is_loopback()));
        assert_eq!(bind(&[taken]).err().map(|failure| failure.code()), Some(Code::AgentPorts));
    }

    #[test]
    fn a_holder_is_named_by_what_it_says() {
        assert_eq!(named("HTTP/1.1 200 OK\r\nServer: Other/1.0\r\n\r\n").as_deref(), Some("Other/1.0"));
        assert_eq!(
            named("HTTP/1.1 200 OK\r\n\r\n{\"product\":\"bidseal\",\"protocol\":1}").as_deref(),
            Some("Bidseal")
        );
        assert_eq!(named("HTTP/1.1 200 OK\r\n\r\n"), None);
    }
}
