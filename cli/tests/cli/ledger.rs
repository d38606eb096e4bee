//! The ledger: what was encrypted here, what is missing before the opening, and what may not be deleted until then.

mod evidence;
mod file;
mod told;

use std::fs;

use algo::Suite;
use ca::{Authority, CertificateUse, Ids};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use x509::{CertificateRequest, issue::Validity};

use crate::support::{Desk, HOLDER, LABEL, PIN, Run, Terminal, copy};

/// A home in which `offer.bid` was encrypted for an opening so many minutes from now.
fn sealed(minutes: i64) -> Desk {
    let desk = Desk::of(Suite::P256);
    desk.write("报价.txt", "投标总价 canary-content".as_bytes());
    encrypt(&desk, "offer.bid", minutes, &[]).ok();
    desk
}

fn encrypt(desk: &Desk, name: &str, minutes: i64, more: &[&str]) -> Run {
    let opens = (OffsetDateTime::now_utc() + Duration::minutes(minutes)).format(&Rfc3339).unwrap();
    let meta = json!({"project": "某某大桥", "lot": "2", "bidder": HOLDER, "opens_at": opens});
    desk.write("meta.json", meta.to_string().as_bytes());
    let line = ["bid", "encrypt", "报价.txt", "-o", name, "--to", "encrypt.pem", "--meta", "meta.json"];
    desk.signing(&[&line[..], more].concat())
}

fn list(desk: &Desk) -> Vec<Value> {
    desk.run(&["bid", "ledger", "list", "--json"]).ok().json()["bids"].as_array().unwrap().clone()
}

