//! Key files (.p12, .pfx) that OpenSSL wrote: onto a token, and then to work.

use std::fs;

use algo::Suite;
use ca::{Authority, CertificateUse, Ids};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use x509::{CertificateRequest, issue::Validity};

use crate::support::{Desk, LABEL, PIN, judge};

const PASSWORD: &str = "密码 pass-2026";
/// Who has a key file; nobody whose keys are on the token already.
const SUBJECT: &str = "/CN=旧客户端用户";
const MEMBER: &str = "旧客户端用户";

/// Ways in which `openssl pkcs12` wraps a key: today's, and that of OpenSSL 1.1 and Windows.
const WAYS: [&[&str]; 2] = [
    &["-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha256"],
    &["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
];

/// A key of the suite, its certificate for this use, and both in `NAME.p12`.
fn key_file(desk: &Desk, authority: &Authority, suite: Suite, wanted: CertificateUse, name: &str, way: &[&str]) {
    let algorithm: &[&str] = match suite {
        Suite::Rsa => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        Suite::Sm => &["-algorithm", "SM2"],
        _ => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    };
    let key = format!("{name}.key");
    judge("openssl", &[&["genpkey", "-out", &key], algorithm].concat(), desk.path()).ok();
    let request = format!("{name}.csr");
    let digest = if suite == Suite::Sm { "-sm3" } else { "-sha256" };
    let id: &[&str] = if suite == Suite::Sm { &["-sigopt", "distid:1234567812345678"] } else { &[] };
    let arguments = ["req", "-new", "-utf8", "-key", &key, "-subj", SUBJECT, "-out", &request, digest];
    judge("openssl", &[&arguments[..], id].concat(), desk.path()).ok();

    let proved = CertificateRequest::from_any(&fs::read(desk.file(&request)).unwrap()).unwrap().prove().unwrap();
    let now = OffsetDateTime::now_utc();
    let validity = Validity { not_before: now - Duration::days(1), not_after: now + Duration::days(30) };
    let certificate = authority.issue(&proved, wanted, validity, &Ids::default()).unwrap();
    let pem = format!("{name}.pem");
    desk.write(&pem, certificate.to_pem().as_bytes());
    desk.write("password", PASSWORD.as_bytes());
    let out = format!("{name}.p12");
    let export = ["pkcs12", "-export", "-inkey", &key, "-in", &pem, "-out", &out, "-passout", "file:password"];
    judge("openssl", &[&export[..], way].concat(), desk.path()).ok();
}

fn import(desk: &Desk, file: &str, password: &str) -> crate::support::Run {
    desk.with(&["cert", "import", LABEL, file], &json!({ "pin": PIN, "password": password }))
}

#[test]
fn keys_of_every_suite_move_onto_a_token_and_work_there() {
    for (suite, way) in [(Suite::Rsa, WAYS[1]), (Suite::P256, WAYS[0]), (Suite::Sm, WAYS[0])] {
        let desk = Desk::of(Suite::Sm);
        let authority = Authority::in_memory(suite, "Old", OffsetDateTime::now_utc() - Duration::days(60)).unwrap();
        let chain: String = authority.chain().iter().map(x509::Certificate::to_pem).collect();
        desk.write("old-chain.pem", chain.as_bytes());
        desk.run(&["trust", "add", "old-chain.pem"]).ok();
        key_file(&desk, &authority, suite, CertificateUse::Sign, "old-sign", way);
        key_file(&desk, &authority, suite, CertificateUse::Encrypt, "old-encrypt", way);
        for (file, key_use) in [("old-sign.p12", "sign"), ("old-encrypt.p12", "encrypt")] {
            let imported = import(&desk, file, PASSWORD).ok().json();
            assert_eq!(use_of(&imported), key_use, "{suite}: {imported}");
        }

        desk.write("a.txt", b"an offer");
        desk.signing(&["sign", "a.txt", "-c", MEMBER]).ok();
        assert_eq!(desk.run(&["verify", "a.txt.p7m", "--json"]).ok().json()["verdict"], "valid", "{suite}");
        // The form of the slot is the first that this key opens on trial.
        let made = desk.signing(&["bid", "encrypt", "a.txt", "-o", "x.bid", "--to", MEMBER]).ok().json();
        assert_eq!(made["rehearsed"], true, "{suite}: {made}");
        desk.signing(&["bid", "decrypt", "x.bid", "-o", "out"]).ok();
        assert_eq!(fs::read(desk.file("out/a.txt")).unwrap(), b"an offer", "{suite}");
    }
}

fn use_of(imported: &Value) -> &str {
    imported.pointer("/imported/0/use").and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn a_wrong_password_a_damaged_file_and_a_wrong_pin_are_told_apart() {
    let desk = Desk::of(Suite::Sm);
    let authority = Authority::in_memory(Suite::P256, "Old", OffsetDateTime::now_utc() - Duration::days(60)).unwrap();
    key_file(&desk, &authority, Suite::P256, CertificateUse::Sign, "old", WAYS[0]);
    let wrong = import(&desk, "old.p12", "another-password");
    assert_eq!((wrong.exit, wrong.code().as_str()), (Some(3), "p12.password_wrong"), "{wrong}");
    let whole = fs::read(desk.file("old.p12")).unwrap();
    desk.write("cut.p12", &whole[..whole.len() / 2]);
    let cut = import(&desk, "cut.p12", PASSWORD);
    assert_eq!((cut.exit, cut.code().as_str()), (Some(2), "p12.damaged"), "{cut}");
    assert_eq!(desk.tries(), Some(10), "none of this reached the token");
    let pin = desk.with(&["cert", "import", LABEL, "old.p12"], &json!({ "pin": "wrong-1", "password": PASSWORD }));
    assert_eq!((pin.exit, pin.code().as_str()), (Some(3), "token.pin_wrong"), "{pin}");
    assert!(!desk.run(&["cert", "list", "--json"]).ok().out.contains(MEMBER), "nothing came onto the token");
}
