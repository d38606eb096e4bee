//! What a page can have done: documents up and down, signatures, seals, login, each after the person's word.

use std::{fs, io::Write};

use algo::{Hash, PublicKey, SignatureScheme, Sm2Id, Suite};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::{page::Page, service::Service};
use crate::support::{Desk, HOLDER, pdf, png};

const PORTAL: &str = "https://portal.example";

/// Sends a document in slices and gives its handle.
pub(super) fn upload(service: &Service, page: &mut Page, name: &str, bytes: &[u8], slice: usize) -> String {
    let opened = page.call("document.open", &json!({"name": name, "length": bytes.len()})).unwrap();
    let (path, ticket) = (opened["path"].as_str().unwrap(), opened["ticket"].as_str().unwrap());
    for (number, part) in bytes.chunks(slice).enumerate() {
        let from = number * slice;
        let range = format!("bytes {from}-{}/{}", from + part.len() - 1, bytes.len());
        let authorization = format!("Bearer {ticket}");
        let headers = [("Origin", page.origin.as_str()), ("Authorization", &authorization), ("Content-Range", &range)];
        let answer = service.request(&format!("PUT {path}"), &headers, part);
        assert_eq!(answer.status, 200, "{}", answer.head);
        assert_eq!(answer.header("access-control-allow-origin"), Some(page.origin.as_str()));
        assert_eq!(answer.json()["received"], json!(from + part.len()));
    }
    opened["id"].as_str().unwrap().to_owned()
}

pub(super) fn download(service: &Service, page: &Page, document: &Value) -> Vec<u8> {
    let line = format!("GET {}", document["path"].as_str().unwrap());
    let authorization = format!("Bearer {}", document["ticket"].as_str().unwrap());
    let answer = service.request(&line, &[("Origin", &page.origin), ("Authorization", &authorization)], b"");
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert_eq!(answer.body.len() as u64, document["length"].as_u64().unwrap());
    if !document["name"].as_str().unwrap().ends_with(".bid") {
        assert_eq!(Hash::Sha256.digest(&answer.body).to_string(), document["sha256"].as_str().unwrap());
    }
    answer.body
}

/// Waits for what happens on the other side.
pub(super) fn until(happened: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !happened() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "it never happens");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// The thumbprint of the signing certificate.
pub(super) fn signing(page: &mut Page) -> String {
    let listed = page.call("certificates", &json!({})).unwrap();
    let found = listed["certificates"].as_array().unwrap().iter().find(|one| one["can_sign"] == true).unwrap().clone();
    assert_eq!(found["holder"], HOLDER);
    found["sha256"].as_str().unwrap().to_owned()
}

#[test]
fn a_document_is_signed_as_it_was_shown_and_the_journal_says_so() {
    let desk = Desk::of(Suite::Sm);
    let mut service = Service::start(&desk, &[]);
    let mut page = service.page(PORTAL);
    let asked = page.send("connect", &json!({}));
    service.terminal.read_until("[b]lock?");
    service.terminal.type_line("once");
    assert_eq!(page.answer(asked).unwrap()["decision"], "once");
    let certificate = signing(&mut page);
    let offer = "投标文件".repeat(10_000).into_bytes();
    let document = upload(&service, &mut page, "../标书\u{202e}.txt", &offer, 50_000);
    let call = page.send("sign", &json!({"document": document, "certificate": certificate}));
    let shown = service.agree();
    for fact in [PORTAL, HOLDER, "标书_.txt", "120000 bytes", &Hash::Sm3.digest(&offer).to_string()] {
        assert!(shown.contains(fact), "{fact} is missing in: {shown}");
    }
    let signed = page.answer(call).unwrap();
    let bytes = download(&service, &page, &signed["document"]);
    fs::File::create(desk.file("signed.p7m")).unwrap().write_all(&bytes).unwrap();
    let verdict = desk.run(&["verify", "signed.p7m", "--json"]).ok().json();
    assert_eq!(verdict["verdict"], "valid");
    let call = page.send("sign", &json!({"document": document, "certificate": certificate, "detached": true}));
    service.terminal.read_until("[y/N]");
    service.terminal.type_line("n");
    assert_eq!(page.answer(call), Err("user.cancelled".into()));
    let (run, _) = service.stop();
    run.ok();
    let entries = desk.run(&["journal", "list", "--json"]).ok().json()["entries"].clone();
    let told: Vec<_> = entries
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["operation"].as_str().unwrap(), e["decision"].as_str().unwrap(), e["result"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("connect", "yes", "done"),
            ("certificates", "not_asked", "done"),
            ("sign", "yes", "done"),
            ("sign", "no", "user.cancelled")
        ]
    );
    assert_eq!(entries[2]["origin"], PORTAL);
    assert_eq!(entries[2]["certificate"], json!(certificate));
    assert!(entries[2]["documents"][0].as_str().unwrap().contains(&Hash::Sm3.digest(&offer).to_string()));
    desk.run(&["journal", "verify"]).ok();
    assert!(fs::read_dir(desk.file("home/agent")).map_or(0, Iterator::count) == 0, "documents went with the page");
}

