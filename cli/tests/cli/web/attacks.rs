//! What pages, programs and networks try on a localhost agent, and the reason with which each attempt is refused.

use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use algo::Suite;
use serde_json::json;

use super::service::Service;
use crate::support::Desk;

const PORTAL: &str = "https://portal.example";

#[test]
fn only_pages_over_https_get_a_socket() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &[]);
    assert_eq!(service.handshake(&[("Origin", PORTAL)]).status, 101, "the control");
    for origin in [
        "null",
        "file://",
        "http://portal.example",
        "http://localhost:3000",
        "http://127.0.0.1:3000",
        "https://portal.example/",
        "https://portal.example:443",
        "https://portal.example.",
        "https://Portal.example",
        "https://user@portal.example",
        "https://portal.example https://other.example",
        "https://",
        "https:///a",
        "https://a b",
        "chrome-extension://abc",
        "moz-extension://abc",
        "tauri://localhost",
        "ws://portal.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://门户.example",
        "https://*.example",
        "*",
        "https://portal.example#x",
        "https://portal.example?x",
        "https://portal.example:0",
        "https://portal.example:99999",
        "https://portal.example:+1",
        "HTTPS://portal.example",
        "https:portal.example",
    ] {
        let answer = service.handshake(&[("Origin", origin)]);
        assert_eq!((answer.status, answer.code().as_str()), (403, "web.origin"), "{origin}: {}", answer.head);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
    }
    let missing = service.handshake(&[]);
    assert_eq!((missing.status, missing.code().as_str()), (403, "web.origin"), "no origin at all");
    let twice = service.handshake(&[("Origin", PORTAL), ("origin", "https://other.example")]);
    assert_eq!((twice.status, twice.code().as_str()), (403, "web.origin"), "two origins");
}

#[test]
fn a_name_of_the_internet_that_leads_here_is_refused() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &[]);
    let (port, other) = (service.port, service.port ^ 1);
    for host in [
        "portal.example".to_owned(),
        format!("portal.example:{port}"),
        "127.0.0.1".into(),
        format!("127.0.0.1:{other}"),
        format!("127.0.0.1.portal.example:{port}"),
        format!("0.0.0.0:{port}"),
        format!("LOCALHOST:{port}"),
        String::new(),
    ] {
        for line in ["GET /health", "GET /v1", "GET /v1/documents/x"] {
            let answer = service.request(line, &[("Host", &host), ("Origin", PORTAL)], b"");
            assert_eq!((answer.status, answer.code().as_str()), (403, "web.host"), "{line} {host:?}: {}", answer.head);
        }
    }
    let request =
        format!("GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: portal.example\r\nConnection: close\r\n\r\n");
    assert_eq!(service.raw(request.as_bytes()).code(), "web.host", "two hosts");
    assert_eq!(service.raw(b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n").status / 100, 4, "no host");
    let absolute =
        format!("GET http://127.0.0.1:{port}/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    assert_eq!(service.raw(absolute.as_bytes()).code(), "web.host", "a target for proxies");
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let answer = service.request("GET /health", &[("Host", &format!("{host}:{port}"))], b"");
        assert_eq!(answer.status, 200, "the control: {host}");
    }
}

#[test]
fn a_head_beyond_its_limit_is_refused_however_it_is_made_up() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &[]);
    let request = |target: &str, value: usize| {
        let head = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", service.port);
        service.raw(format!("{head}X: {}\r\n\r\n", "y".repeat(value)).as_bytes())
    };
    assert_eq!(request("/health", 7 << 10).status, 200, "the control");
    for (target, value) in
        [("/health".to_owned(), 8 << 10), ("/health".into(), 60_000), (format!("/{}", "a".repeat(9000)), 1)]
    {
        let answer = request(&target, value);
        assert_eq!((answer.status, answer.code().as_str()), (431, "web.limit"), "{value}: {}", answer.head);
    }
    assert_eq!(request("/health", 200_000).status / 100, 4, "what is longer than is read at once");
    let many = format!("GET /health HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n", service.port, "X: y\r\n".repeat(65));
    assert_eq!(service.raw(many.as_bytes()).status, 431, "too many lines");
}

