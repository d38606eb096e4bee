//! `--tsa`: time stamps over statements and signatures, from OpenSSL's authority.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use algo::Suite;
use serde_json::{Value, json};
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::{Bench, Server};
use crate::support::{self, Desk, HOLDER, Run, judge};

/// OpenSSL as time stamping authority of the bench, in a folder of its own.
fn office(bench: &Bench) -> PathBuf {
    let holder = bench.tsa();
    let write = |name: &str, bytes: &[u8]| drop(bench.desk.write(&format!("tsa/{name}"), bytes));
    write("tsa.pem", holder.certificate.to_pem().as_bytes());
    write("chain.pem", bench.authority.issuing().to_pem().as_bytes());
    write("root.pem", bench.authority.root().to_pem().as_bytes());
    write("tsa.der", holder.key.to_pkcs8().unwrap().expose());
    write("serial", b"01\n");
    let configuration = "[tsa]\ndefault_tsa=it\n[it]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\n\
        certs=chain.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256,sha384\n\
        accuracy=secs:1\ness_cert_id_alg=sha256\n";
    write("ts.cnf", configuration.as_bytes());
    let folder = bench.desk.file("tsa");
    judge("openssl", &["pkcs8", "-inform", "DER", "-nocrypt", "-in", "tsa.der", "-out", "tsa.key"], &folder).ok();
    folder
}

fn answer(folder: &Path, query: &[u8]) -> Vec<u8> {
    std::io::Write::write_all(&mut fs::File::create(folder.join("query")).unwrap(), query).unwrap();
    // A refusal is an answer too.
    judge("openssl", &["ts", "-reply", "-config", "ts.cnf", "-queryfile", "query", "-out", "response"], folder);
    fs::read(folder.join("response")).unwrap()
}

fn bench(suite: Suite) -> (Server, Bench, PathBuf) {
    let server = Server::start();
    let bench = Bench::new(suite, &server);
    let folder = office(&bench);
    let there = folder.clone();
    server.answering(move |_, query| (200, answer(&there, query)));
    bench.desk.write("报价.txt", b"an offer");
    (server, bench, folder)
}

fn encrypt(desk: &Desk, output: &str, tsa: &str) -> Run {
    desk.signing(&["bid", "encrypt", "报价.txt", "-o", output, "--to", "encrypt.pem", "--tsa", tsa])
}

/// The token of a message's one signer.
fn token(message: &[u8]) -> Vec<u8> {
    let data = cms::SignedData::parse(message).unwrap();
    let signer = data.only_signer().unwrap();
    signer.unsigned_attribute(cms::oid::SIGNATURE_TIME_STAMP).remove(0)
}

#[test]
fn a_sealing_statement_has_its_time_proved_and_openssl_agrees() {
    let (server, bench, folder) = bench(Suite::P256);
    let made = encrypt(&bench.desk, "x.bid", &server.address).ok().json();
    assert_eq!(made["timestamp"]["authority"], "time");
    let message = fs::read(bench.desk.file("x.bid.p7s")).unwrap();
    let data = cms::SignedData::parse(&message).unwrap();
    bench.desk.write("tsa/token", &token(&message));
    bench.desk.write("tsa/value", data.only_signer().unwrap().signature());
    let verify = ["ts", "-verify", "-in", "token", "-token_in", "-data", "value", "-CAfile", "root.pem"];
    judge("openssl", &[&verify[..], &["-untrusted", "chain.pem"]].concat(), &folder).ok();
    let verdict = bench.desk.run(&["bid", "verify", "x.bid", "--json"]).ok().json();
    let time = &verdict["signatures"][0]["time"];
    assert_eq!((&time["source"], &time["value"]), (&"timestamp".into(), &made["timestamp"]["time"]), "{verdict}");
    bench.desk.signing(&["bid", "decrypt", "x.bid", "-o", "out"]).ok();
}

