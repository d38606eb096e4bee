//! A running `bidseal agent`, and the person at its terminal.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::page::Page;
use crate::support::{Desk, PIN, Run, Terminal};

/// The agent of a desk.
pub(super) struct Service {
    pub(super) terminal: Terminal,
    pub(super) port: u16,
    _ends: Ends,
}

/// Ends the agent with the test, however the test ends.
struct Ends(u32);

impl Drop for Ends {
    fn drop(&mut self) {
        let pid = i32::try_from(self.0).ok().and_then(rustix::process::Pid::from_raw);
        // One that has ended already needs nothing.
        let _ = pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::KILL));
    }
}

/// An answer of its HTTP side.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The code of a refusal.
    pub(super) fn code(&self) -> String {
        self.json()["error"]["data"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Service {
    /// Starts it and waits until it listens.
    pub(super) fn start(desk: &Desk, options: &[&str]) -> Self {
        Self::begin(desk, &words(options))
    }

    /// The same with words for people beside its questions.
    pub(super) fn start_in_words(desk: &Desk, options: &[&str]) -> Self {
        Self::begin(desk, &[&["agent", "--port", "0"], options].concat())
    }

    fn begin(desk: &Desk, words: &[&str]) -> Self {
        let terminal = Terminal::open(desk, words);
        let port = listening(desk);
        let note: Value = serde_json::from_slice(&fs::read(desk.file("home/agent.json")).unwrap()).unwrap();
        let ends = Ends(u32::try_from(note["pid"].as_u64().unwrap()).unwrap());
        Self { terminal, port, _ends: ends }
    }

    /// Starts it among mounts of its own; with the folder in which its home is seen from here.
    pub(super) fn prepared(desk: &Desk, prepare: &str, options: &[&str]) -> (Self, PathBuf) {
        let terminal = Terminal::prepared(desk, prepare, &words(options));
        let port = listening(desk);
        let pid = fs::read_to_string(desk.file("pid")).unwrap().trim().parse().unwrap();
        let home = PathBuf::from(format!("/proc/{pid}/root{}", desk.file("home").display()));
        (Self { terminal, port, _ends: Ends(pid) }, home)
    }

    pub(super) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// A socket to it that does not wait for ever.
    pub(super) fn socket(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends bytes and reads the answer to the end of the connection.
    pub(super) fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.socket();
        // It may refuse before everything is written.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        parse(&answer)
    }

    /// One request with these header lines; `Host` is right unless one of them is another.
    pub(super) fn request(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head += &format!("Host: 127.0.0.1:{}\r\n", self.port);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        self.raw(&[head.as_bytes(), b"\r\n", body].concat())
    }

    /// A WebSocket handshake that a page's browser would send.
    pub(super) fn handshake(&self, headers: &[(&str, &str)]) -> Answer {
        let usual = [
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Sec-WebSocket-Protocol", "bidseal.v1"),
        ];
        let mut head = String::from("GET /v1 HTTP/1.1\r\nConnection: Upgrade\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head += &format!("Host: 127.0.0.1:{}\r\n", self.port);
        }
        let usual = usual.iter().filter(|(name, _)| !headers.iter().any(|(other, _)| other == name));
        for (name, value) in usual.chain(headers).filter(|(_, value)| !value.is_empty()) {
            head += &format!("{name}: {value}\r\n");
        }
        let mut stream = self.socket();
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
        // What is granted goes on as a socket; what is refused is whole when its JSON is.
        let granted = |answer: &[u8]| answer.starts_with(b"HTTP/1.1 101") && answer.ends_with(b"\r\n\r\n");
        while !answer.ends_with(b"}") && !granted(&answer) {
            match stream.read(&mut piece) {
                Ok(0) | Err(_) => break,
                Ok(read) => answer.extend_from_slice(&piece[..read]),
            }
        }
        parse(&answer)
    }

    /// A page that is connected, and not let in yet.
    pub(super) fn page(&self, origin: &str) -> Page {
        Page::open(self.port, origin)
    }

    /// Says yes to the question on the terminal and types the PIN; gives what was shown.
    pub(super) fn agree(&mut self) -> String {
        let shown = self.terminal.read_until("[y/N]");
        self.terminal.type_line("y");
        self.terminal.read_until(": ");
        self.terminal.type_line(PIN);
        shown
    }

    /// Says yes to a question for which no PIN is needed; gives what was shown.
    pub(super) fn nod(&mut self) -> String {
        let shown = self.terminal.read_until("[y/N]");
        self.terminal.type_line("y");
        shown
    }

    /// Ctrl-C.
    pub(super) fn stop(mut self) -> (Run, String) {
        self.terminal.type_keys("\u{3}");
        self.terminal.end_with_screen()
    }
}

fn words<'a>(options: &[&'a str]) -> Vec<&'a str> {
    [&["agent", "--port", "0", "--json"], options].concat()
}

/// Waits until it listens; gives the port.
fn listening(desk: &Desk) -> u16 {
    let begun = Instant::now();
    loop {
        let line = fs::read_to_string(desk.file("stdout")).unwrap_or_default();
        let digits = line.split_once("port").map(|(_, rest)| rest.split(|one: char| !one.is_ascii_digit()));
        if let Some(port) =
            digits.filter(|_| line.ends_with('\n')).and_then(|mut parts| parts.find_map(|part| part.parse().ok()))
        {
            return port;
        }
        let errors = fs::read_to_string(desk.file("stderr")).unwrap_or_default();
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not listen: {line}{errors}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn parse(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head, body: answer.get(end + 4..).unwrap_or_default().to_vec() }
}
