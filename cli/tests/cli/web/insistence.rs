//! Pages and programs that guess, insist, wait or pretend: what they get, and what the person notices of it.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use algo::{Hash, PublicKey, SignatureScheme, Suite};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::{
    page::Page,
    service::Service,
    work::{download, signing, upload},
};
use crate::support::{Desk, judge};

const PORTAL: &str = "https://portal.example";
const OTHER: &str = "https://other.example";

/// How often a text stands in another.
fn count(text: &str, wanted: &str) -> usize {
    text.matches(wanted).count()
}

/// Sends all these requests on one connection, and gives all that was answered.
fn pipelined(service: &Service, requests: Vec<u8>) -> String {
    let mut stream = service.socket();
    let mut writer = stream.try_clone().unwrap();
    // Both at once: neither side holds what the other does not read.
    let sending = std::thread::spawn(move || writer.write_all(&requests));
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).unwrap();
    sending.join().unwrap().unwrap();
    String::from_utf8_lossy(&answers).into_owned()
}

#[test]
fn ten_thousand_guesses_of_a_ticket_lock_their_page_out_and_no_other() {
    const GUESSES: usize = 10_000;
    let desk = Desk::empty();
    let service = Service::start(&desk, &["--allow-origin", PORTAL, "--allow-origin", OTHER]);
    let (mut page, mut other) = (service.page(PORTAL), service.page(OTHER));
    let open = |page: &mut Page| page.call("document.open", &json!({"name": "a.txt", "length": 0})).unwrap();
    let (mine, theirs) = (open(&mut page), open(&mut other));
    let mut requests = Vec::new();
    for guess in 0..GUESSES {
        let last = if guess + 1 == GUESSES { "Connection: close\r\n" } else { "" };
        // Neither another field nor another path makes it a first try.
        let head = format!(
            "GET {}{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nOrigin: {PORTAL}\r\nAuthorization: Bearer {guess:022}\r\n\
             X-Forwarded-For: 192.0.2.{}\r\nCookie: n={guess}\r\n{last}\r\n",
            mine["path"].as_str().unwrap(),
            ["", "x", "?a=b"][guess % 3],
            service.port,
            guess % 256,
        );
        requests.extend(head.into_bytes());
    }
    let answers = pipelined(&service, requests);
    let told = |status: &str| count(&answers, &format!("HTTP/1.1 {status} "));
    assert_eq!((told("403"), told("429")), (256, GUESSES - 256));
    assert_eq!(count(&answers, "\"web.ticket\""), 256);
    let get = |document: &Value, origin: &str| {
        let ticket = format!("Bearer {}", document["ticket"].as_str().unwrap());
        let line = format!("GET {}", document["path"].as_str().unwrap());
        let answer = service.request(&line, &[("Origin", origin), ("Authorization", &ticket)], b"");
        (answer.status, answer.code())
    };
    assert_eq!(get(&mine, PORTAL), (429, "web.limit".into()), "the right one comes too late");
    assert_eq!(get(&theirs, OTHER).0, 200, "another page is not locked out with it");
    assert!(page.call("hello", &json!({"nonce": "A".repeat(44)})).is_ok(), "its socket goes on");
}

fn code(answer: &Value) -> String {
    answer["error"]["data"]["code"].as_str().unwrap_or("done").to_owned()
}

/// What was answered by the time the agent has begun with everything that this page sent.
fn begun(page: &mut Page) -> Vec<String> {
    let last = page.send("cancel", &json!({"id": "nothing"}));
    let answers = std::iter::from_fn(|| page.hear().filter(|answer| answer["id"] != json!(last)));
    answers.map(|answer| code(&answer)).collect()
}

