//! What people read of bids: the time on their own clock with its zone, and words instead of codes. Programs get RFC 3339 and
//! codes.

use algo::Suite;
use serde_json::json;

use crate::support::{Desk, Run, Terminal, pdf};

/// Runs the program for somebody in Beijing.
fn in_beijing(desk: &Desk, words: &[&str]) -> Run {
    desk.command(words).env("TZ", "Asia/Shanghai").output().unwrap().into()
}

/// A bid that opens at half past nine in Beijing, far in the future, and was tried once with a wrong PIN.
fn waiting() -> Desk {
    let desk = Desk::of(Suite::Sm);
    desk.write("offer.pdf", &pdf(1));
    desk.write(
        "meta.json",
        json!({ "opens_at": "2099-12-01T09:30:00+08:00", "project": "大桥" }).to_string().as_bytes(),
    );
    desk.signing(&["bid", "encrypt", "offer.pdf", "-o", "offer.bid", "--to", "encrypt.pem", "--meta", "meta.json"])
        .ok();
    let wrong = desk.with(&["bid", "rehearse", "offer.bid", "--yes"], &json!({ "pin": "not the PIN" }));
    assert_eq!(wrong.code(), "token.pin_wrong", "{wrong}");
    desk
}

#[test]
fn an_opening_is_told_by_the_persons_clock_and_a_failed_trial_in_words() {
    let desk = waiting();
    let clock = "2099-12-01 09:30（北京时间）";
    let inspected = in_beijing(&desk, &["bid", "inspect", "offer.bid", "--lang", "zh-CN"]).ok();
    assert!(inspected.out.contains(&format!("开标时间 {clock}")), "{inspected}");
    assert!(inspected.out.contains("国密（SM2、SM4）"), "{inspected}");
    let id = desk.run(&["bid", "ledger", "list", "--json"]).ok().json()["bids"][0]["id"].as_str().unwrap().to_owned();
    let shown = in_beijing(&desk, &["bid", "ledger", "show", &id, "--lang", "zh-CN"]).ok();
    assert!(shown.out.contains(clock) && shown.out.contains("加密于 "), "{shown}");
    assert!(shown.out.contains("试解密：PIN 码错误") && shown.out.contains("上一次试开失败（PIN 码错误）"), "{shown}");
    assert!(!shown.out.contains("token.pin_wrong") && !shown.out.contains("Z "), "{shown}");
    let english = in_beijing(&desk, &["bid", "ledger", "show", &id, "--lang", "en"]).ok();
    assert!(english.out.contains("2099-12-01 09:30 (Beijing time)"), "{english}");
    assert!(english.out.contains("trial opening: the PIN was wrong"), "{english}");

    let json = in_beijing(&desk, &["bid", "ledger", "show", &id, "--json"]).ok().json();
    assert_eq!(json["bid"]["opens_at"], "2099-12-01T09:30:00+08:00");
    let results = json["bid"]["attempts"].as_array().unwrap().iter().map(|one| one["result"].clone());
    assert!(results.into_iter().any(|result| result == "token.pin_wrong"), "{json}");
}

#[test]
fn the_summary_of_evidence_tells_its_causes_in_words() {
    let desk = waiting();
    let told = desk.run(&["bid", "evidence", "offer.bid", "-o", "e.zip", "--unsigned", "--lang", "zh-CN"]).ok();
    assert!(told.out.contains("尚未到开标时间；PIN 码错误"), "{told}");
    assert!(!told.out.contains("before_opening") && !told.out.contains("pin_wrong"), "{told}");
    let json = desk.run(&["bid", "evidence", "offer.bid", "-o", "f.zip", "--unsigned", "--json"]).ok().json();
    assert_eq!(json["findings"][0]["code"], "before_opening");
}

#[test]
fn consent_shows_until_when_the_certificate_is_valid_in_the_persons_zone() {
    let desk = waiting();
    let mut terminal = Terminal::open(&desk, &["bid", "rehearse", "offer.bid", "--lang", "zh-CN"]);
    let shown = terminal.read_until("[y/N]");
    assert!(shown.contains("有效期至 20") && shown.contains("UTC）"), "{shown}");
    terminal.type_line("n");
    assert_eq!(terminal.end().exit, Some(3));
}
