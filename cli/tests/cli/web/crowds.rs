//! Many clients, slow ones, broken ones: the agent goes on answering the others.

use std::{
    fs,
    io::Write,
    net::TcpStream,
    time::{Duration, Instant},
};

use algo::{Suite, random};
use serde_json::{Value, json};

use super::service::Service;
use crate::support::Desk;

const PORTAL: &str = "https://portal.example";
/// What a thousand bad clients may cost, in bytes.
const MEMORY: u64 = 64 << 20;

/// What the system tells of the agent's process.
fn told(desk: &Desk, what: &str) -> String {
    let note: Value = serde_json::from_slice(&fs::read(desk.file("home/agent.json")).unwrap()).unwrap();
    fs::read_to_string(format!("/proc/{}/{what}", note["pid"])).unwrap()
}

/// Memory of the agent's process that is in use, in bytes.
fn memory(desk: &Desk) -> u64 {
    let status = told(desk, "status");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// How long a thread has been ready to run while the machine ran others: the second number of `schedstat`.
fn stood_by(schedstat: &str) -> Duration {
    Duration::from_nanos(schedstat.split_whitespace().nth(1).and_then(|nanos| nanos.parse().ok()).unwrap())
}

/// How long the agent and this thread have been kept waiting by other programs. The agent answers on one thread.
fn kept_waiting(desk: &Desk) -> Duration {
    stood_by(&told(desk, "schedstat")) + stood_by(&fs::read_to_string("/proc/thread-self/schedstat").unwrap())
}

/// An answer takes less than a second of the agent's: what other programs took of the machine meanwhile is not its fault.
fn within_a_second(desk: &Desk, what: &str, ask: impl FnOnce()) {
    let (begun, before) = (Instant::now(), kept_waiting(desk));
    ask();
    let (took, others) = (begun.elapsed(), kept_waiting(desk).saturating_sub(before));
    assert!(took.saturating_sub(others) < Duration::from_secs(1), "{what}: {took:?}, of others {others:?}");
}

fn answers_within_a_second(desk: &Desk, service: &Service, what: &str) {
    within_a_second(desk, what, || assert_eq!(service.request("GET /health", &[], b"").status, 200, "{what}"));
}

/// Rounds of a loop over random input: twenty times as many with `BIDSEAL_TEST_SIZE=full`.
fn rounds(usual: usize) -> usize {
    if std::env::var("BIDSEAL_TEST_SIZE").is_ok_and(|size| size == "full") { usual * 20 } else { usual }
}

#[test]
fn a_thousand_bad_clients_keep_nobody_waiting() {
    let desk = Desk::of(Suite::P256);
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let before = memory(&desk);
    let mut held: Vec<TcpStream> = Vec::new();
    for number in 0..1000 {
        // The agent lets go of the oldest silent ones, which this side sees as a reset.
        let Ok(mut stream) = TcpStream::connect(service.address()) else { continue };
        let _ = match number % 5 {
            0 => Ok(()),
            1 => stream.write_all(b"GET /v1 HTTP/1.1\r\nHost: 127"),
            2 => stream.write_all(&[0xff; 4000]),
            3 => stream.write_all(&[b"GET /health HTTP/1.1\r\nX: ".as_slice(), &[b'y'; 60_000]].concat()),
            _ => stream.write_all(format!("GET /v1 HTTP/1.1\r\n{}", "X: y\r\n".repeat(200)).as_bytes()),
        };
        held.push(stream);
        if number % 250 == 249 {
            answers_within_a_second(&desk, &service, &format!("with {number} clients"));
        }
    }
    assert!(page.call("hello", &json!({"nonce": "A".repeat(44)})).is_ok(), "a page that talks stays");
    let grown = memory(&desk).saturating_sub(before);
    assert!(grown < MEMORY, "{grown} bytes more");
    drop(held);
    answers_within_a_second(&desk, &service, "after they left");
}

#[test]
fn flooding_one_page_does_not_stop_another() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &["--allow-origin", PORTAL, "--allow-origin", "https://other.example"]);
    let mut flood = service.page(PORTAL);
    let before = memory(&desk);
    for _ in 0..5000 {
        flood.say(r#"{"jsonrpc":"2.0","id":"same","method":"nothing"}"#);
    }
    within_a_second(&desk, "beside the flood", || {
        let mut other = service.page("https://other.example");
        assert!(other.call("hello", &json!({"nonce": "A".repeat(44)})).is_ok());
    });
    assert!(memory(&desk).saturating_sub(before) < MEMORY);
    let sockets: Vec<_> = (0..7).map(|_| service.page(PORTAL)).collect();
    let answer = service.handshake(&[("Origin", PORTAL)]);
    assert_eq!((answer.status, answer.code().as_str()), (429, "web.limit"), "eight sockets of one page");
    drop(sockets);
}