#[test]
fn a_page_has_pdfs_sealed_with_one_consent_and_verified() {
    let desk = Desk::of(Suite::P256);
    desk.write("seal.png", &png());
    desk.run(&["seal", "import", "seal.png", "--size", "40", "--name", "公章"]).ok();
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let originals: Vec<_> = (1..=3).map(pdf).collect();
    let documents: Vec<_> = originals
        .iter()
        .enumerate()
        .map(|(n, bytes)| upload(&service, &mut page, &format!("{n}.pdf"), bytes, 1 << 20))
        .collect();
    let broken = upload(&service, &mut page, "broken.pdf", b"not a pdf", 100);
    let all: Vec<_> = documents.iter().chain([&broken]).collect();
    let params = json!({"documents": all, "certificate": certificate, "seal": "公章", "place": {"pages": "all", "at_mm": [60.0, 80.0]}});
    let call = page.send("seal", &params);
    let shown = service.agree();
    assert!(shown.contains("3 document") && shown.contains("2.pdf"), "{shown}");
    let results = page.answer(call).unwrap()["results"].clone();
    assert_eq!(results[3]["error"]["data"]["code"], "pdf.not_pdf");
    for (number, original) in originals.iter().enumerate() {
        let sealed = &results[number]["document"];
        let bytes = download(&service, &page, sealed);
        assert!(bytes.starts_with(original) && bytes.len() > original.len());
        let verdict = page.call("verify", &json!({"document": sealed["id"]})).unwrap();
        assert_eq!(verdict["verdict"], "valid", "{verdict}");
    }
}

/// What the person signs when she logs in, made again from the rules of the token.
fn login_message(algorithm: &str, origin: &str, nonce: &str) -> (SignatureScheme, Vec<u8>) {
    let two = |hash: Hash| [hash.digest(origin.as_bytes()).as_ref(), hash.digest(nonce.as_bytes()).as_ref()].concat();
    match algorithm {
        "SM2SM3" => (SignatureScheme::Sm2(Sm2Id::DEFAULT), [b"bidseal-login-v1", &two(Hash::Sm3)[..]].concat()),
        "ES256" => (SignatureScheme::Ecdsa(Hash::Sha256), two(Hash::Sha256)),
        "ES384" => (SignatureScheme::Ecdsa(Hash::Sha384), two(Hash::Sha384)),
        _ => (SignatureScheme::RsaPkcs1(Hash::Sha256), two(Hash::Sha256)),
    }
}

