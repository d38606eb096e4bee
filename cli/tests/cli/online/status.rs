//! `cert status` and `verify --online`.

use std::sync::Arc;

use algo::Suite;
use ca::{Authority, Which};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use x509::issue::RevokedEntry;
use x509::revocation::Reason;

use super::{Bench, Server};
use crate::support::{Desk, HOLDER, Run, copy, judge};

const SUITES: [Suite; 3] = [Suite::Rsa, Suite::P256, Suite::Sm];

/// Answers as the authority itself, to OCSP if `responds`, and with lists.
fn serve(server: &Server, bench: &mut Bench, responds: bool, revoked: &[RevokedEntry]) {
    let placeholder = Authority::in_memory(Suite::P256, "none", bench.now).unwrap();
    let authority = Arc::new(std::mem::replace(&mut bench.authority, placeholder));
    let (now, revoked) = (bench.now, revoked.to_vec());
    server.answering(move |path, body| {
        let list = |which| (200, authority.crl(which, &revoked, 1, now).unwrap());
        match path {
            "/ocsp" if responds => {
                // The request names one certificate by its number: the root answers for that of the issuing authority.
                let number = authority.issuing().serial().as_bytes();
                let about_issuing = body.windows(number.len()).any(|piece| piece == number);
                let which = if about_issuing { Which::Root } else { Which::Issuing };
                (200, authority.ocsp(which, body, &revoked, now).unwrap())
            }
            "/root.crl" => list(Which::Root),
            "/issuing.crl" => list(Which::Issuing),
            _ => (503, b"later".to_vec()),
        }
    });
}

fn entry(bench: &Bench, since: OffsetDateTime) -> RevokedEntry {
    let serial = bench.signing_certificate().serial().clone();
    RevokedEntry { serial, since, reason: Some(Reason::KeyCompromise) }
}

fn status(desk: &Desk) -> Run {
    desk.run(&["cert", "status", "sign.pem", "--json"])
}

fn reasons(report: &Value) -> String {
    report["checked"].as_array().unwrap().iter().map(|one| one["reasons"].to_string()).collect()
}

#[test]
fn the_responder_is_asked_then_the_list_and_answers_are_kept_for_a_while() {
    for suite in SUITES {
        let server = Server::start();
        let mut bench = Bench::new(suite, &server);
        serve(&server, &mut bench, true, &[]);
        let report = status(&bench.desk).ok().json();
        assert_eq!(report["status"], "good", "{suite}");
        assert_eq!(report["checked"].as_array().unwrap().len(), 2, "the holder and the issuing authority");
        assert_eq!(
            (&report["checked"][0]["source"], &report["checked"][0]["from"]),
            (&"ocsp".into(), &"network".into())
        );
        assert_eq!(server.asked(), ["/ocsp", "/ocsp"]);

        let kept = status(&bench.desk).ok().json();
        assert_eq!((&kept["status"], &kept["checked"][0]["from"]), (&"good".into(), &"kept".into()), "{suite}");
        assert_eq!(server.asked(), Vec::<String>::new(), "{suite}");

        std::fs::remove_dir_all(bench.desk.file("home/status")).unwrap();
        // What is left in `bench` now is another authority: its lists say nothing about these certificates.
        serve(&server, &mut bench, false, &[]);
        let foreign = status(&bench.desk);
        assert_eq!((foreign.exit, &foreign.json()["status"]), (Some(1), &"unknown".into()), "{suite}: {foreign}");
        assert!(reasons(&foreign.json()).contains("crl.other_issuer"), "{suite}: {foreign}");
    }
}

#[test]
fn a_list_answers_where_no_responder_does_and_both_tell_a_revocation() {
    for suite in SUITES {
        for responds in [true, false] {
            let server = Server::start();
            let mut bench = Bench::new(suite, &server);
            let since = bench.now - Duration::hours(3);
            let revoked = entry(&bench, since);
            serve(&server, &mut bench, responds, &[revoked]);
            let run = status(&bench.desk);
            assert_eq!(run.exit, Some(1), "{run}");
            let report = run.json();
            let first = &report["checked"][0];
            assert_eq!((&report["status"], &first["status"]), (&"revoked".into(), &"revoked".into()), "{suite}");
            assert_eq!(first["source"], if responds { "ocsp" } else { "crl" });
            assert_eq!(first["revoked_for"], "key_compromise");
            assert!(first["revoked_since"].as_str().unwrap().starts_with(&since.date().to_string()));
            let shown = bench.desk.run(&["cert", "status", "sign.pem"]);
            assert!(shown.out.starts_with("REVOKED") && shown.out.contains("key_compromise"), "{shown}");
        }
    }
}