/// The authority knows no SM3, as most do not: the imprint is SHA-256 then, and the statement stays SM2.
#[test]
fn an_sm2_statement_is_stamped_by_an_authority_that_knows_no_sm3() {
    let server = Server::start();
    let bench = Bench::new(Suite::Sm, &server);
    let others = Server::start();
    let western = Bench::new(Suite::P256, &others);
    let folder = office(&western);
    server.answering(move |_, query| (200, answer(&folder, query)));
    bench.desk.write("报价.txt", b"an offer");
    bench.desk.write("western.pem", western.authority.root().to_pem().as_bytes());
    bench.desk.run(&["trust", "add", "western.pem"]).ok();
    encrypt(&bench.desk, "x.bid", &server.address).ok();
    assert_eq!(server.asked().len(), 2, "asked with SM3 first");
    let verdict = bench.desk.run(&["bid", "verify", "x.bid", "--json"]).ok().json();
    assert_eq!(verdict["signatures"][0]["time"]["source"], "timestamp", "{verdict}");
}

/// Whatever the authority does, the bid and its statement are made, and the code says what is missing.
#[test]
fn a_time_stamp_that_fails_leaves_the_bid_and_says_why() {
    let (server, bench, folder) = bench(Suite::P256);
    let mut old = cms::TimeStampRequest::new(algo::Hash::Sha256, b"another question", None).unwrap().to_der();
    let other = answer(&folder, &old);
    old.clear();
    let rejected = vec![0x30, 9, 0x30, 7, 2, 1, 2, 3, 2, 7, 0x80];
    let cases: [(&str, u16, Vec<u8>); 5] = [
        ("tsa.malformed", 200, b"<html>sign in</html>".to_vec()),
        ("tsa.rejected", 200, rejected),
        ("tsa.imprint", 200, other),
        ("network.too_large", 200, vec![0x30; 70 << 10]),
        ("network.status", 503, Vec::new()),
    ];
    for (number, (code, status, bytes)) in cases.into_iter().enumerate() {
        server.answering(move |_, _| (status, bytes.clone()));
        let name = format!("{number}.bid");
        let run = encrypt(&bench.desk, &name, &server.address);
        assert_eq!((run.exit, run.code().as_str()), (Some(4), code), "{run}");
        assert_eq!(run.json()["timestamp"], Value::Null);
        let verdict = bench.desk.run(&["bid", "verify", &name, "--json"]).ok().json();
        assert_eq!(verdict["signatures"][0]["time"]["source"], "claimed", "{code}");
    }
    let there = folder.clone();
    server.answering(move |_, query| {
        // The nonce is the last number before the flag that asks for certificates.
        let mut replayed = query.to_vec();
        let at = replayed.len() - 4;
        replayed[at] ^= 1;
        (200, answer(&there, &replayed))
    });
    assert_eq!(encrypt(&bench.desk, "nonce.bid", &server.address).code(), "tsa.nonce");
    bench.allow_private(false);
    let run = encrypt(&bench.desk, "private.bid", &server.address);
    assert_eq!((run.exit, run.code().as_str()), (Some(1), "network.private"), "{run}");
    assert!(bench.desk.file("private.bid").exists() && bench.desk.file("private.bid.p7s").exists());
    let typed = encrypt(&bench.desk, "typed.bid", "ldap://a.example/");
    assert_eq!((typed.exit, typed.code().as_str()), (Some(2), "network.url"), "{typed}");
    assert!(!bench.desk.file("typed.bid").exists(), "what was mistyped is refused before anything is made");
    assert_eq!(bench.desk.leftovers(), Vec::<PathBuf>::new());
}