/// A stream of numbers from a printed seed.
fn numbers() -> impl FnMut() -> u64 {
    let seed: [u8; 8] = random().unwrap();
    println!("seed {seed:02x?}");
    let mut state = u64::from_be_bytes(seed) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

/// A value that no method expects, or one that it nearly does.
fn any_value(next: &mut impl FnMut() -> u64, depth: u32) -> Value {
    const WORDS: [&str; 12] = [
        "",
        "/etc/passwd",
        "..",
        "0",
        "\u{0}",
        "sha256:",
        "https://a.example",
        "\u{202e}",
        "null",
        "公章",
        "all",
        "-1",
    ];
    match next() % if depth == 0 { 7 } else { 9 } {
        0 => Value::Null,
        1 => json!(next().is_multiple_of(2)),
        2 => json!(next()),
        3 => json!(-1.5e300),
        4 => json!("0123456789abcdef".repeat(4)),
        5 => json!("x".repeat(usize::try_from(next() % 3000).unwrap())),
        6 => json!(WORDS[usize::try_from(next() % 12).unwrap()]),
        7 => (0..next() % 4).map(|_| any_value(next, depth - 1)).collect(),
        _ => any_params(next, depth - 1),
    }
}

/// Members that methods take, with any values.
fn any_params(next: &mut impl FnMut() -> u64, depth: u32) -> Value {
    const NAMES: [&str; 24] = [
        "document",
        "documents",
        "certificate",
        "nonce",
        "name",
        "length",
        "id",
        "files",
        "to",
        "host",
        "committee",
        "threshold",
        "meta",
        "bid",
        "header",
        "platform",
        "seal",
        "place",
        "pages",
        "at_mm",
        "batch",
        "items",
        "item",
        "folder",
    ];
    let name = |next: &mut dyn FnMut() -> u64| NAMES[usize::try_from(next() % 24).unwrap()].to_owned();
    Value::Object((0..next() % 6).map(|_| (name(next), any_value(next, depth))).collect())
}

#[test]
fn any_parameters_of_any_method_are_answered_and_ask_nobody() {
    let desk = Desk::of(Suite::P256);
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let mut next = numbers();
    let methods = [
        "hello",
        "connect",
        "document.open",
        "document.close",
        "certificates",
        "login",
        "sign",
        "seal",
        "verify",
        "bid.encrypt",
        "bid.decrypt",
        "bid.open",
        "batch.sign",
        "batch.seal",
        "batch.resume",
        "cancel",
    ];
    for round in 0..rounds(800) {
        let method = methods[round % methods.len()];
        let params = any_params(&mut next, 3);
        if let Err(code) = page.call(method, &params) {
            // One in thousands names a certificate that nobody has.
            let refused = ["web.", "batch.", "cert.not_found"].iter().any(|start| code.starts_with(start));
            assert!(refused, "{method} {params}: {code}");
        }
    }
    let (_, screen) = service.stop();
    assert!(!screen.contains("panicked") && !screen.contains("[y/N]"), "{screen}");
    let errors = fs::read_to_string(desk.file("stderr")).unwrap();
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn random_frames_and_requests_end_their_own_connection_only() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut next = numbers();
    for round in 0..rounds(300) {
        let mut stream = service.socket();
        if round % 2 == 0 {
            let head = format!(
                "GET /v1 HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: {PORTAL}\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: bidseal.v1\r\n\r\n",
                service.port
            );
            stream.write_all(head.as_bytes()).unwrap();
        }
        let bytes: Vec<u8> = (0..next() % 400).map(|_| next().to_be_bytes()[0]).collect();
        let _ = stream.write_all(&bytes);
    }
    answers_within_a_second(&desk, &service, "after random bytes");
    let (_, screen) = service.stop();
    assert!(!screen.contains("panicked"), "{screen}");
    let errors = fs::read_to_string(desk.file("stderr")).unwrap();
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn calls_with_some_bytes_changed_are_answered_each_and_ask_nobody() {
    let desk = Desk::of(Suite::P256);
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let mut next = numbers();
    let (thumbprint, nonce) = ("0".repeat(64), "A".repeat(44));
    let calls = [
        json!({"jsonrpc": "2.0", "id": 1, "method": "hello", "params": {"nonce": nonce}}),
        json!({"jsonrpc": "2.0", "id": "a", "method": "document.open", "params": {"name": "标书.pdf", "length": 4}}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "login", "params": {"certificate": thumbprint, "nonce": nonce}}),
        json!({"jsonrpc": "2.0", "id": 3, "method": "batch.resume", "params": {"batch": "x", "items": [{"item": 0}]}}),
        json!({"jsonrpc": "2.0", "id": 4, "method": "cancel", "params": {"id": [[[[]]]]}}),
    ];
    for round in 0..rounds(1500) {
        let mut bytes = calls[round % calls.len()].to_string().into_bytes();
        for _ in 0..=next() % 4 {
            let place = usize::try_from(next()).unwrap() % bytes.len();
            let byte = next().to_be_bytes()[0];
            match next() % 4 {
                0 => bytes.truncate(place.max(1)),
                1 => bytes.insert(place, byte),
                2 => bytes[place] = b"[]{}\",:0-e\\u"[usize::from(byte) % 12],
                _ => bytes[place] = byte,
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        page.say(&text);
        assert!(page.hear().is_some(), "the agent closed the connection at {text}");
    }
    let (_, screen) = service.stop();
    assert!(!screen.contains("panicked") && !screen.contains("[y/N]"), "{screen}");
    let errors = fs::read_to_string(desk.file("stderr")).unwrap();
    assert!(!errors.contains("panicked"), "{errors}");
}
