//! What a server may do to us: nothing but answer, in time and in size.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::thread;

use fetch::{Body, Fetch, FetchError, Http, Order, Url};

/// A server on loopback that answers each connection by `answer`, until the test ends. Gives its address.
fn server(at: &str, answer: impl Fn(&str, &[u8], &mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind((at, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (line, body) = request(&mut stream);
            answer(&line, &body, &mut stream);
        }
    });
    format!("http://{address}/")
}

fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
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
    (first, body)
}

fn say(stream: &mut TcpStream, status: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
}

/// With more time than any answer needs that comes at all, also on a machine with much else to do.
fn get(http: Http, url: &str) -> Result<Vec<u8>, FetchError> {
    get_within(20, http, url)
}

fn get_within(seconds: u64, http: Http, url: &str) -> Result<Vec<u8>, FetchError> {
    let url = Url::parse(url).unwrap();
    http.fetch(&Order { url: &url, body: None, limit: 1000, seconds })
}

const ANY: Http = Http::new(true);

#[test]
fn an_answer_is_fetched_and_a_question_is_sent() {
    let echo = server("127.0.0.1", |line, body, stream| say(stream, "200 OK", &[line.as_bytes(), body].concat()));
    assert_eq!(get(ANY, &echo).unwrap(), b"GET / HTTP/1.1\r\n");
    let url = Url::parse(&echo).unwrap();
    let body = Body { media_type: "application/ocsp-request", bytes: b"\x30\x00?" };
    let sent = ANY.fetch(&Order { url: &url, body: Some(body), limit: 1000, seconds: 20 });
    assert_eq!(sent.unwrap(), b"POST / HTTP/1.1\r\n\x30\x00?");
}

#[test]
fn private_addresses_and_this_computer_are_refused_by_any_name() {
    let here = server("127.0.0.1", |_, _, stream| say(stream, "200 OK", b"secret"));
    let port = here.trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"] {
        let refused = get(Http::new(false), &format!("http://{host}:{port}/"));
        assert!(matches!(refused, Err(FetchError::Private { .. })), "{host}: {refused:?}");
    }
}

#[test]
fn a_redirection_leads_to_no_address_that_could_not_be_asked_itself() {
    let inner = server("127.0.0.1", |_, _, stream| say(stream, "200 OK", b"secret"));
    let outer = server("127.0.0.2", move |line, _, stream| {
        let to = if line.contains("/in") { inner.clone() } else { "/out".into() };
        if line.contains("/out") {
            say(stream, "200 OK", b"public");
        } else {
            say(stream, &format!("302 Found\r\nLocation: {to}"), b"");
        }
    });
    let second_only = Http::with_rule(|address| address == IpAddr::from([127, 0, 0, 2]));
    assert_eq!(get(second_only, &outer).unwrap(), b"public");
    let refused = get(second_only, &format!("{outer}in"));
    assert_eq!(refused, Err(FetchError::Private { host: "127.0.0.1".into() }));
}

#[test]
fn a_redirection_to_another_scheme_or_in_a_circle_ends() {
    let circle = server("127.0.0.1", |_, _, stream| say(stream, "302 Found\r\nLocation: /again", b""));
    assert!(matches!(get(ANY, &circle), Err(FetchError::Unreachable { .. })));
    let file = server("127.0.0.1", |_, _, stream| say(stream, "302 Found\r\nLocation: file:///etc/passwd", b""));
    assert!(matches!(get(ANY, &file), Err(FetchError::Unreachable { .. } | FetchError::Status { .. })));
}

#[test]
fn an_answer_is_bounded_in_size_and_in_time() {
    let large = server("127.0.0.1", |_, _, stream| say(stream, "200 OK", &[0; 1001]));
    assert_eq!(get(ANY, &large), Err(FetchError::TooLarge { limit: 1000 }));
    let endless = server("127.0.0.1", |_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[0; 4096]).is_ok() {}
    });
    assert_eq!(get(ANY, &endless), Err(FetchError::TooLarge { limit: 1000 }));
    let silent = server("127.0.0.1", |_, _, stream| drop(stream.read(&mut [0; 1])));
    assert_eq!(get_within(1, ANY, &silent), Err(FetchError::Slow { seconds: 1 }));
    let dripping = server("127.0.0.1", |_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
        while stream.write_all(b".").is_ok() {
            thread::sleep(std::time::Duration::from_millis(20));
        }
    });
    assert_eq!(get_within(1, ANY, &dripping), Err(FetchError::Slow { seconds: 1 }));
}

#[test]
fn errors_of_the_server_and_of_the_network_are_told_apart() {
    let sorry = server("127.0.0.1", |_, _, stream| say(stream, "503 Service Unavailable", b"later"));
    assert_eq!(get(ANY, &sorry), Err(FetchError::Status { status: 503 }));
    let garbage = server("127.0.0.1", |_, _, stream| drop(stream.write_all(b"SSH-2.0-x\r\n\r\n")));
    assert!(matches!(get(ANY, &garbage), Err(FetchError::Unreachable { .. })));
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(get(ANY, &format!("http://{nobody}/")), Err(FetchError::Unreachable { .. })));
    let plain = server("127.0.0.1", |_, _, stream| say(stream, "200 OK", b"plain")).replace("http:", "https:");
    assert!(matches!(get_within(1, ANY, &plain), Err(FetchError::Unreachable { .. } | FetchError::Slow { .. })));
}