#[test]
fn no_answer_and_false_answers_are_unknown_and_never_good() {
    let server = Server::start();
    let bench = Bench::new(Suite::P256, &server);
    let cases: [(&str, u16, Vec<u8>, &[&str]); 4] = [
        ("down", 503, Vec::new(), &["network.status"]),
        ("garbage", 200, b"<html>sign in</html>".to_vec(), &["ocsp.malformed", "crl.malformed"]),
        ("try later", 200, vec![0x30, 3, 0x0a, 1, 3], &["ocsp.declined", "crl.malformed"]),
        ("too large", 200, vec![0x30; 300 << 10], &["network.too_large", "crl.malformed"]),
    ];
    for (name, code, answer, expected) in cases {
        server.answering(move |_, _| (code, answer.clone()));
        let run = status(&bench.desk);
        assert_eq!(run.exit, Some(1), "{name}: {run}");
        let report = run.json();
        assert_eq!(report["status"], "unknown", "{name}");
        assert!(expected.iter().all(|reason| reasons(&report).contains(reason)), "{name}: {report}");
    }
    server.asked();
    bench.allow_private(false);
    let report = status(&bench.desk).json();
    assert_eq!(report["status"], "unknown");
    assert!(reasons(&report).contains("network.private"), "{report}");
    assert_eq!(server.asked(), Vec::<String>::new(), "nobody was asked");
    assert!(!bench.desk.file("home/status").exists(), "no refused answer is kept");
}

#[test]
fn a_signature_is_judged_by_what_its_authority_says_only_where_the_person_wants_it() {
    let server = Server::start();
    let mut bench = Bench::new(Suite::P256, &server);
    let revoked = entry(&bench, bench.now - Duration::hours(3));
    bench.desk.write("a.txt", b"an offer");
    bench.desk.signing(&["sign", "a.txt", "-c", HOLDER]).ok();
    serve(&server, &mut bench, true, &[revoked]);
    let verify = |more: &[&str]| {
        let fresh = Desk::empty();
        copy(bench.desk.path(), fresh.path());
        fresh.run(&[&["verify", "a.txt.p7m", "--json"], more].concat())
    };
    let offline = verify(&[]).ok().json();
    assert_eq!(offline["signatures"][0]["revocation"], "not_checked");
    assert_eq!(server.asked(), Vec::<String>::new(), "without --online the network is not used");

    let online = verify(&["--online"]);
    assert_eq!(online.exit, Some(1), "{online}");
    let online = online.json();
    assert_eq!((&online["verdict"], &online["signatures"][0]["revocation"]), (&"invalid".into(), &"revoked".into()));
    assert_eq!(online["signatures"][0]["checked"][0]["revoked_for"], "key_compromise");
    let earlier = (bench.now - Duration::hours(4)).format(&time::format_description::well_known::Rfc3339).unwrap();
    let before = verify(&["--online", "--at", &earlier]).ok().json();
    assert_eq!(before["signatures"][0]["revocation"], "good", "it was revoked later than that");

    server.answering(|_, _| (503, Vec::new()));
    let silent = verify(&["--online"]);
    assert_eq!((silent.exit, &silent.json()["verdict"]), (Some(1), &"unknown".into()), "{silent}");
}