#[test]
fn fifty_requests_are_one_question_and_three_refusals_are_enough() {
    let desk = Desk::of(Suite::P256);
    let mut service = Service::start_in_words(&desk, &["--allow-origin", PORTAL, "--allow-origin", OTHER]);
    let mut pages: Vec<_> = (0..5).map(|_| service.page(PORTAL)).collect();
    let certificate = signing(&mut pages[0]);
    let login = json!({"certificate": certificate, "nonce": "A".repeat(44)});
    for page in &mut pages {
        (0..10).for_each(|_| assert_ne!(page.send("login", &login), 0));
    }
    // One is looked at and 32 wait; the others are told so at once.
    let mut all: Vec<_> = pages.iter_mut().map(begun).collect();
    assert_eq!(all.concat(), ["web.busy"; 17]);
    let mut shown = String::new();
    for _ in 0..3 {
        shown += &service.terminal.read_until("[y/N]");
        service.terminal.type_line("n");
    }
    for (page, ended) in pages.iter_mut().zip(&mut all) {
        ended.extend((ended.len()..10).map(|_| code(&page.hear().expect("the agent closed the connection"))));
    }
    let ended = |code: &str| all.iter().flatten().filter(|one| *one == code).count();
    assert_eq!((ended("user.cancelled"), ended("web.wait")), (3, 30), "{all:?}");
    assert!(pages[0].call("certificates", &json!({})).is_ok(), "what asks nobody goes on");
    assert_eq!(pages[1].call("login", &login), Err("web.wait".into()), "from another tab too");
    let mut other = service.page(OTHER);
    let call = other.send("login", &login);
    let theirs = service.agree();
    assert!(theirs.contains(OTHER), "another page is asked about: {theirs}");
    assert!(other.answer(call).is_ok());
    let entries = desk.run(&["journal", "list", "--json"]).ok().json()["entries"].clone();
    let told = |result: &str| entries.as_array().unwrap().iter().filter(|one| one["result"] == result).count();
    assert_eq!((told("user.cancelled"), told("web.wait"), told("web.busy")), (3, 31, 0));
    let (_, screen) = service.stop();
    assert_eq!(count(&screen, "[y/N]"), 4, "{screen}");
    let told = std::fs::read_to_string(desk.file("stderr")).unwrap();
    let place = |count: usize| told.find(&format!("{count} more request(s) are waiting"));
    assert!(place(1) == Some(0) && place(1) < place(32), "the row as it grows: {told}");
    assert_eq!(told.matches("\n32 more").count(), 1, "those that find the row full are not told: {told}");
}

#[test]
fn what_the_person_reads_is_what_is_signed() {
    let desk = Desk::of(Suite::P256);
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let opened = page.call("document.open", &json!({"name": "offer.txt", "length": 7})).unwrap();
    let (line, ticket) =
        (format!("PUT {}", opened["path"].as_str().unwrap()), format!("Bearer {}", opened["ticket"].as_str().unwrap()));
    let put = |service: &Service, bytes: &[u8], range: &str| {
        let headers = [("Origin", PORTAL), ("Authorization", &ticket), ("Content-Range", range)];
        let answer = service.request(&line, &headers, bytes);
        (answer.status, answer.code())
    };
    assert_eq!(put(&service, b"price 1", "bytes 0-6/7").0, 200);
    let call = page.send("sign", &json!({"document": opened["id"], "certificate": certificate}));
    let shown = service.terminal.read_until("[y/N]");
    assert!(shown.contains(&Hash::Sha256.digest(b"price 1").to_string()), "{shown}");
    for (bytes, range) in [(&b"price 9"[..], "bytes 0-6/7"), (b"9", "bytes 6-6/7"), (b"9", "bytes 7-7/8")] {
        assert_eq!(put(&service, bytes, range), (409, "web.range".into()), "{range}");
    }
    service.terminal.type_line("y");
    service.terminal.read_until(": ");
    service.terminal.type_line(crate::support::PIN);
    let signed = page.answer(call).unwrap();
    let bytes = download(&service, &page, &signed["document"]);
    assert!(bytes.windows(7).any(|seven| seven == b"price 1"));
}

#[test]
fn what_is_signed_for_a_page_never_passes_as_a_login() {
    let desk = Desk::of(Suite::Rsa);
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let nonce = "A".repeat(44);
    let digest = |text: &str| Hash::Sha256.digest(text.as_bytes()).as_ref().to_vec();
    // A document that is, byte for byte, what a login at another page signs.
    let message = [digest("https://bank.example"), digest(&nonce)].concat();
    let document = upload(&service, &mut page, "offer.bin", &message, 64);
    let call = page.send("sign", &json!({"document": document, "certificate": certificate, "detached": true}));
    service.agree();
    let answer = page.answer(call).unwrap();
    let signed = download(&service, &page, &answer["document"]);
    let call = page.send("login", &json!({"certificate": certificate, "nonce": nonce}));
    service.agree();
    let token = page.answer(call).unwrap();
    let der = Base64::decode_vec(token["unverifiedCertificate"].as_str().unwrap()).unwrap();
    let certificate = x509::Certificate::from_der(&der).unwrap();
    let scheme = SignatureScheme::RsaPkcs1(Hash::Sha256);
    let passes =
        |message: &[u8], signature: &[u8]| certificate.public_key().verify(&scheme, message, signature).is_ok();
    let own = Base64::decode_vec(token["signature"].as_str().unwrap()).unwrap();
    assert!(passes(&[digest(PORTAL), digest(&nonce)].concat(), &own), "the control");
    assert!(signed.len() > own.len());
    let any = signed.windows(own.len()).any(|part| passes(&message, part));
    assert!(!any, "nowhere in the signature stands one over the document's bytes themselves");
}

