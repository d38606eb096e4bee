//! A key with the SKF interface, used by the program as a bidder uses it: from activation to the opened bid.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use algo::Suite;
use ca::{Authority, CertificateUse, Ids};
use serde_json::{Value, json};
use time::OffsetDateTime;
use x509::{Certificate, CertificateRequest, issue::Validity};

use crate::support::{Desk, HOLDER, Run, fed, judge, pdf, png};

/// What the simulator calls its key.
const LABEL: &str = "投标令牌";
const PIN: &str = "Bid-2026!";
const PASSWORD: &str = "file pass-2026";

/// A desk with a simulated key beside it (tests/fixtures/skf-simulator/README.md).
struct Bidder {
    desk: Desk,
    authority: Authority,
}

impl Bidder {
    fn new(suite: Suite) -> Self {
        let desk = Desk::empty();
        fs::create_dir(desk.file("key")).unwrap();
        let authority =
            Authority::in_memory(suite, "Test", OffsetDateTime::now_utc() - time::Duration::days(60)).unwrap();
        let chain: String = authority.chain().iter().map(Certificate::to_pem).collect();
        desk.write("chain.pem", chain.as_bytes());
        desk.run(&["trust", "add", "chain.pem"]).ok();
        Self { desk, authority }
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let module = module().display().to_string();
        let mut command = self.desk.command(&[arguments, &["--json", "--module", &module]].concat());
        command.env("BIDSEAL_SKF_SIMULATOR", self.desk.file("key"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).stdin(Stdio::null()).output().unwrap().into()
    }

    fn with(&self, arguments: &[&str], secrets: &Value) -> Run {
        fed(self.command(&[arguments, &["--yes", "--secrets-stdin"]].concat()), secrets.to_string().as_bytes())
    }

    fn by_pin(&self, arguments: &[&str]) -> Run {
        self.with(arguments, &json!({ "pin": PIN }))
    }

    fn pin_of_the_key(&self) -> Value {
        self.run(&["token", "list"]).ok().json()["tokens"][0]["pin"].clone()
    }

    fn issue(&self, request: &str, wanted: CertificateUse, name: &str) {
        let request = fs::read(self.desk.file(request)).unwrap();
        let request = CertificateRequest::from_any(&request).unwrap().prove().unwrap();
        let now = OffsetDateTime::now_utc();
        let validity =
            Validity { not_before: now - time::Duration::days(1), not_after: now + time::Duration::days(30) };
        let certificate = self.authority.issue(&request, wanted, validity, &Ids::default()).unwrap();
        self.desk.write(name, certificate.to_pem().as_bytes());
    }

    /// The encryption key pair, made outside as authorities do, in a key file that OpenSSL wrote.
    fn encryption_key_file(&self, suite: Suite) {
        let algorithm: &[&str] = match suite {
            Suite::Sm => &["-algorithm", "SM2"],
            _ => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        };
        let folder = self.desk.path();
        judge("openssl", &[&["genpkey", "-out", "encrypt.key"], algorithm].concat(), folder).ok();
        let subject = format!("/C=CN/CN={HOLDER}");
        let request = ["req", "-new", "-utf8", "-key", "encrypt.key", "-subj", &subject, "-out", "encrypt.csr"];
        let sm2: &[&str] = &["-sm3", "-sigopt", "distid:1234567812345678"];
        judge("openssl", &[&request[..], if suite == Suite::Sm { sm2 } else { &[] }].concat(), folder).ok();
        self.issue("encrypt.csr", CertificateUse::Encrypt, "encrypt.pem");
        self.desk.write("password", PASSWORD.as_bytes());
        let export = ["pkcs12", "-export", "-inkey", "encrypt.key", "-in", "encrypt.pem", "-out", "encrypt.p12"];
        judge("openssl", &[&export[..], &["-passout", "file:password"]].concat(), folder).ok();
    }

    /// Activated, with a double certificate.
    fn enrol(&self, suite: Suite) {
        self.with(&["pin", "activate", LABEL], &json!({ "pin": "123456", "new_pin": PIN })).ok();
        let subject = format!("CN={HOLDER},C=CN");
        let request = ["cert", "request", LABEL, "--subject", &subject, "--use", "sign", "--suite", suite.name()];
        self.by_pin(&[&request[..], &["-o", "sign.csr"]].concat()).ok();
        self.issue("sign.csr", CertificateUse::Sign, "sign.pem");
        self.by_pin(&["cert", "import", LABEL, "sign.pem"]).ok();
        self.encryption_key_file(suite);
        self.with(&["cert", "import", LABEL, "encrypt.p12"], &json!({ "pin": PIN, "password": PASSWORD })).ok();
    }
}

fn module() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fixtures/debug/libskf_simulator.so");
    built.canonicalize().expect("cargo xtask test fixtures builds the simulator")
}