#[test]
fn nothing_listens_beyond_this_computer() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &[]);
    let listening = Command::new("cat").args(["/proc/net/tcp", "/proc/net/tcp6"]).output().unwrap();
    let port = format!(":{:04X}", service.port);
    let ours: Vec<_> = String::from_utf8(listening.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1).filter(|local| local.ends_with(&port)).map(str::to_owned))
        .collect();
    assert!(!ours.is_empty());
    // Linux has the whole of 127.0.0.0/8, as another network would be: who listens everywhere answers there too.
    let elsewhere = TcpStream::connect(("127.0.0.2", service.port)).map_err(|error| error.kind());
    assert_eq!(elsewhere.err(), Some(std::io::ErrorKind::ConnectionRefused));
    for local in &ours {
        let loopback = ["0100007F", "00000000000000000000000001000000"].iter().any(|ip| local.starts_with(ip));
        assert!(loopback, "{local} is no loopback address");
    }
}

#[test]
fn another_user_of_this_machine_is_told_apart_and_gets_nothing() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &[]);
    let as_nobody = |request: String| {
        let script = "import socket,sys\ns=socket.create_connection(('127.0.0.1',int(sys.argv[1])))\ns.sendall(sys.argv[2].encode())\nall=b''\nwhile not all.endswith(b'}'):\n part=s.recv(65536)\n if not part: break\n all+=part\nsys.stdout.write(all.decode())";
        let run = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c", script])
            .args([service.port.to_string(), request])
            .output()
            .expect("setpriv is needed");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap()
    };
    let host = format!("Host: 127.0.0.1:{}\r\nConnection: close\r\n", service.port);
    let health = as_nobody(format!("GET /health HTTP/1.1\r\n{host}\r\n"));
    assert!(health.starts_with("HTTP/1.1 421") && health.contains("\"other_user\":true"), "{health}");
    let socket = as_nobody(format!(
        "GET /v1 HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: {PORTAL}\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: bidseal.v1\r\n\r\n",
        service.port
    ));
    assert!(socket.starts_with("HTTP/1.1 403") && socket.contains("web.caller"), "{socket}");
}

#[test]
fn simple_requests_change_nothing_and_learn_nothing() {
    let desk = Desk::of(Suite::P256);
    let service = Service::start(&desk, &[]);
    let mut healths = Vec::new();
    for headers in [&[][..], &[("Origin", PORTAL)], &[("Origin", "null")], &[("Cookie", "a=b")]] {
        let answer = service.request("GET /health", headers, b"");
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
        healths.push(answer.body);
    }
    assert!(healths.windows(2).all(|two| two[0] == two[1]), "the same bytes for everybody");
    assert_eq!(healths[0], b"{\"product\":\"bidseal\",\"protocol\":1}");
    for method in ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "TRACE", "OPTIONS"] {
        for path in
            ["/", "/v1", "/health", "/v1/documents", "/v1/documents/", "/v1/documents/abc", "/../home", "//health"]
        {
            for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json"] {
                let sent = [("Origin", PORTAL), ("Content-Type", kind)];
                let answer = service.request(&format!("{method} {path}"), &sent, b"{\"pin\":\"123456\"}");
                let harmless = matches!((method, path), ("GET", "/health"))
                    || (method == "OPTIONS" && path.starts_with("/v1/documents/") && answer.status == 204);
                assert!(harmless || answer.status >= 400, "{method} {path} {kind}: {}", answer.head);
            }
        }
    }
    let entries = desk.run(&["journal", "list", "--json"]).ok().json()["entries"].as_array().unwrap().len();
    assert_eq!(entries, 0);
}