#[test]
fn who_took_the_port_cannot_speak_for_the_agent_that_a_page_knows() {
    let (desk, squatter) = (Desk::empty(), Desk::empty());
    let (real, false_one) = (Service::start(&desk, &[]), Service::start(&squatter, &[]));
    let nonce = |seed: u8| Base64::encode_string(&[seed; 33]);
    let hello = |service: &Service, origin: &str, nonce: &str| {
        service.page(origin).call("hello", &json!({"nonce": nonce})).unwrap()
    };
    let bytes = |hello: &Value, name: &str| Base64::decode_vec(hello[name].as_str().unwrap()).unwrap();
    // What a page checks, made again from the rules of the protocol.
    let holds = |key: &[u8], hello: &Value, origin: &str, nonce: &str| {
        let digest = |text: &str| Hash::Sha256.digest(text.as_bytes()).as_ref().to_vec();
        let message = [b"bidseal-hello-v1".to_vec(), digest(origin), digest(nonce)].concat();
        let key = PublicKey::from_spki(key).unwrap();
        key.verify(&SignatureScheme::Ecdsa(Hash::Sha256), &message, &bytes(hello, "signature")).is_ok()
    };
    let first = hello(&real, PORTAL, &nonce(1));
    let pinned = bytes(&first, "key");
    assert!(holds(&pinned, &first, PORTAL, &nonce(1)), "the control");
    assert!(!holds(&pinned, &first, OTHER, &nonce(1)) && !holds(&pinned, &first, PORTAL, &nonce(2)), "replayed");
    let second = hello(&false_one, PORTAL, &nonce(2));
    assert_ne!(bytes(&second, "key"), pinned);
    assert!(!holds(&pinned, &second, PORTAL, &nonce(2)), "another program");
}

#[test]
fn half_a_request_is_not_waited_for() {
    let desk = Desk::empty();
    let service = Service::start(&desk, &[]);
    let begun = Instant::now();
    let mut halves: Vec<TcpStream> =
        [&b"G"[..], b"GET /health HTTP/1.1\r\n", b"GET /v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nX"]
            .iter()
            .map(|half| {
                let mut stream = service.socket();
                stream.write_all(half).unwrap();
                stream
            })
            .collect();
    for half in &mut halves {
        // A reset ends it as well.
        let _ = half.read_to_end(&mut Vec::new());
    }
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_secs(4) && waited < Duration::from_secs(15), "{waited:?}");
    assert_eq!(service.request("GET /health", &[], b"").status, 200);
}

#[test]
fn what_a_page_sends_as_a_pin_is_kept_nowhere() {
    const CANARY: &str = "canary-93751";
    let desk = Desk::of(Suite::P256);
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let nonce = "A".repeat(44);
    for params in [
        json!({"certificate": certificate, "nonce": nonce, "pin": CANARY}),
        json!({"certificate": certificate, "nonce": nonce, "PIN": [CANARY]}),
        json!({"certificate": certificate, "nonce": {"pin": CANARY}}),
    ] {
        let call = page.send("login", &params);
        let answer = page.hear().unwrap();
        assert_eq!((&answer["id"], &answer["error"]["data"]["code"]), (&json!(call), &json!("web.params")));
        assert!(!answer.to_string().contains(CANARY), "{answer}");
    }
    let (_, screen) = service.stop();
    assert!(!screen.contains(CANARY), "{screen}");
    let found = judge("grep", &["-rla", CANARY, "."], desk.path());
    assert_eq!((found.exit, found.out.as_str()), (Some(1), ""), "no file of the desk holds it");
    assert!(fs::read_dir(desk.file("home")).unwrap().count() > 0);
}

#[test]
fn an_empty_pin_reaches_no_key_and_each_use_asks_for_it_anew() {
    let desk = Desk::of(Suite::P256);
    let tries = desk.tries();
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let document = upload(&service, &mut page, "标书.txt", b"an offer", 8);
    let call = json!({"document": document, "certificate": certificate});
    let asked = page.send("sign", &call);
    service.nod();
    service.terminal.read_until(": ");
    service.terminal.type_line("");
    assert_eq!(page.answer(asked), Err("user.cancelled".into()));
    assert_eq!(desk.tries(), tries, "no try was spent");
    for _ in 0..2 {
        // Consent and PIN both times: nothing is kept from the time before.
        let asked = page.send("sign", &call);
        service.agree();
        page.answer(asked).unwrap();
    }
}