#[test]
fn a_key_is_activated_certified_and_used_from_the_stamp_to_the_opened_bid() {
    for suite in [Suite::Sm, Suite::Rsa] {
        let bidder = Bidder::new(suite);
        let listed = bidder.run(&["token", "list"]).ok().json();
        let token = &listed["tokens"][0];
        assert_eq!((&token["provider"], &token["label"]), (&json!("skf"), &json!(LABEL)), "{listed}");
        assert_eq!((&token["pin"]["is_default"], &token["pin"]["remaining"]), (&json!(true), &json!(10)), "{listed}");
        assert_eq!(listed["modules"][0]["kind"], "skf", "told by its functions: {listed}");
        let early = bidder.with(&["pin", "verify", LABEL], &json!({ "pin": "123456" }));
        assert_eq!((early.code().as_str(), early.exit), ("token.not_activated", Some(3)));

        bidder.enrol(suite);
        let keys = bidder.run(&["token", "list"]).ok().json()["tokens"][0]["keys"].clone();
        assert_eq!(keys.as_array().map(Vec::len), Some(2), "{suite}: {keys}");
        assert_eq!(keys[0]["container"], keys[1]["container"], "one container holds both: {keys}");

        bidder.desk.write("a.txt", "一百万".as_bytes());
        bidder.by_pin(&["sign", "a.txt", "-c", HOLDER]).ok();
        assert_eq!(bidder.desk.run(&["verify", "a.txt.p7m", "--json"]).ok().json()["verdict"], "valid", "{suite}");

        bidder.desk.write("a.pdf", &pdf(2));
        bidder.desk.write("seal.png", &png());
        let seal = ["-c", HOLDER, "--seal", "seal.png", "--size", "40"];
        bidder.by_pin(&[&["stamp", "a.pdf", "-o", "b.pdf"], &seal[..]].concat()).ok();
        assert_eq!(bidder.desk.run(&["verify", "b.pdf", "--json"]).ok().json()["verdict"], "valid", "{suite}");
        if suite == Suite::Rsa {
            let found = judge("pdfsig", &["-nocert", "b.pdf"], bidder.desk.path()).ok().out;
            assert!(found.contains("Signature is Valid") && found.contains("Total document signed"), "{found}");
        }

        let made = bidder.by_pin(&["bid", "encrypt", "a.txt", "-o", "x.bid", "--to", HOLDER]).ok().json();
        assert_eq!(made["rehearsed"], true, "{suite}: {made}");
        bidder.by_pin(&["bid", "rehearse", "x.bid"]).ok();
        bidder.by_pin(&["bid", "decrypt", "x.bid", "-o", "out"]).ok();
        assert_eq!(fs::read_to_string(bidder.desk.file("out/a.txt")).unwrap(), "一百万", "{suite}");
    }
}

