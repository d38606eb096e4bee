//! Secure connections: certificates of this computer alone, judged by curl, OpenSSL, NSS and Chromium.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::service::Service;
use crate::support::{Desk, Run, judge};

const PORTAL: &str = "https://portal.example";

/// A computer of its own below the desk: its system store, and the person's folder.
fn computer(desk: &Desk) {
    desk.write("etc/ca-certificates.conf", b"");
    desk.write("etc/ssl/certs/keep", b"");
    for folder in ["usr/local/share/ca-certificates", "etc/ca-certificates/update.d", "person"] {
        fs::create_dir_all(desk.file(folder)).unwrap();
    }
}

fn tls(desk: &Desk, word: &str) -> Value {
    let mut command = desk.command(&["tls", word, "--json"]);
    let run: Run = command.env("HOME", desk.file("person")).stdin(Stdio::null()).output().unwrap().into();
    run.ok().json()
}

/// State of every store, by kind.
fn stores(report: &Value) -> Vec<(String, String)> {
    let text = |store: &Value, name: &str| store[name].as_str().unwrap().to_owned();
    report["stores"].as_array().unwrap().iter().map(|store| (text(store, "kind"), text(store, "state"))).collect()
}

fn both(state: &str) -> Vec<(String, String)> {
    [("nss", state), ("system", state)].map(|(kind, state)| (kind.to_owned(), state.to_owned())).into()
}

fn tls_port(desk: &Desk) -> u64 {
    let line: Value = serde_json::from_str(&fs::read_to_string(desk.file("stdout")).unwrap()).unwrap();
    line["tls_port"].as_u64().expect("it listens for wss")
}

fn curl(desk: &Desk, arguments: &[&str]) -> Run {
    let authority = desk.file("home/tls/authority.pem");
    let usual =
        ["--silent", "--show-error", "--max-time", "30", "--noproxy", "*", "--cacert", authority.to_str().unwrap()];
    judge("curl", &[&usual[..], arguments].concat(), desk.path())
}

#[test]
fn curl_and_openssl_accept_this_computer_and_no_other_name() {
    let desk = Desk::empty();
    computer(&desk);
    assert_eq!(tls(&desk, "status")["on"], false, "off unless wanted");
    assert_eq!(tls(&desk, "on")["on"], true);
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let port = tls_port(&desk);
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        let health = curl(&desk, &[&format!("https://{host}:{port}/health")]).ok();
        assert_eq!(health.out, "{\"product\":\"bidseal\",\"protocol\":1}", "{host}");
    }
    let other = curl(
        &desk,
        &["--resolve", &format!("portal.example:{port}:127.0.0.1"), &format!("https://portal.example:{port}/health")],
    );
    assert_ne!(other.exit, Some(0), "another name: {other}");
    let untrusting =
        judge("curl", &["--silent", "--max-time", "10", &format!("https://localhost:{port}/health")], desk.path());
    assert_ne!(untrusting.exit, Some(0), "without the authority: {untrusting}");
    let rebound = curl(&desk, &["-H", "Host: portal.example", &format!("https://localhost:{port}/health")]);
    assert!(rebound.out.contains("web.host"), "{rebound}");
    let upgrade = [
        "--http1.1",
        "-i",
        "-H",
        "Connection: Upgrade",
        "-H",
        "Upgrade: websocket",
        "-H",
        "Sec-WebSocket-Version: 13",
        "-H",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "-H",
        "Sec-WebSocket-Protocol: bidseal.v1",
        "--max-time",
        "5",
        "-H",
    ];
    let url = format!("https://localhost:{port}/v1");
    let socket = curl(&desk, &[&upgrade[..], &[&format!("Origin: {PORTAL}"), &url]].concat());
    assert!(socket.out.starts_with("HTTP/1.1 101"), "{socket}");
    let evil = curl(&desk, &[&upgrade[..], &["Origin: http://portal.example", &url]].concat());
    assert!(evil.out.starts_with("HTTP/1.1 403") && evil.out.contains("web.origin"), "{evil}");
    for (name, accepted) in [("localhost", true), ("portal.example", false)] {
        let address = format!("localhost:{port}");
        let words = [
            "s_client",
            "-connect",
            &address,
            "-CAfile",
            "home/tls/authority.pem",
            "-verify_return_error",
            "-verify_hostname",
            name,
        ];
        let run = Command::new("openssl").args(words).current_dir(desk.path()).stdin(Stdio::null()).output().unwrap();
        assert_eq!(run.status.success(), accepted, "{name}: {}", String::from_utf8_lossy(&run.stdout));
    }
    let plain = service.raw(b"\x16\x03\x01\x00\x05hello");
    assert_eq!(plain.status / 100, 4, "TLS on the open port is no request");
    assert_eq!(service.request("GET /health", &[], b"").status, 200);
}