fn missing(bid: &Value) -> Vec<&str> {
    bid["missing"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect()
}

fn id(desk: &Desk) -> String {
    list(desk)[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn every_encryption_is_entered_with_all_that_opens_it() {
    let desk = sealed(20 * 60);
    let bids = list(&desk);
    let bid = &bids[0];
    let outside = desk.run(&["bid", "inspect", "offer.bid", "--json"]).ok().json();
    let token = desk.run(&["token", "info", "--json"]).ok().json()["token"].clone();
    assert_eq!((bids.len(), &bid["root"]), (1, &outside["root"]));
    assert_eq!(bid["size"], fs::metadata(desk.file("offer.bid")).unwrap().len());
    for (field, value) in [("project", "某某大桥"), ("lot", "2"), ("file", "offer.bid"), ("state", "waiting")] {
        assert_eq!(bid[field], value, "{bid}");
    }
    let bidder = &bid["recipients"][0];
    let certificate = desk.run(&["cert", "show", "encrypt.pem", "--json"]).ok().json()["certificate"].clone();
    assert_eq!((&bidder["serial"], &bidder["sha256"]), (&certificate["serial"], &certificate["sha256"]));
    assert_eq!((&bidder["device"]["label"], &bidder["device"]["serial"]), (&token["label"], &token["serial"]));
    assert_eq!((&bid["attempts"][0]["operation"], &bid["attempts"][0]["result"]), (&json!("rehearse"), &json!("done")));
    assert!(bid["statement"]["sha256"].is_string());
    assert_eq!(missing(bid), ["no_receipt"]);
    let shown = desk.run(&["bid", "ledger", "show", "offer.bid", "--lang", "zh-CN"]).ok();
    assert!(shown.out.contains("回执：无") && shown.out.contains("19 小时"), "{shown}");
}

#[test]
fn a_bid_for_an_absent_key_is_never_rehearsed_until_the_key_comes() {
    let (desk, with_key) = (Desk::empty(), Desk::of(Suite::P256));
    desk.write("报价.txt", b"an offer");
    fs::copy(with_key.file("encrypt.pem"), desk.file("encrypt.pem")).unwrap();
    let made = encrypt(&desk, "offer.bid", 26 * 60, &["--no-statement"]).ok().json();
    assert_eq!(made["rehearsed"], false);
    let expected = ["never_rehearsed", "no_statement", "no_receipt", "certificate_expires", "key_never_seen"];
    assert_eq!(missing(&list(&desk)[0]), expected);
    let failed = desk.signing(&["bid", "rehearse", "offer.bid"]);
    assert_eq!(failed.code(), "token.none", "{failed}");
    assert!(missing(&list(&desk)[0]).contains(&"rehearsal_failed"));
    fs::create_dir_all(desk.file("home/tokens")).unwrap();
    copy(&with_key.file("home/tokens"), &desk.file("home/tokens"));
    desk.signing(&["bid", "rehearse", "offer.bid"]).ok();
    assert_eq!(missing(&list(&desk)[0]), ["no_statement", "no_receipt", "certificate_expires"]);
}

#[test]
fn a_reminder_comes_a_day_and_half_an_hour_before_and_once_each() {
    let desk = sealed(20 * 60);
    let reminded = |desk: &Desk| desk.run(&["trust", "list", "--json"]).ok().err;
    let first = reminded(&desk);
    let line: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!((&line["reminder"]["due"], &line["reminder"]["file"]), (&json!("day"), &json!("offer.bid")));
    assert_eq!(reminded(&desk), "", "shown once");
    let near = sealed(20);
    let told = near.run(&["trust", "list", "--lang", "zh-CN"]).ok();
    assert!(told.err.contains("提醒") && told.err.contains("分钟"), "{told}");
    assert_eq!(reminded(&near), "", "the nearer one replaces the other");
    assert_eq!(reminded(&sealed(25 * 60)), "", "too early");
    assert_eq!(reminded(&sealed(-5)), "", "too late");
}

#[test]
fn no_key_goes_that_an_unopened_bid_needs() {
    let desk = sealed(60);
    let serial = list(&desk)[0]["recipients"][0]["serial"].as_str().unwrap().to_owned();
    let delete = ["cert", "delete", &format!("serial:{serial}")];
    let refused = |run: Run| {
        assert_eq!((run.exit, run.code().as_str()), (Some(1), "ledger.guard"), "{run}");
        let bid = run.error()["data"]["bids"][0].as_str().unwrap().to_owned();
        assert!(bid.contains("offer.bid") && bid.contains("某某大桥"), "{run}");
    };
    // No PIN was handed over: the refusal comes before it.
    refused(desk.run(&[&delete[..], &["--json"]].concat()));
    refused(desk.run(&["token", "init", "--label", LABEL, "--suite", "p256", "--json"]));
    desk.signing(&["bid", "decrypt", "offer.bid", "-o", "early"]).ok();
    refused(desk.signing(&delete));
    desk.signing(&["cert", "delete", "sign.pem"]);
    let early = desk.signing(&["bid", "ledger", "clear", &id(&desk)]);
    assert_eq!((early.exit, early.code().as_str()), (Some(1), "ledger.waiting"), "{early}");
    let mut terminal = Terminal::open(&desk, &["bid", "ledger", "clear", "offer.bid"]);
    assert!(terminal.read_until("to clear it:").contains("not opened yet"));
    terminal.type_line("y");
    assert_eq!(terminal.end().exit, Some(3));
    refused(desk.signing(&delete));
    let mut terminal = Terminal::open(&desk, &["bid", "ledger", "clear", "offer.bid"]);
    terminal.read_until("to clear it:");
    terminal.type_line("clear");
    terminal.end().ok();
    assert!(list(&desk).is_empty());
    desk.signing(&delete).ok();
    let all = desk.run(&["bid", "ledger", "list", "--all", "--json"]).ok().json();
    assert_eq!(all["bids"][0]["state"], "cleared");
}

#[test]
fn an_opening_after_its_time_releases_the_key() {
    let desk = sealed(-5);
    let serial = list(&desk)[0]["recipients"][0]["serial"].as_str().unwrap().to_owned();
    let delete = ["cert", "delete", &format!("serial:{serial}")];
    desk.signing(&["bid", "rehearse", "offer.bid"]).ok();
    assert_eq!(desk.signing(&delete).code(), "ledger.guard", "a rehearsal opens nothing");
    desk.signing(&["bid", "decrypt", "offer.bid", "-o", "out"]).ok();
    assert_eq!(list(&desk)[0]["state"], "opened");
    desk.signing(&["bid", "ledger", "clear", "offer.bid"]).ok();
    desk.signing(&delete).ok();
}

#[test]
fn a_receipt_is_kept_if_it_is_not_about_another_bid() {
    let desk = sealed(60);
    encrypt(&desk, "other.bid", 60, &[]).ok();
    let receipt = |file: &str| desk.run(&["bid", "ledger", "receipt", "offer.bid", file, "--json"]);
    let other = receipt("other.bid.p7s");
    assert_eq!((other.exit, other.code().as_str()), (Some(2), "ledger.receipt_other"), "{other}");
    assert_eq!(receipt("offer.bid.p7s").ok().json()["bid"]["receipt"]["matches"], true);
    desk.write("receipt.txt", b"received");
    assert_eq!(receipt("receipt.txt").ok().json()["bid"]["receipt"]["matches"], Value::Null);
    let unknown = desk.run(&["bid", "ledger", "show", "nothing", "--json"]);
    assert_eq!((unknown.exit, unknown.code().as_str()), (Some(2), "ledger.not_found"), "{unknown}");
    let both = desk.run(&["bid", "ledger", "show", "", "--json"]);
    assert_eq!(both.code(), "ledger.not_found", "{both}");
    encrypt(&desk, "offer.bid", 60, &["--force"]).ok();
    let two = desk.run(&["bid", "ledger", "show", "offer.bid", "--json"]);
    assert_eq!((two.exit, two.code().as_str()), (Some(2), "ledger.ambiguous"), "{two}");
}

#[test]
fn the_wrong_key_is_told_which_one_is_needed_before_any_pin() {
    let desk = sealed(60);
    let serial = list(&desk)[0]["recipients"][0]["device"]["serial"].clone();
    fs::remove_dir_all(desk.file("home/tokens")).unwrap();
    desk.run(&["token", "init", "--label", "another", "--suite", "p256"]).ok();
    let run = desk.run(&["bid", "decrypt", "offer.bid", "-o", "out", "--json"]);
    assert_eq!((run.exit, run.code().as_str()), (Some(2), "bid.no_recipient"), "{run}");
    let needed = &run.error()["data"]["needed"][0];
    assert_eq!((&needed["holder"], &needed["device"]), (&json!(HOLDER), &json!([LABEL, serial])), "{run}");
    assert!(run.error()["message"].as_str().unwrap().contains(LABEL), "{run}");
    let told = desk.run(&["bid", "decrypt", "offer.bid", "-o", "out", "--lang", "en"]);
    assert!(told.err.contains("bidseal bid evidence offer.bid"), "{told}");
    assert_eq!(missing(&list(&desk)[0]), ["rehearsal_failed", "no_receipt", "key_not_here"]);
}

#[test]
fn after_a_renewal_the_ledger_names_the_old_key() {
    let desk = sealed(60);
    desk.run(&["token", "init", "--label", "renewed", "--suite", "p256"]).ok();
    desk.with(&["pin", "activate", "renewed"], &json!({"pin": "123456", "new_pin": PIN})).ok();
    let subject = format!("CN={HOLDER},O={HOLDER}");
    desk.signing(&["cert", "request", "renewed", "--subject", &subject, "--use", "encrypt", "-o", "new.csr"]).ok();
    let now = OffsetDateTime::now_utc();
    let authority = Authority::in_memory(Suite::P256, "New", now).unwrap();
    let request = CertificateRequest::from_any(&fs::read(desk.file("new.csr")).unwrap()).unwrap().prove().unwrap();
    let validity = Validity { not_before: now - Duration::HOUR, not_after: now + Duration::days(400) };
    let renewed = authority.issue(&request, CertificateUse::Encrypt, validity, &Ids::default()).unwrap();
    desk.write("new.pem", renewed.to_pem().as_bytes());
    desk.signing(&["cert", "import", "renewed", "new.pem"]).ok();
    let bids = list(&desk);
    assert_eq!(bids[0]["recipients"][0]["renewed"], true);
    assert_eq!(missing(&bids[0]), ["no_receipt", "key_renewed"]);
    let shown = desk.run(&["bid", "ledger", "list", "--lang", "en"]).ok();
    let serial = bids[0]["recipients"][0]["serial"].as_str().unwrap();
    assert!(shown.out.contains("keep it") && shown.out.contains(serial), "{shown}");
}