/// A signature outlives its certificate by its time stamp: expiry is judged at the time that is proved.
#[test]
fn a_time_stamped_signature_is_valid_after_its_certificate_and_a_claimed_time_is_not() {
    let (server, bench, _) = bench(Suite::P256);
    let line = ["sign", "报价.txt", "-c", HOLDER];
    bench.desk.signing(&[&line[..], &["-o", "plain.p7m"]].concat()).ok();
    bench.desk.signing(&[&line[..], &["-o", "timed.p7m", "--tsa", &server.address]].concat()).ok();
    let later = (bench.now + Duration::days(90)).format(&Rfc3339).unwrap();
    let verify = |file: &str| bench.desk.run(&["verify", file, "--at", &later, "--json"]);
    let plain = verify("plain.p7m").json();
    assert_eq!((&plain["verdict"], &plain["signatures"][0]["chain"]), (&"invalid".into(), &"expired".into()));
    let timed = verify("timed.p7m").ok().json();
    assert_eq!((&timed["verdict"], &timed["signatures"][0]["chain"]), (&"valid".into(), &"trusted".into()));
    assert_eq!(timed["signatures"][0]["time"]["source"], "timestamp");

    let home = Desk::empty();
    support::copy(bench.desk.path(), home.path());
    for entry in fs::read_dir(home.file("home/trust")).unwrap().flatten() {
        fs::remove_file(entry.path()).unwrap();
    }
    let untrusted = home.run(&["verify", "timed.p7m", "--json"]).json();
    assert_eq!(
        untrusted["signatures"][0]["time"]["source"], "claimed",
        "an authority that nobody trusts proves nothing"
    );
    assert!(untrusted["signatures"][0]["reasons"].to_string().contains("timestamp.untrusted"));

    server.answering(|_, _| (503, Vec::new()));
    let run = bench.desk.signing(&[&line[..], &["-o", "no.p7m", "--tsa", &server.address]].concat());
    assert_eq!((run.exit, run.code().as_str()), (Some(4), "network.status"), "{run}");
    assert!(!bench.desk.file("no.p7m").exists(), "without its time stamp the signature is not written");
}

#[test]
fn a_stamp_of_level_b_t_carries_a_time_stamp() {
    let (server, bench, folder) = bench(Suite::P256);
    bench.desk.write("a.pdf", &support::pdf(1));
    bench.desk.write("seal.png", &support::png());
    let line = ["stamp", "a.pdf", "-o", "b.pdf", "-c", HOLDER, "--seal", "seal.png", "--size", "40"];
    let missing = bench.desk.signing(&[&line[..], &["--level", "b-t"]].concat());
    assert_eq!((missing.exit, missing.code().as_str()), (Some(2), "usage.missing"));
    bench.desk.signing(&[&line[..], &["--level", "b-t", "--tsa", &server.address]].concat()).ok();
    let verdict = bench.desk.run(&["verify", "b.pdf", "--json"]).ok().json();
    assert_eq!(verdict["signatures"][0]["time"]["source"], "timestamp", "{verdict}");
    let found = judge("pdfsig", &["-nocert", "b.pdf"], bench.desk.path()).ok().out;
    assert!(found.contains("Signature is Valid") && found.contains("Total document signed"), "{found}");
    judge("qpdf", &["--check", "b.pdf"], bench.desk.path()).ok();
    let fact = pyhanko(&bench.desk.file("b.pdf"), &folder.join("root.pem"));
    assert_eq!(fact["bottom_line"], true, "{fact}");
    assert_eq!((&fact["timestamp"]["sound"], &fact["timestamp"]["trusted"]), (&true.into(), &true.into()), "{fact}");
}

/// What pyHanko says of the only signature, by the Python program that the tests of `pdf` keep.
fn pyhanko(file: &Path, root: &Path) -> Value {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let python = std::env::var_os("BIDSEAL_TEST_PYTHON").map(PathBuf::from);
    let mut command = Command::new(python.unwrap_or_else(|| workspace.join("target/venv/bin/python")));
    command.arg(workspace.join("crypto-core/pdf/tests/pdf/judge.py"));
    let run = support::fed(command, json!({ "root": root, "files": [{ "path": file }] }).to_string().as_bytes());
    run.ok().json()["files"][0][0].clone()
}