#[test]
fn a_page_that_was_not_let_in_can_say_hello_and_ask() {
    let desk = Desk::of(Suite::P256);
    let mut service = Service::start(&desk, &[]);
    let mut page = service.page(PORTAL);
    let nonce = "A".repeat(44);
    let hello = page.call("hello", &json!({ "nonce": nonce })).unwrap();
    assert_eq!((hello["product"].as_str(), hello["allowed"].as_bool()), (Some("bidseal"), Some(false)));
    for (method, params) in [
        ("certificates", json!({})),
        ("login", json!({"certificate": "0".repeat(64), "nonce": nonce})),
        ("document.open", json!({"name": "a", "length": 1})),
        ("sign", json!({"document": "x", "certificate": "0".repeat(64)})),
        ("verify", json!({"document": "x"})),
        ("cancel", json!({"id": 1})),
    ] {
        assert_eq!(page.call(method, &params), Err("web.not_allowed".into()), "{method}");
    }
    let asked = page.send("connect", &json!({}));
    let shown = service.terminal.read_until("[b]lock?");
    assert!(shown.contains(PORTAL) && shown.contains("as reported by the browser"), "{shown}");
    let mut second = service.page("https://second.example");
    assert_eq!(second.call("connect", &json!({})), Err("web.busy".into()), "one question at a time");
    service.terminal.type_line("n");
    assert_eq!(page.answer(asked), Err("web.refused".into()));
    assert_eq!(page.call("connect", &json!({})), Err("web.refused".into()), "no again within a day");
    assert_eq!(second.call("connect", &json!({})), Err("web.wait".into()), "a pause after an answer");
    let mut other_socket = service.page(PORTAL);
    assert_eq!(other_socket.call("connect", &json!({})), Err("web.refused".into()), "no again from another tab");
}

#[test]
fn a_blocked_page_gets_no_socket_and_comes_back_when_it_is_forgotten() {
    let desk = Desk::empty();
    let mut service = Service::start(&desk, &[]);
    let mut page = service.page(PORTAL);
    let asked = page.send("connect", &json!({}));
    service.terminal.read_until("[b]lock?");
    service.terminal.type_line("b");
    assert_eq!(page.answer(asked), Err("web.blocked".into()));
    let answer = service.handshake(&[("Origin", PORTAL)]);
    assert_eq!((answer.status, answer.code().as_str()), (403, "web.blocked"));
    assert_eq!(
        service.handshake(&[("Origin", "https://portal.example:8443")]).status,
        101,
        "another port is another page"
    );
    let listed = desk.run(&["origin", "list", "--json"]).ok().json();
    assert_eq!(listed["origins"][0]["standing"], "blocked");
    desk.run(&["origin", "remove", PORTAL]).ok();
    assert_eq!(service.handshake(&[("Origin", PORTAL)]).status, 101);
}

#[test]
fn a_permission_that_is_taken_back_ends_what_is_connected() {
    let desk = Desk::of(Suite::P256);
    let mut service = Service::start(&desk, &["--allow-origin", "https://other.example"]);
    let mut page = service.page(PORTAL);
    let asked = page.send("connect", &json!({}));
    service.terminal.read_until("[b]lock?");
    service.terminal.type_line("a");
    assert_eq!(page.answer(asked).unwrap()["decision"], "always");
    let (mut second, mut other) = (service.page(PORTAL), service.page("https://other.example"));
    assert!(second.call("certificates", &json!({})).is_ok());
    let document = second.call("document.open", &json!({"name": "a.txt", "length": 0})).unwrap();
    let certificate = super::work::signing(&mut second);
    second.send("login", &json!({"certificate": certificate, "nonce": "A".repeat(44)}));
    service.terminal.read_until("[y/N]");
    desk.run(&["origin", "remove", PORTAL]).ok();
    assert_eq!((page.hear(), second.hear()), (None, None), "both are closed");
    service.terminal.type_line("y");
    let headers = [("Origin", PORTAL), ("Authorization", &format!("Bearer {}", document["ticket"].as_str().unwrap()))];
    let line = format!("GET {}", document["path"].as_str().unwrap());
    super::work::until(|| service.request(&line, &headers, b"").code() == "web.ticket");
    assert_eq!(service.page(PORTAL).call("certificates", &json!({})), Err("web.not_allowed".into()));
    assert!(other.call("certificates", &json!({})).is_ok(), "others stay");
    let (_, screen) = service.stop();
    assert!(!screen.contains("PIN"), "the yes came too late: {screen}");
}