#[test]
fn wrong_pins_count_down_lock_and_are_unlocked_by_the_administrators_pin() {
    let bidder = Bidder::new(Suite::Sm);
    bidder.with(&["pin", "activate", LABEL], &json!({ "pin": "123456", "new_pin": PIN })).ok();
    for left in (0..10).rev() {
        // Secrets that are handed over are a person's will, also for the last try.
        let wrong = bidder.with(&["pin", "verify", LABEL], &json!({ "pin": "000000" }));
        let expected = if left == 0 { "token.pin_locked" } else { "token.pin_wrong" };
        assert_eq!((wrong.exit, wrong.code().as_str()), (Some(3), expected), "{left} left: {wrong}");
        assert_eq!(bidder.pin_of_the_key()["remaining"], left);
    }
    assert_eq!(bidder.by_pin(&["pin", "verify", LABEL]).code(), "token.pin_locked");
    let unblocked = bidder.with(&["pin", "unblock", LABEL], &json!({ "puk": "admin123", "new_pin": "New-2026!" }));
    assert_eq!(unblocked.ok().json()["pin"]["remaining"], 10);
    bidder.with(&["pin", "verify", LABEL], &json!({ "pin": "New-2026!" })).ok();
}

/// The authority's program, with its keys in the folder `ca`.
fn authority(bidder: &Bidder, arguments: &[&str], secrets: &Value) -> Run {
    let mut program = std::process::Command::new(Path::new(env!("CARGO_BIN_EXE_bidseal")).with_file_name("bidseal-ca"));
    program.args(arguments).current_dir(bidder.desk.path());
    fed(program, secrets.to_string().as_bytes())
}

/// Starts the exchange, lets `answer` make the voucher out of the request, and waits for the end.
fn exchange(bidder: &Bidder, answer: impl FnOnce()) -> Run {
    for old in ["request.json", "voucher"] {
        let _ = fs::remove_file(bidder.desk.file(old));
    }
    let both = ["pin", "unblock", LABEL, "--request", "request.json", "--response", "voucher"];
    let child = bidder.command(&both).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while !bidder.desk.file("request.json").exists() {
        assert!(Instant::now() < until, "no request was written");
        thread::sleep(Duration::from_millis(20));
    }
    answer();
    child.wait_with_output().unwrap().into()
}

#[test]
fn the_authority_unlocks_a_key_from_afar_by_its_own_program() {
    let bidder = Bidder::new(Suite::Sm);
    authority(&bidder, &["create", "ca", "--suite", "sm", "--name", "Remote"], &json!({})).ok();
    authority(&bidder, &["root", "ca", "-o", "ca-root.pem"], &json!({})).ok();
    bidder.desk.run(&["trust", "add", "ca-root.pem"]).ok();
    bidder.with(&["pin", "activate", LABEL], &json!({ "pin": "123456", "new_pin": PIN })).ok();
    for _ in 0..10 {
        bidder.with(&["pin", "verify", LABEL], &json!({ "pin": "000000" }));
    }
    let alone = bidder.run(&["pin", "unblock", LABEL, "--request", "alone.json"]);
    assert_eq!(
        (alone.code().as_str(), alone.error()["data"]["reason"].clone()),
        ("token.not_supported", json!("answer_later"))
    );
    assert!(!bidder.desk.file("alone.json").exists());

    let voucher = ["voucher", "ca", "--request", "request.json", "-o", "voucher"];
    let by_pins = [&voucher[..], &["--pins-stdin"]].concat();
    let pins = json!({ "admin_pin": "admin123", "new_pin": "Sent-2026!" });
    let refused = |run: &Run| {
        assert_eq!((run.exit, run.code().as_str()), (Some(3), "token.voucher"), "{run}");
        assert_eq!(bidder.pin_of_the_key()["state"], "locked");
        run.error()["data"]["reason"].as_str().unwrap().to_owned()
    };
    let by_wrong_pin = exchange(&bidder, || {
        let without = authority(&bidder, &voucher, &json!({}));
        assert!(without.exit == Some(2) && without.err.contains("--pins-stdin"), "{without}");
        authority(&bidder, &by_pins, &json!({ "admin_pin": "admin124", "new_pin": "Sent-2026!" })).ok();
    });
    assert_eq!(refused(&by_wrong_pin), "voucher_wrong");
    fs::copy(bidder.desk.file("request.json"), bidder.desk.file("old.json")).unwrap();
    let of_an_older_request = exchange(&bidder, || {
        let old = ["voucher", "ca", "--request", "old.json", "-o", "voucher", "--pins-stdin"];
        authority(&bidder, &old, &pins).ok();
    });
    assert_eq!(refused(&of_an_older_request), "voucher_wrong");
    let of_a_stranger = exchange(&bidder, || {
        authority(&bidder, &["create", "other", "--suite", "sm", "--name", "Other"], &json!({})).ok();
        let foreign = ["voucher", "other", "--request", "request.json", "-o", "voucher", "--pins-stdin"];
        authority(&bidder, &foreign, &pins).ok();
    });
    assert_eq!(refused(&of_a_stranger), "voucher_untrusted");

    let done = exchange(&bidder, || {
        let told = authority(&bidder, &by_pins, &pins).ok().out;
        assert!(
            told.contains(LABEL) && !told.contains("Sent-2026!"),
            "a PIN that was handed over is not printed: {told}"
        );
    });
    assert_eq!(done.ok().json()["pin"]["remaining"], 10);
    bidder.with(&["pin", "verify", LABEL], &json!({ "pin": "Sent-2026!" })).ok();
    let again = bidder.run(&["pin", "unblock", LABEL, "--response", "voucher"]);
    assert_eq!(again.error()["data"]["reason"], "voucher_wrong", "used before: {again}");
    let lies_there = bidder.run(&["pin", "unblock", LABEL, "--request", "new.json", "--response", "voucher"]);
    assert_eq!(lies_there.code(), "output.exists", "{lies_there}");
}

