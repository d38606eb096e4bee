//! W3C WebDriver over HTTP: one request, one answer.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

use crate::session::PATIENCE;

/// The value of an answer; none for an error.
pub(crate) fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> Option<Value> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).ok()?;
    let answer = read_answer(&mut stream)?;
    let value: Value = serde_json::from_slice(&answer.1).ok()?;
    if answer.0 { Some(value["value"].clone()) } else { None }
}

/// Whether the status is 200, and the body, whose length the head tells.
fn read_answer(stream: &mut TcpStream) -> Option<(bool, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 65536];
    loop {
        let end = bytes.windows(4).position(|four: &[u8]| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.split("content-length:").nth(1)?.lines().next()?.trim().parse::<usize>().ok()?;
            if bytes.len() >= end + 4 + length {
                return Some((head.starts_with("http/1.1 200"), bytes[end + 4..end + 4 + length].to_vec()));
            }
        }
        match stream.read(&mut piece).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&piece[..read]),
        }
    }
}
