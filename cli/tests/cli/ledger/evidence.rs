//! The evidence bundle: what it says for each kind of failure, what it never holds, and who verifies it.

use std::fs;

use algo::Suite;
use serde_json::{Value, json};

use super::{encrypt, list, sealed};
use crate::support::{Desk, LABEL, PIN, judge};

/// Makes the bundle, has Python unpack it, and gives the report in it.
fn unpacked(desk: &Desk, more: &[&str]) -> Value {
    desk.signing(&[&["bid", "evidence", "offer.bid", "-o", "evidence.zip"], more].concat()).ok();
    let script =
        "import sys,zipfile; z=zipfile.ZipFile('evidence.zip'); assert z.testzip() is None; z.extractall('evidence')";
    judge("python3", &["-c", script], desk.path()).ok();
    serde_json::from_slice(&fs::read(desk.file("evidence/evidence.json")).unwrap()).unwrap()
}

fn codes(report: &Value) -> Vec<(&str, &str)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|one| (one["part"].as_str().unwrap(), one["code"].as_str().unwrap())).collect()
}

#[test]
fn an_altered_file_is_proved_by_root_statement_and_ledger() {
    let desk = sealed(-5);
    let mut bytes = fs::read(desk.file("offer.bid")).unwrap();
    // One bit of the first chunk: header, trailer and its root are whole.
    bytes[4096 + 7] ^= 1;
    desk.write("offer.bid", &bytes);
    assert_eq!(desk.signing(&["bid", "decrypt", "offer.bid", "-o", "out"]).code(), "bid.tampered");
    let report = unpacked(&desk, &[]);
    assert_eq!((&report["part"], codes(&report)[0]), (&json!("file"), ("file", "bid.tampered")), "{report}");
    let entry = &list(&desk)[0];
    assert_eq!(report["bid"]["root"]["in_ledger"], entry["root"]);
    assert_eq!(report["bid"]["root"]["in_statement"], entry["root"]);
    assert_eq!(report["bid"]["header_hash"], entry["header_hash"]);
    assert_eq!(report["ledger"]["attempts"][1]["result"], "bid.tampered");
    let verify = ["cms", "-verify", "-binary", "-inform", "DER", "-in", "evidence/evidence.json.p7s", "-content"];
    let more = ["evidence/evidence.json", "-CAfile", "root.pem", "-purpose", "any", "-out", "out.json"];
    judge("openssl", &[&verify[..], &more].concat(), desk.path()).ok();
    desk.run(&["verify", "evidence/evidence.json", "--signature", "evidence/evidence.json.p7s"]).ok();
}

#[test]
fn it_holds_no_pin_no_content_no_inner_name_and_no_path() {
    let desk = sealed(60);
    unpacked(&desk, &[]);
    let zip = fs::read(desk.file("evidence.zip")).unwrap();
    let folder = desk.path().display().to_string();
    let text = String::from_utf8_lossy(&zip);
    assert!(text.contains("offer.bid") && text.contains(LABEL), "the search finds what is there");
    for canary in [PIN, "canary-content", "报价", folder.as_str(), "/tmp", "/home"] {
        assert!(!text.contains(canary), "{canary} is in the bundle");
    }
}

#[test]
fn each_part_is_told_from_the_others() {
    let early = sealed(60);
    assert_eq!(unpacked(&early, &[])["part"], "clock");

    let whole = sealed(-5);
    assert_eq!(unpacked(&whole, &[])["part"], "none");

    let no_token = sealed(-5);
    fs::remove_dir_all(no_token.file("home/tokens")).unwrap();
    let report = unpacked(&no_token, &[]);
    assert_eq!((&report["part"], &report["signed_by"]), (&json!("token"), &Value::Null), "{report}");
    assert!(!no_token.file("evidence/evidence.json.p7s").exists());

    let locked = sealed(-5);
    for _ in 0..10 {
        locked.with(&["pin", "verify", LABEL, "--yes"], &json!({"pin": "wrong-1"}));
    }
    let report = unpacked(&locked, &["--unsigned"]);
    assert_eq!(codes(&report)[0], ("token", "token.pin_locked"), "{report}");

    let other = sealed(-5);
    encrypt(&other, "other.bid", -5, &[]).ok();
    let report = unpacked(&other, &["--receipt", "other.bid.p7s"]);
    assert_eq!(codes(&report), [("platform", "receipt_differs")], "the platform received another file: {report}");

    let wrong_key = sealed(-5);
    fs::remove_dir_all(wrong_key.file("home/tokens")).unwrap();
    fs::create_dir_all(wrong_key.file("home/tokens")).unwrap();
    crate::support::copy(&Desk::of(Suite::Sm).file("home/tokens"), &wrong_key.file("home/tokens"));
    let report = unpacked(&wrong_key, &["--unsigned"]);
    assert_eq!(codes(&report)[0], ("key", "bid.no_recipient"), "{report}");

    let swapped = sealed(-5);
    encrypt(&swapped, "other.bid", -5, &[]).ok();
    fs::copy(swapped.file("other.bid"), swapped.file("offer.bid")).unwrap();
    let report = unpacked(&swapped, &[]);
    assert_eq!(codes(&report)[0], ("file", "root_differs"), "the statement beside it is of another bid: {report}");
}

#[test]
fn an_sm2_bundle_is_verified_by_this_program() {
    let desk = Desk::of(Suite::Sm);
    desk.write("报价.txt", b"an offer");
    encrypt(&desk, "offer.bid", -5, &[]).ok();
    unpacked(&desk, &[]);
    let run =
        desk.run(&["verify", "evidence/evidence.json", "--signature", "evidence/evidence.json.p7s", "--json"]).ok();
    assert_eq!(run.json()["verdict"], "valid", "{run}");
}

#[test]
fn an_archive_that_exists_stays_and_a_missing_bid_is_named() {
    let desk = sealed(60);
    desk.write("evidence.zip", b"mine");
    let run = desk.signing(&["bid", "evidence", "offer.bid", "-o", "evidence.zip"]);
    assert_eq!(run.code(), "output.exists", "{run}");
    assert_eq!(fs::read(desk.file("evidence.zip")).unwrap(), b"mine");
    let run = desk.signing(&["bid", "evidence", "none.bid", "-o", "e.zip"]);
    assert_eq!(run.code(), "input.not_found", "{run}");
    assert!(!desk.file("e.zip").exists() && desk.leftovers().is_empty());
}
