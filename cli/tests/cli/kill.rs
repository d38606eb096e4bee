//! kill −9 at every failpoint that a command passes: no key and no input is lost, no try is won, no target is partial,
//! and what was left behind is gone after the next start.

use std::{fs, os::unix::process::ExitStatusExt, process::Stdio};

use algo::Suite;
use serde_json::{Value, json};

use crate::support::{self, Desk, HOLDER, LABEL, PIN, copy, fed};

const PASSWORDLESS: &[&str] = &["--no-statement"];

/// All points of this build.
fn points() -> Vec<String> {
    Desk::empty().run(&["failpoints"]).ok().out.lines().map(ToOwned::to_owned).collect()
}

/// Those that begin with one of these words; a word without a point is a mistake of the test.
fn points_of(prefixes: &[&str]) -> Vec<String> {
    let all = points();
    for prefix in prefixes {
        assert!(all.iter().any(|point| point.starts_with(prefix)), "no point begins with {prefix}");
    }
    all.into_iter().filter(|point| prefixes.iter().any(|prefix| point.starts_with(prefix))).collect()
}

/// Kills the command at the point, in a copy of the desk. A point that is not reached fails.
fn killed(desk: &Desk, words: &[&str], secrets: &Value, point: &str) -> Desk {
    let copied = Desk::empty();
    copy(desk.path(), copied.path());
    let mut command = copied.command(&[words, &["--secrets-stdin", "--json", "--yes"]].concat());
    command.env("BIDSEAL_FAILPOINT", point).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), secrets.to_string().as_bytes());
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(9), "{point} was not reached by {words:?}: {status}");
    copied
}

/// After the next start nothing unfinished may lie about.
#[track_caller]
fn clean(desk: &Desk, point: &str) {
    desk.run(&["trust", "list"]).ok();
    assert_eq!(desk.leftovers(), Vec::<std::path::PathBuf>::new(), "{point}");
    assert_eq!(fs::read_dir(desk.file("home/parts")).unwrap().flatten().filter(|e| e.file_name() != "lock").count(), 0);
}

fn pin() -> Value {
    json!({ "pin": PIN })
}

#[test]
fn a_killed_pin_check_never_gives_a_try() {
    let desk = Desk::of(Suite::P256);
    for point in points_of(&["token.count", "token.check"]) {
        let after = killed(&desk, &["pin", "verify", LABEL], &json!({"pin": "wrong-pin-1"}), &point);
        let left = after.tries().unwrap();
        assert!(left == 9 || left == 10 && is_before_count(&point), "{point}: {left} tries");
        after.with(&["pin", "verify", LABEL], &pin()).ok();
        clean(&after, &point);
    }
}

/// Until the lower count has its name, no PIN has been tried.
fn is_before_count(point: &str) -> bool {
    ["token.count.before", "token.count.created", "token.count.written", "token.count.synced"].contains(&point)
}

#[test]
fn a_killed_activation_leaves_the_initial_pin_or_the_new_one() {
    let desk = Desk::empty();
    desk.run(&["token", "init", "--label", LABEL, "--suite", "p256"]).ok();
    let secrets = json!({"pin": "123456", "new_pin": PIN});
    for point in points_of(&["token.activate"]) {
        let after = killed(&desk, &["pin", "activate", LABEL], &secrets, &point);
        let is_new = after.run(&["token", "info", "--json"]).ok().json()["token"]["pin"]["is_default"] == false;
        if is_new {
            after.with(&["pin", "verify", LABEL], &pin()).ok();
        } else {
            after.with(&["pin", "activate", LABEL], &secrets).ok();
        }
        clean(&after, &point);
    }
}

#[test]
fn a_killed_stamp_or_signature_leaves_the_input_and_no_partial_target() {
    let desk = Desk::of(Suite::P256);
    let original = support::pdf(1);
    desk.write("a.pdf", &original);
    desk.write("seal.png", &support::png());
    let stamp = ["stamp", "a.pdf", "-o", "b.pdf", "-c", HOLDER, "--seal", "seal.png", "--size", "40"];
    let sign = ["sign", "seal.png", "-c", HOLDER, "-o", "b.pdf"];
    for (prefix, line) in [("stamp.", &stamp[..]), ("sign.", &sign)] {
        for point in points_of(&[prefix]) {
            let after = killed(&desk, line, &pin(), &point);
            assert_eq!(fs::read(after.file("a.pdf")).unwrap(), original, "{point}");
            clean(&after, &point);
            let has_target = after.file("b.pdf").exists();
            assert_eq!(has_target, point.ends_with(".renamed"), "{point}");
            if has_target {
                after.run(&["verify", "b.pdf"]).ok();
            } else {
                fed_again(&after, line);
            }
        }
    }
}

