//! The twin 备份标书: written with the bid, equal or refused with the reason why not.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use algo::Suite;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{Desk, Run, copy};

const OFFER: &str = "投标总价 canary-content";

/// A bid for an opening so many minutes from now, with its twin.
fn sealed(suite: Suite, minutes: i64, name: &str) -> Desk {
    let desk = Desk::of(suite);
    desk.write("标书/报价.txt", OFFER.as_bytes());
    desk.write("标书/空.txt", b"");
    desk.write("标书/图/a.bin", &vec![7; 40_000]);
    encrypt(&desk, minutes, name, &[]).ok();
    desk
}

fn encrypt(desk: &Desk, minutes: i64, name: &str, more: &[&str]) -> Run {
    let opens = (OffsetDateTime::now_utc() + Duration::minutes(minutes)).format(&Rfc3339).unwrap();
    desk.write("meta.json", json!({ "opens_at": opens }).to_string().as_bytes());
    let (bid, twin) = (format!("{name}.bid"), format!("{name}.twin"));
    let line = ["bid", "encrypt", "标书", "-o", &bid, "--to", "encrypt.pem", "--meta", "meta.json", "--twin", &twin];
    desk.signing(&[&line[..], more].concat())
}

fn verify(desk: &Desk, bid: &str, twin: &str) -> (Run, Value) {
    let run = desk.run(&["bid", "verify", bid, "--twin", twin, "--json"]);
    let report = serde_json::from_str(&run.out).unwrap_or_default();
    (run, report)
}

#[track_caller]
fn refused(desk: &Desk, bid: &str, twin: &str, reason: &str) {
    let (run, report) = verify(desk, bid, twin);
    assert_eq!((run.exit, &report["verdict"]), (Some(1), &json!("invalid")), "{run}");
    assert!(report["reasons"].as_array().unwrap().contains(&json!(reason)), "{reason}: {run}");
}

#[test]
fn a_twin_is_equal_and_owner_only_in_both_profiles() {
    for suite in [Suite::Sm, Suite::P256] {
        let desk = sealed(suite, 60, "offer");
        let (run, report) = verify(&desk, "offer.bid", "offer.twin");
        assert_eq!((run.exit, &report["verdict"]), (Some(0), &json!("valid")), "{run}");
        let names: Vec<&str> =
            report["signatures"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["1", "twin"]);
        assert_eq!(fs::read(desk.file("offer.twin/files/标书/报价.txt")).unwrap(), OFFER.as_bytes());
        let mode = |name: &str| fs::metadata(desk.file(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("offer.twin"), mode("offer.twin/input.key")), (0o700, 0o600));
        let list = fs::read(desk.file("offer.twin/manifest.p7s")).unwrap();
        assert!(!list.windows(6).any(|piece| piece == "报价".as_bytes()), "the list names no file");
        let told = desk.run(&["bid", "verify", "offer.bid", "--twin", "offer.twin", "--lang", "zh-CN"]).ok();
        assert!(told.out.starts_with("备份标书与加密标书逐字节一致"), "{told}");
        let told = desk.signing(&["bid", "decrypt", "offer.bid", "-o", "out"]).ok();
        assert!(!told.out.contains("input.key"));
    }
}

#[test]
fn the_second_reader_opens_the_bid_with_the_twins_key_and_agrees_with_the_list() {
    let python = std::env::var_os("BIDSEAL_TEST_PYTHON").unwrap_or_else(|| "../target/venv/bin/python".into());
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for suite in [Suite::Sm, Suite::P256] {
        let desk = sealed(suite, 60, "offer");
        let read = |twin: &str| -> Run {
            let mut command = Command::new(root.join(&python));
            command.arg(root.join("../tests/bid_reader")).args(["offer.bid", "--twin", twin]).current_dir(desk.path());
            command.output().unwrap().into()
        };
        let run = read("offer.twin").ok();
        assert_eq!(run.json()["files"].as_array().unwrap().len(), 3, "{run}");
        desk.write("offer.twin/files/标书/空.txt", b"x");
        let run = read("offer.twin");
        assert!(run.exit == Some(2) && run.err.contains("bid.twin_altered"), "{run}");
    }
}

#[test]
fn an_altered_a_foreign_and_a_later_twin_are_refused_with_their_reasons() {
    let desk = sealed(Suite::P256, 60, "offer");
    encrypt(&desk, 60, "other", &[]).ok();
    refused(&desk, "offer.bid", "other.twin", "bid.twin_foreign");
    let with = |name: &str, change: &dyn Fn(&str)| {
        fs::create_dir(desk.file(name)).unwrap();
        copy(&desk.file("offer.twin"), &desk.file(name));
        change(name);
    };
    with("price", &|twin| {
        drop(desk.write(&format!("{twin}/files/标书/报价.txt"), OFFER.replace("canary", "Canary").as_bytes()))
    });
    with("longer", &|twin| drop(desk.write(&format!("{twin}/files/标书/空.txt"), b"x")));
    with("added", &|twin| drop(desk.write(&format!("{twin}/files/标书/new.txt"), b"x")));
    with("missing", &|twin| fs::remove_file(desk.file(&format!("{twin}/files/标书/图/a.bin"))).unwrap());
    for twin in ["price", "longer", "added", "missing"] {
        refused(&desk, "offer.bid", twin, "bid.twin_altered");
    }
    with("key", &|twin| drop(desk.write(&format!("{twin}/input.key"), &[1; 32])));
    with("list", &|twin| {
        fs::copy(desk.file("other.twin/manifest.p7s"), desk.file(&format!("{twin}/manifest.p7s"))).map(drop).unwrap()
    });
    for twin in ["key", "list"] {
        refused(&desk, "offer.bid", twin, "bid.twin_foreign");
    }
    encrypt(&desk, -5, "late", &[]).ok();
    refused(&desk, "late.bid", "late.twin", "bid.twin_late");
    fs::remove_file(desk.file("list/manifest.p7s")).unwrap();
    assert_eq!(verify(&desk, "offer.bid", "list").0.code(), "input.not_found");
}

#[test]
fn a_twin_that_cannot_be_written_is_refused_before_anything_is_encrypted() {
    let desk = sealed(Suite::P256, 60, "offer");
    let again = encrypt(&desk, 60, "offer", &["--force"]);
    assert_eq!((again.exit, again.code().as_str()), (Some(2), "output.not_empty"), "{again}");
    let alone = encrypt(&desk, 60, "alone", &["--no-statement"]).ok().json();
    assert_eq!((&alone["statement"], &alone["twin"]), (&Value::Null, &json!("alone.twin")));
    let (run, report) = verify(&desk, "alone.bid", "alone.twin");
    assert_eq!(report["signatures"][0]["name"], "twin", "{run}");
    assert!(desk.leftovers().is_empty());
}