#[test]
fn the_trust_stores_take_the_authority_and_give_it_back() {
    let desk = Desk::empty();
    computer(&desk);
    let on = tls(&desk, "on");
    assert_eq!(stores(&on), both("installed"), "{on}");
    let name = on["authority"].as_str().unwrap().to_owned();
    let database = format!("sql:{}", desk.file("person/.pki/nssdb").display());
    let listed = |name: &str| judge("certutil", &["-d", &database, "-L", "-n", name], desk.path()).exit == Some(0);
    let in_system = || fs::read_to_string(desk.file("etc/ssl/certs/ca-certificates.crt")).unwrap();
    let pem = fs::read_to_string(desk.file("home/tls/authority.pem")).unwrap();
    let body = pem.lines().nth(1).unwrap().to_owned();
    assert!(listed(&name) && in_system().contains(&body));
    assert_eq!(stores(&tls(&desk, "status")), both("installed"));
    judge("openssl", &["verify", "-CAfile", "etc/ssl/certs/ca-certificates.crt", "home/tls/leaf-00.pem"], desk.path())
        .ok();

    let repaired = tls(&desk, "repair");
    let new = repaired["authority"].as_str().unwrap().to_owned();
    assert!(new != name && listed(&new) && !listed(&name), "{repaired}");
    assert!(!in_system().contains(&body), "the old one is gone");
    let off = tls(&desk, "off");
    assert_eq!((off["on"].as_bool(), stores(&off)), (Some(false), both("removed")));
    assert!(!listed(&new) && !desk.file("home/tls").exists());
    let left = fs::read_dir(desk.file("usr/local/share/ca-certificates")).unwrap().count();
    assert_eq!(left, 0);
    assert_eq!(tls(&desk, "off")["on"], false, "twice is no error");
}

fn chromium(person: &Path, port: u64) -> String {
    let profile = person.join("profile");
    let run = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom", "--timeout=60000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("https://localhost:{port}/health"))
        .env("HOME", person)
        .stdin(Stdio::null())
        .output()
        .expect("chromium is needed");
    String::from_utf8_lossy(&run.stdout).into_owned()
}

#[test]
fn chromium_trusts_the_leaf_of_a_person_who_turned_it_on() {
    let desk = Desk::empty();
    computer(&desk);
    tls(&desk, "on");
    let _service = Service::start(&desk, &[]);
    let port = tls_port(&desk);
    let seen = chromium(&desk.file("person"), port);
    assert!(seen.contains("\"product\":\"bidseal\""), "{seen}");
    let stranger = desk.file("stranger");
    fs::create_dir_all(&stranger).unwrap();
    let seen = chromium(&stranger, port);
    assert!(!seen.contains("bidseal\""), "somebody else's browser does not trust it: {seen}");
}

#[test]
fn harmed_certificates_stop_wss_alone_and_are_told() {
    let desk = Desk::empty();
    computer(&desk);
    tls(&desk, "on");
    fs::remove_file(desk.file("home/tls/leaf-00.key")).unwrap();
    let service = Service::start(&desk, &[]);
    assert_eq!(service.request("GET /health", &[], b"").status, 200, "pages are answered without it");
    let port = tls_port(&desk);
    assert_ne!(curl(&desk, &[&format!("https://localhost:{port}/health")]).exit, Some(0));
    let report = desk.run(&["doctor", "--json"]).json();
    let codes: Vec<_> = report["findings"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    assert!(codes.contains(&"tls_over".into()) && codes.contains(&"agent_listening".into()), "{codes:?}");
    desk.write("home/tls/leaf-03.pem", b"no certificate");
    let run = desk.run(&["tls", "on", "--json"]);
    assert_eq!((run.exit, run.code().as_str()), (Some(4), "tls.failed"));
}

/// The port of the running agent for `wss`, as it notes it; asked until it is as wanted.
fn noted_port(desk: &Desk, wanted: bool) -> Option<u64> {
    loop {
        let note: Value = serde_json::from_slice(&fs::read(desk.file("home/agent.json")).unwrap()).unwrap();
        if note["tls_port"].is_u64() == wanted {
            return note["tls_port"].as_u64();
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_running_agent_follows_what_is_turned_on_renewed_and_turned_off() {
    let desk = Desk::empty();
    computer(&desk);
    let service = Service::start(&desk, &[]);
    assert_eq!(noted_port(&desk, false), None);
    tls(&desk, "on");
    let port = noted_port(&desk, true).unwrap();
    let url = format!("https://localhost:{port}/health");
    curl(&desk, &[&url]).ok();
    let first = fs::read(desk.file("home/tls/authority.pem")).unwrap();
    desk.write("first.pem", &first);
    tls(&desk, "repair");
    // Connections that come from now on meet the new leaf alone, whose port may be another.
    let trusted = |authority: &str| {
        let Some(port) = noted_port(&desk, true) else { return false };
        let url = format!("https://localhost:{port}/health");
        judge("curl", &["-s", "--max-time", "10", "--noproxy", "*", "--cacert", authority, &url], desk.path()).exit
            == Some(0)
    };
    while !trusted("home/tls/authority.pem") {}
    assert!(!trusted("first.pem"));
    let port = noted_port(&desk, true).unwrap();
    tls(&desk, "off");
    noted_port(&desk, false);
    while std::net::TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap())).is_ok() {}
    assert_eq!(service.request("GET /health", &[], b"").status, 200, "pages that can do without are still answered");
}
