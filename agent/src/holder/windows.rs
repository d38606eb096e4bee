//! Windows: its table of listeners names the process, and that its program.

pub(super) fn program(port: u16) -> Option<String> {
    let process = win32::listener(port)?;
    let program = process.program().ok()?;
    let name = program.file_name()?.to_string_lossy();
    Some(format!("{} ({})", client::printable(&name), process.number()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_test_is_named_as_the_holder_of_its_port() {
        let listening = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listening.local_addr().unwrap().port();
        let named = program(port).unwrap();
        assert!(named.ends_with(&format!(".exe ({})", std::process::id())), "{named}");
        drop(listening);
        assert_eq!(program(port), None);
    }
}