fn fed_again(desk: &Desk, line: &[&str]) {
    let words = [line, &["--secrets-stdin", "--json", "--yes"]].concat();
    fed(desk.command(&words), pin().to_string().as_bytes()).ok();
}

#[test]
fn a_killed_encryption_or_decryption_leaves_the_input_and_no_partial_target() {
    let desk = Desk::of(Suite::Sm);
    desk.write("offer/a.bin", &vec![7; 3 << 20]);
    let encrypt = [&["bid", "encrypt", "offer", "-o", "x.bid", "--to", "encrypt.pem"], PASSWORDLESS].concat();
    for point in points_of(&["bid.encrypt"]) {
        let after = killed(&desk, &encrypt, &pin(), &point);
        assert_eq!(fs::read(after.file("offer/a.bin")).unwrap().len(), 3 << 20, "{point}");
        clean(&after, &point);
        let has_target = after.file("x.bid").exists();
        assert_eq!(has_target, point.ends_with(".renamed"), "{point}");
        if has_target {
            after.signing(&["bid", "rehearse", "x.bid"]).ok();
        }
    }
    desk.signing(&encrypt).ok();
    let decrypt = ["bid", "decrypt", "x.bid", "-o", "out"];
    for point in points_of(&["bid.decrypt"]) {
        let after = killed(&desk, &decrypt, &pin(), &reached(&point));
        clean(&after, &point);
        let has_target = after.file("out").exists();
        assert_eq!(has_target, point.ends_with(".renamed"), "{point}");
        if has_target {
            assert_eq!(fs::read(after.file("out/offer/a.bin")).unwrap(), vec![7; 3 << 20]);
        } else {
            after.signing(&decrypt).ok();
        }
    }
}

/// The output folder is made and dropped once on trial before the person is asked: the second making is the real one.
fn reached(point: &str) -> String {
    if point == "bid.decrypt.created" { format!("{point}#2") } else { point.to_owned() }
}

#[test]
fn a_killed_statement_leaves_a_whole_bid() {
    let desk = Desk::of(Suite::Sm);
    desk.write("a.txt", b"an offer");
    let encrypt = ["bid", "encrypt", "a.txt", "-o", "x.bid", "--to", "encrypt.pem"];
    for point in points_of(&["statement."]) {
        let after = killed(&desk, &encrypt, &pin(), &point);
        clean(&after, &point);
        if after.file("x.bid").exists() {
            after.signing(&["bid", "rehearse", "x.bid"]).ok();
        } else {
            after.signing(&encrypt).ok();
        }
    }
}

#[test]
fn a_killed_twin_leaves_no_plain_file_and_no_key_but_the_bid_or_what_it_was_made_of() {
    let desk = Desk::of(Suite::Sm);
    desk.write("offer/a.txt", b"canary-content");
    desk.write("meta.json", br#"{"opens_at":"2099-12-01T09:30:00+08:00"}"#);
    let encrypt = ["bid", "encrypt", "offer", "-o", "x.bid", "--to", "encrypt.pem", "--meta", "meta.json"];
    let encrypt = [&encrypt[..], &["--twin", "twin"]].concat();
    for point in points_of(&["bid.twin", "bid.encrypt.synced", "bid.encrypt.renamed"]) {
        let after = killed(&desk, &encrypt, &pin(), &point);
        clean(&after, &point);
        let has = |name: &str| after.file(name).exists();
        let after_the_bid = ["bid.encrypt.renamed", "bid.twin.synced", "bid.twin.renamed"].contains(&point.as_str());
        assert_eq!((has("x.bid"), has("twin")), (after_the_bid, point == "bid.twin.renamed"), "{point}");
        if has("x.bid") {
            let waiting = after.run(&["bid", "ledger", "list", "--json"]).ok().json();
            assert_eq!(waiting["bids"].as_array().unwrap().len(), 1, "{point}: {waiting}");
            after.signing(&["bid", "rehearse", "x.bid"]).ok();
        }
        if has("twin") {
            after.run(&["bid", "verify", "x.bid", "--twin", "twin"]).ok();
        } else {
            after.signing(&[&encrypt[..], &["--force"]].concat()).ok();
            after.run(&["bid", "verify", "x.bid", "--twin", "twin"]).ok();
        }
    }
}