#[test]
fn no_parameter_takes_a_pin_a_path_or_a_url() {
    let desk = Desk::of(Suite::P256);
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = page.call("certificates", &json!({})).unwrap()["certificates"][0]["sha256"].clone();
    let nonce = "A".repeat(44);
    for (method, params) in [
        ("login", json!({"certificate": certificate, "nonce": nonce, "pin": "123456"})),
        ("sign", json!({"document": "x", "certificate": certificate, "pin": "123456"})),
        ("sign", json!({"document": "x", "certificate": certificate, "file": "/etc/passwd"})),
        ("sign", json!({"document": "x", "certificate": certificate, "output": "/tmp/x"})),
        ("sign", json!({"document": "x", "certificate": "subject:CN"})),
        ("sign", json!({"document": "x", "certificate": "", "digest": "00"})),
        ("sign", json!({"document": ["x"], "certificate": certificate})),
        ("document.open", json!({"name": "a", "length": 1, "url": "https://evil.example/"})),
        ("document.open", json!({"name": "a", "length": -1})),
        ("document.open", json!({"name": "a", "length": "1"})),
        ("seal", json!({"documents": ["x"], "certificate": certificate, "seal": "s", "tsa": "http://127.0.0.1/"})),
        ("connect", json!({"pin": "123456"})),
        ("hello", json!({"nonce": "short"})),
        ("hello", json!({"nonce": "A".repeat(129)})),
        ("certificates", json!([1, 2])),
    ] {
        assert_eq!(page.call(method, &params), Err("web.params".into()), "{method} {params}");
    }
    for document in ["../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "\\\\host\\share", "http://127.0.0.1/"]
    {
        let params = json!({"document": document, "certificate": certificate});
        assert_eq!(page.call("sign", &params), Err("web.document".into()), "{document}");
    }
    for seal in ["/etc/passwd", "../seal", "C:\\seal", "http://x/"] {
        let opened = page.call("document.open", &json!({"name": "a.pdf", "length": 0})).unwrap()["id"].clone();
        let params = json!({"documents": [opened], "certificate": certificate, "seal": seal});
        assert_eq!(page.call("seal", &params), Err("web.params".into()), "{seal}");
    }
    assert_eq!(
        page.call("login", &json!({"certificate": certificate, "nonce": "A".repeat(43)})),
        Err("login.nonce".into())
    );
    let (_, screen) = service.stop();
    assert!(!screen.contains("[y/N]"), "nothing of it reached the person: {screen}");
}

#[test]
fn messages_that_are_no_calls_are_answered_or_end_the_connection() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_params =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"hello","params":{}1{}}}"#, "[".repeat(40), "]".repeat(40));
    for text in [
        "",
        "{",
        "null",
        "[]",
        "1",
        "\"a\"",
        r#"{"jsonrpc":"2.0"}"#,
        r#"{"jsonrpc":"2.0","id":{},"method":"hello"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"hello","pin":"123456"}"#,
        "\u{0}",
        &deep,
        &deep_params,
    ] {
        page.say(text);
        let answer = page.hear().expect("it answers");
        assert_eq!(answer["error"]["data"]["code"], "web.message", "{text:.40}");
    }
    assert_eq!(page.call("no.such.method", &json!({})), Err("web.method".into()));
    assert_eq!(page.call("__proto__", &json!({})), Err("web.method".into()));
    page.say(&"x".repeat(65 << 10));
    assert_eq!(page.hear(), None, "too long a message ends the connection");
    assert!(service.page(PORTAL).call("hello", &json!({"nonce": "A".repeat(44)})).is_ok(), "and only that");
}

