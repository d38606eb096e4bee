//! A web server of a few lines, on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What is asked: path and body.
type Answer = Box<dyn FnMut(&str, &[u8]) -> (u16, Vec<u8>) + Send>;

/// The server. It ends with the test's process.
pub(super) struct Server {
    /// Its address, with a slash at the end.
    pub(super) address: String,
    answer: Arc<Mutex<Answer>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server that knows no page yet.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Box::new(|_, _| (404, Vec::new()))));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (for_thread, seen_there) = (answer.clone(), seen.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &for_thread, &seen_there);
            }
        });
        Self { address, answer, seen }
    }

    /// From now on answers this way.
    pub(super) fn answering(&self, answer: impl FnMut(&str, &[u8]) -> (u16, Vec<u8>) + Send + 'static) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(answer);
    }

    /// The paths that were asked for since the last call.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

fn serve(mut stream: TcpStream, answer: &Mutex<Answer>, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    seen.lock().unwrap().push(path.clone());
    let (status, bytes) = answer.lock().unwrap_or_else(PoisonError::into_inner)(&path, &body);
    let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes.len());
    let _ = stream.write_all(&[head.as_bytes(), &bytes].concat());
}