/// OpenSSL's own responder behind the address that the certificates name.
#[test]
fn openssl_answers_for_the_issuing_authority() {
    let server = Server::start();
    let mut bench = Bench::new(Suite::P256, &server);
    let office = bench.desk.file("office");
    let now = bench.now;
    bench.authority =
        Authority::create_at(&office, Suite::P256, "OpenSSL", now - Duration::days(9), Some(&server.address)).unwrap();
    let request = std::fs::read(bench.desk.file("request.sign.csr")).unwrap();
    let request = x509::CertificateRequest::from_any(&request).unwrap().prove().unwrap();
    let validity = bench.days(2);
    let leaf = bench.authority.issue(&request, ca::CertificateUse::Sign, validity, &ca::Ids::default()).unwrap();
    bench.desk.write("sign.pem", leaf.to_pem().as_bytes());
    let chain: String = bench.authority.chain().iter().map(x509::Certificate::to_pem).collect();
    bench.desk.write("chain.pem", chain.as_bytes());
    bench.desk.run(&["trust", "add", "chain.pem"]).ok();
    for name in ["root", "issuing"] {
        let (der, pem) = (format!("{name}.key"), format!("{name}.pkey"));
        judge("openssl", &["pkcs8", "-inform", "DER", "-nocrypt", "-in", &der, "-out", &pem], &office).ok();
    }
    let index = |revoked: bool| {
        let serial = leaf.serial();
        let line = match revoked {
            true => format!("R\t491231235959Z\t260101000000Z,superseded\t{serial}\tunknown\t/CN=x\n"),
            false => format!("V\t491231235959Z\t\t{serial}\tunknown\t/CN=x\n"),
        };
        let issuing = format!("V\t491231235959Z\t\t{}\tunknown\t/CN=y\n", bench.authority.issuing().serial());
        bench.desk.write("office/index.txt", format!("{line}{issuing}").as_bytes());
    };
    let folder = office.clone();
    server.answering(move |_, body| {
        std::io::Write::write_all(&mut std::fs::File::create(folder.join("request")).unwrap(), body).unwrap();
        let mut last = Vec::new();
        for name in ["issuing", "root"] {
            let (certificate, key) = (format!("{name}.pem"), format!("{name}.pkey"));
            let fixed = ["ocsp", "-index", "index.txt", "-reqin", "request", "-respout", "response", "-nmin", "9"];
            let signer = ["-CA", &certificate, "-rsigner", &certificate, "-rkey", &key, "-resp_text"];
            let told = judge("openssl", &[&fixed[..], &signer].concat(), &folder).ok().out;
            last = std::fs::read(folder.join("response")).unwrap();
            if !told.contains("Cert Status: unknown") {
                break;
            }
        }
        (200, last)
    });
    index(false);
    let report = status(&bench.desk).ok().json();
    assert_eq!((&report["status"], &report["checked"][0]["source"]), (&"good".into(), &"ocsp".into()));
    index(true);
    std::fs::remove_dir_all(bench.desk.file("home/status")).unwrap();
    let report = status(&bench.desk).json();
    assert_eq!((&report["status"], &report["checked"][0]["revoked_for"]), (&"revoked".into(), &"superseded".into()));
}

/// Adds lists to a PDF's document security store.
const ADD_LISTS: &str = "import sys\n\
    from asn1crypto.crl import CertificateList\n\
    from pyhanko.sign.validation.dss import DocumentSecurityStore\n\
    lists = [CertificateList.load(open(name, 'rb').read()) for name in sys.argv[2:]]\n\
    with open(sys.argv[1], 'rb+') as document:\n\
    \x20   DocumentSecurityStore.add_dss(document, None, crls=lists)\n";

/// What pyHanko put into a document answers without the network, and is believed only by its own signature.
#[test]
fn lists_inside_a_pdf_answer_without_the_network() {
    let server = Server::start();
    let bench = Bench::new(Suite::P256, &server);
    let stranger = Authority::in_memory(Suite::P256, "Online", bench.now - Duration::days(9)).unwrap();
    bench.desk.write("a.pdf", &crate::support::pdf(1));
    bench.desk.signing(&["sign", "a.pdf", "-c", HOLDER, "-o", "b.pdf"]).ok();
    let revoked = [entry(&bench, bench.now - Duration::hours(3))];
    let python = std::env::var_os("BIDSEAL_TEST_PYTHON").map(std::path::PathBuf::from);
    let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let python = python.unwrap_or_else(|| workspace.join("target/venv/bin/python"));
    for (name, authority, entries, expected) in [
        ("good.pdf", &bench.authority, &[][..], "good"),
        ("revoked.pdf", &bench.authority, &revoked[..], "revoked"),
        ("foreign.pdf", &stranger, &[][..], "not_checked"),
    ] {
        for (file, which) in [("root.crl", Which::Root), ("issuing.crl", Which::Issuing)] {
            bench.desk.write(file, &authority.crl(which, entries, 1, bench.now).unwrap());
        }
        std::fs::copy(bench.desk.file("b.pdf"), bench.desk.file(name)).unwrap();
        let words = ["-c", ADD_LISTS, name, "root.crl", "issuing.crl"];
        judge(python.to_str().unwrap(), &words, bench.desk.path()).ok();
        let run = bench.desk.run(&["verify", name, "--json"]);
        let report = run.json();
        let signature = &report["signatures"][0];
        assert_eq!((&signature["revocation"], &signature["changes_after"]), (&expected.into(), &"dss".into()), "{run}");
        assert_eq!(report["verdict"] == "valid", expected != "revoked", "{run}");
    }
    assert_eq!(server.asked(), Vec::<String>::new());
}