#[test]
fn login_tokens_of_every_suite_hold_for_their_origin_and_nonce_only() {
    for (suite, algorithm) in
        [(Suite::Sm, "SM2SM3"), (Suite::Rsa, "RS256"), (Suite::P256, "ES256"), (Suite::P384, "ES384")]
    {
        let desk = Desk::of(suite);
        let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
        let mut page = service.page(PORTAL);
        let certificate = signing(&mut page);
        let nonce = Base64::encode_string(&[7; 33]);
        let call = page.send("login", &json!({"certificate": certificate, "nonce": nonce}));
        let shown = service.agree();
        assert!(shown.contains("Log in") && shown.contains(PORTAL), "{shown}");
        let token = page.answer(call).unwrap();
        assert_eq!((token["format"].as_str(), token["algorithm"].as_str()), (Some("web-eid:1.0"), Some(algorithm)));
        assert!(token.get("nonce").is_none() && token.get("origin").is_none());
        let certificate = Base64::decode_vec(token["unverifiedCertificate"].as_str().unwrap()).unwrap();
        let certificate = x509::Certificate::from_der(&certificate).unwrap();
        let signature = Base64::decode_vec(token["signature"].as_str().unwrap()).unwrap();
        let signature = if suite == Suite::Rsa { signature } else { algo::raw_signature_to_der(&signature).unwrap() };
        let key: &PublicKey = certificate.public_key();
        let holds = |origin: &str, nonce: &str| {
            let (scheme, message) = login_message(algorithm, origin, nonce);
            key.verify(&scheme, &message, &signature).is_ok()
        };
        assert!(holds(PORTAL, &nonce), "{algorithm}");
        assert!(!holds("https://portal.example:8443", &nonce), "{algorithm}: another origin");
        assert!(!holds(PORTAL, &Base64::encode_string(&[8; 33])), "{algorithm}: another nonce");
    }
}

#[test]
fn the_web_never_spends_the_last_try() {
    let desk = Desk::of(Suite::P256);
    for _ in 0..9 {
        desk.with(&["pin", "verify", "--yes"], &json!({"pin": "wrong-pin-1"}));
    }
    assert_eq!(desk.tries(), Some(1));
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let document = upload(&service, &mut page, "a.txt", b"text", 10);
    let call = page.send("sign", &json!({"document": document, "certificate": certificate}));
    service.terminal.read_until("[y/N]");
    service.terminal.type_line("y");
    assert_eq!(page.answer(call), Err("token.last_try".into()));
    assert_eq!(desk.tries(), Some(1));
}

#[test]
fn a_call_is_cancelled_and_a_page_that_leaves_cancels_all() {
    let desk = Desk::of(Suite::P256);
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let document = upload(&service, &mut page, "a.txt", b"text", 10);
    let call = page.send("sign", &json!({"document": document, "certificate": certificate}));
    service.terminal.read_until("[y/N]");
    assert_eq!(page.call("cancel", &json!({"id": call})).unwrap()["cancelled"], true);
    service.terminal.type_line("y");
    assert_eq!(page.answer(call), Err("user.cancelled".into()), "a yes that comes too late is none");
    page.send("sign", &json!({"document": document, "certificate": certificate}));
    service.terminal.read_until("[y/N]");
    let other = page.call("document.open", &json!({"name": "b.txt", "length": 4})).unwrap();
    drop(page);
    // The agent has seen the page go when its tickets open nothing any more.
    let line = format!("GET {}", other["path"].as_str().unwrap());
    let ticket = format!("Bearer {}", other["ticket"].as_str().unwrap());
    until(|| service.request(&line, &[("Origin", PORTAL), ("Authorization", &ticket)], b"").code() == "web.ticket");
    service.terminal.type_line("y");
    let results = || {
        let entries = desk.run(&["journal", "list", "--json"]).ok().json()["entries"].clone();
        entries.as_array().unwrap().iter().map(|entry| entry["result"].clone()).collect::<Vec<_>>()
    };
    until(|| results().len() == 3);
    assert_eq!(results(), ["done", "user.cancelled", "user.cancelled"]);
    let (run, screen) = service.stop();
    run.ok();
    assert!(!screen.contains("PIN"), "nobody was asked for a PIN: {screen}");
}