#[test]
fn tickets_open_one_document_for_one_page() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &["--allow-origin", PORTAL, "--allow-origin", "https://other.example"]);
    let (mut page, mut other) = (service.page(PORTAL), service.page("https://other.example"));
    let open =
        |page: &mut super::page::Page| page.call("document.open", &json!({"name": "a.txt", "length": 4})).unwrap();
    let (mine, theirs) = (open(&mut page), open(&mut other));
    let put = |document: &serde_json::Value, ticket: &str, origin: &str| {
        let line = format!("PUT {}", document["path"].as_str().unwrap());
        let answer =
            service.request(&line, &[("Origin", origin), ("Authorization", &format!("Bearer {ticket}"))], b"text");
        (answer.status, answer.code())
    };
    let refused = (403, "web.ticket".to_owned());
    let ticket = |document: &serde_json::Value| document["ticket"].as_str().unwrap().to_owned();
    assert_eq!(put(&mine, &ticket(&theirs), PORTAL), refused, "another document's ticket");
    assert_eq!(put(&mine, &ticket(&mine), "https://other.example"), refused, "another page with the right ticket");
    assert_eq!(put(&mine, "", PORTAL), refused);
    for guess in 0..200 {
        assert_eq!(put(&mine, &format!("{guess:022}"), PORTAL), refused);
    }
    assert_eq!(put(&mine, &ticket(&mine), PORTAL).0, 200, "the control");
    assert_eq!(put(&mine, &ticket(&mine), PORTAL), (409, "web.range".into()), "what is here is not written again");
    drop(page);
    let begun = std::time::Instant::now();
    while put(&mine, &ticket(&mine), PORTAL) != refused {
        assert!(begun.elapsed() < Duration::from_secs(10), "documents go with their page");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_second_agent_hands_over_and_options_never_answer_for_the_person() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &[]);
    let second = desk.run(&["agent", "--json"]).ok();
    let line: serde_json::Value = serde_json::from_str(second.out.trim()).unwrap();
    assert_eq!((line["event"].as_str(), line["port"].as_u64()), (Some("running"), Some(service.port.into())));
    for option in ["--yes", "--secrets-stdin"] {
        let refused = desk.run(&["agent", option, "--json"]);
        assert_eq!((refused.exit, refused.code().as_str()), (Some(2), "usage.conflict"), "{option}");
    }
    for link in ["bidseal:wake", "bidseal://wake/"] {
        let woken = desk.run(&["agent", "--json", "--", link]).ok();
        assert_eq!(woken.json()["event"], "running", "a link wakes and says nothing");
    }
    for link in [
        "bidseal:wake?pin=123456&file=/etc/passwd",
        "bidseal:wake --allow-origin https://a.example",
        "--allow-origin=https://a.example",
        "https://portal.example",
        "file:///etc/passwd",
        "bidsea1:wake",
    ] {
        let refused = desk.run(&["agent", "--json", "--", link]);
        assert_eq!((refused.exit, refused.code().as_str()), (Some(2), "usage.unknown"), "{link}");
    }
    let squatted = Desk::empty();
    let refused = squatted.run(&["agent", "--port", &service.port.to_string(), "--json"]);
    assert_eq!((refused.exit, refused.code().as_str()), (Some(4), "agent.ports"));
    assert!(
        refused.error()["data"]["holder"].as_str().unwrap().starts_with("bidseal ("),
        "the holder of a port is named"
    );
    assert!(TcpStream::connect(service.address()).is_ok());
}
