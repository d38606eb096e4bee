//! A web page, as far as the agent sees it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{
    Message, WebSocket, client::IntoClientRequest, handshake::client::generate_key, http::HeaderValue,
};

pub(super) const PORTAL: &str = "https://portal.example";
const SLICE: usize = 8 << 20;

/// A connected page.
pub(super) struct Page {
    socket: WebSocket<TcpStream>,
    port: u16,
    next: u64,
}

impl Page {
    pub(super) fn open(port: u16) -> Self {
        let stream = connect(port);
        let mut request = format!("ws://127.0.0.1:{port}/v1").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Origin", HeaderValue::from_static(PORTAL));
        headers.insert("Sec-WebSocket-Protocol", HeaderValue::from_static("bidseal.v1"));
        headers.insert("Sec-WebSocket-Key", HeaderValue::from_str(&generate_key()).unwrap());
        let (socket, _) = tokio_tungstenite::tungstenite::client(request, stream).unwrap();
        Self { socket, port, next: 1 }
    }

    pub(super) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let call = json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params});
        self.socket.send(Message::text(call.to_string())).unwrap();
        loop {
            let Message::Text(text) = self.socket.read().unwrap() else { continue };
            let mut value: Value = serde_json::from_str(&text).unwrap();
            if value.get("method").is_none() {
                assert!(value["error"].is_null(), "{method}: {value}");
                return value["result"].take();
            }
        }
    }

    pub(super) fn upload(&mut self, name: &str, bytes: &[u8]) -> Value {
        let opened = self.call("document.open", &json!({"name": name, "length": bytes.len()}));
        put(&mut connect(self.port), self.port, &opened, 0, bytes, bytes.len() as u64);
        opened["id"].clone()
    }

    pub(super) fn upload_file(&mut self, input: &Path) -> Value {
        let length = fs::metadata(input).unwrap().len();
        let opened = self.call("document.open", &json!({"name": "input", "length": length}));
        let (mut stream, mut at) = (connect(self.port), 0);
        for slice in slices(input) {
            put(&mut stream, self.port, &opened, at, &slice, length);
            at += slice.len() as u64;
        }
        opened["id"].clone()
    }

    pub(super) fn download(&self, document: &Value, output: &Path) {
        let mut stream = connect(self.port);
        let request = format!("{}Connection: close\r\n\r\n", head_of("GET", self.port, document));
        stream.write_all(request.as_bytes()).unwrap();
        let mut reader = BufReader::with_capacity(1 << 20, stream);
        let length = head(&mut reader);
        assert_eq!(std::io::copy(&mut reader, &mut File::create(output).unwrap()).unwrap(), length);
    }
}

/// The slices of a file, the next one read while one is sent, as the processes of a browser do.
fn slices(input: &Path) -> Receiver<Vec<u8>> {
    let (ready, slices) = sync_channel(1);
    let mut file = File::open(input).unwrap();
    std::thread::spawn(move || {
        loop {
            let mut slice = Vec::with_capacity(SLICE);
            let read = Read::by_ref(&mut file).take(SLICE as u64).read_to_end(&mut slice).unwrap();
            if read == 0 || ready.send(slice).is_err() {
                return;
            }
        }
    });
    slices
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn head_of(method: &str, port: u16, document: &Value) -> String {
    let (path, ticket) = (document["path"].as_str().unwrap(), document["ticket"].as_str().unwrap());
    format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {PORTAL}\r\nAuthorization: Bearer {ticket}\r\n"
    )
}

/// Sends one slice and waits for its answer; the connection stays.
fn put(stream: &mut TcpStream, port: u16, opened: &Value, from: u64, bytes: &[u8], length: u64) {
    let last = from + bytes.len() as u64 - 1;
    let range = format!("Content-Range: bytes {from}-{last}/{length}\r\nContent-Length: {}\r\n\r\n", bytes.len());
    stream.write_all((head_of("PUT", port, opened) + &range).as_bytes()).unwrap();
    stream.write_all(bytes).unwrap();
    let mut reader = BufReader::new(&*stream);
    let length = head(&mut reader);
    let mut body = vec![0; usize::try_from(length).unwrap()];
    reader.read_exact(&mut body).unwrap();
}

/// Reads the head of a good answer and gives the length of its body.
fn head(reader: &mut impl BufRead) -> u64 {
    let (mut length, mut first) = (0, String::new());
    reader.read_line(&mut first).unwrap();
    assert!(first.contains(" 200 "), "{first}");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap()
            }
            Some(_) => {}
            None => return length,
        }
    }
}