#[test]
fn a_pulled_key_and_a_module_that_dies_are_told_as_what_they_are() {
    let bidder = Bidder::new(Suite::Sm);
    bidder.enrol(Suite::Sm);
    bidder.desk.write("a.txt", b"x");
    for (quirk, code) in [("pull SKF_ECCSignData", "token.removed"), ("abort SKF_ECCSignData", "token.module_failed")] {
        bidder.desk.write("key/quirks", quirk.as_bytes());
        let failed = bidder.by_pin(&["sign", "a.txt", "-c", HOLDER]);
        assert_eq!((failed.exit, failed.code().as_str()), (Some(3), code), "{failed}");
        assert!(!bidder.desk.file("a.txt.p7m").exists());
        bidder.desk.write("key/quirks", b"");
        bidder.desk.write("key/slot", quirk.as_bytes());
    }
    bidder.by_pin(&["sign", "a.txt", "-c", HOLDER]).ok();
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the key is plugged in all at once, and nothing of it is kept")]
fn watching_tells_within_a_second_what_the_module_tells() {
    let bidder = Bidder::new(Suite::Sm);
    let mut child = bidder.command(&["token", "watch"]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let (sender, told) = mpsc::channel();
    thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            let _ = sender.send(serde_json::from_str::<Value>(&line).expect("a line is JSON"));
        }
    });
    let until = |change: &str| loop {
        let event = told.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("no token {change}"));
        if event["about"] == "token" && event["change"] == change {
            break event;
        }
    };
    let appeared = until("appeared");
    assert_eq!(appeared["code"], "not_activated", "{appeared}");
    let waiting = bidder.desk.file("key/waiting");
    let mut medians = Vec::new();
    // Other work on this machine may slow down one round, or two.
    for round in 0..3 {
        let mut delays = Vec::new();
        for cycle in 0..5 {
            for (content, change) in [("empty".to_owned(), "vanished"), (format!("{round}.{cycle}"), "appeared")] {
                // The module's other worker needs a moment until it waits again.
                let patience = Instant::now() + Duration::from_secs(20);
                while !waiting.exists() {
                    assert!(Instant::now() < patience, "nobody waits for the module to tell");
                    thread::sleep(Duration::from_millis(5));
                }
                fs::remove_file(&waiting).unwrap();
                bidder.desk.write("key/next", content.as_bytes());
                let begun = Instant::now();
                fs::rename(bidder.desk.file("key/next"), bidder.desk.file("key/slot")).unwrap();
                until(change);
                delays.push(begun.elapsed());
            }
        }
        delays.sort();
        medians.push(delays[5]);
        if delays[5] < Duration::from_secs(1) {
            break;
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    let best = medians.iter().min().unwrap();
    assert!(*best < Duration::from_secs(1), "half of the changes took longer than {best:?}, in each of {medians:?}");
}
