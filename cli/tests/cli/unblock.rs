//! A locked token, a request, and the voucher of its certificate authority.

use algo::Suite;
use ca::{Authority, RecoveryOffice, UnblockRequest};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::support::{Desk, PIN, Run};

const NEW: &str = "after-unblock-1";

/// An authority that the desk trusts, with its recovery office, and a token that was enrolled with it and is locked.
struct Case {
    desk: Desk,
    authority: Authority,
    office: RecoveryOffice,
}

impl Case {
    fn new(suite: Suite) -> Self {
        let desk = Desk::empty();
        let now = OffsetDateTime::now_utc();
        let authority = Authority::in_memory(suite, "Test", now).unwrap();
        let office = authority.recovery_office(now).unwrap();
        let chain: String = authority.chain().iter().map(x509::Certificate::to_pem).collect();
        desk.write("chain.pem", chain.as_bytes());
        desk.write("recovery.pem", office.certificate().to_pem().as_bytes());
        desk.run(&["token", "init", "--label", "a", "--suite", suite.name()]).ok();
        let untrusted = activate(&desk);
        assert_eq!(untrusted.code(), "cert.unsupported", "before any PIN is asked for: {untrusted}");
        desk.run(&["trust", "add", "chain.pem"]).ok();
        activate(&desk).ok();
        lock(&desk);
        Self { desk, authority, office }
    }

    /// The request that the program writes.
    fn request(&self, name: &str) -> UnblockRequest {
        self.desk.run(&["pin", "unblock", "a", "--request", name]).ok();
        UnblockRequest::parse(&std::fs::read(self.desk.file(name)).unwrap()).unwrap()
    }

    fn voucher(&mut self, request: &UnblockRequest, now: OffsetDateTime) -> Vec<u8> {
        self.office.voucher(request, &self.authority.chain(), now).unwrap()
    }

    fn unblock(&self, voucher: &[u8], new: &str) -> Run {
        self.desk.write("voucher", voucher);
        self.desk.with(&["pin", "unblock", "a", "--response", "voucher"], &json!({ "new_pin": new }))
    }

    #[track_caller]
    fn refused(&self, voucher: &[u8], reason: &str) {
        let run = self.unblock(voucher, NEW);
        assert_eq!((run.exit, run.code().as_str()), (Some(3), "token.voucher"), "{run}");
        assert_eq!(run.error()["data"]["reason"], reason, "{run}");
    }
}

fn activate(desk: &Desk) -> Run {
    desk.with(&["pin", "activate", "a", "--recovery", "recovery.pem"], &json!({"pin": "123456", "new_pin": PIN}))
}

fn lock(desk: &Desk) {
    for _ in 0..10 {
        desk.with(&["pin", "verify", "a", "--yes"], &json!({"pin": "wrong-1"}));
    }
    assert_eq!(desk.with(&["pin", "verify", "a"], &json!({"pin": PIN})).code(), "token.pin_locked");
}

#[test]
fn a_voucher_unlocks_once_and_every_false_one_is_refused() {
    let mut case = Case::new(Suite::Sm);
    let now = OffsetDateTime::now_utc();
    let first = case.request("first.json");
    let old = case.voucher(&first, now);
    let request = case.request("second.json");
    case.refused(&old, "voucher_wrong");
    let good = case.voucher(&request, now);
    let mut altered = good.clone();
    let at = good.windows(6).position(|window| window == b"answer").unwrap() + 12;
    altered[at] ^= 1;
    case.refused(&altered, "voucher_signature");
    case.refused(b"a letter", "voucher_malformed");
    let late = case.voucher(&request, now - Duration::days(8));
    case.refused(&late, "voucher_expired");
    let other = Authority::in_memory(Suite::Sm, "Other", now).unwrap();
    let foreign = other.recovery_office(now).unwrap().voucher(&request, &other.chain(), now);
    assert!(matches!(foreign, Err(ca::VoucherError::Escrow)), "another office cannot open the share: {foreign:?}");
    let weak = case.unblock(&good, "short1");
    assert_eq!(weak.code(), "token.pin_rule", "{weak}");
    case.unblock(&good, NEW).ok();
    case.desk.with(&["pin", "verify", "a"], &json!({ "pin": NEW })).ok();
    case.refused(&good, "voucher_used");
    case.desk.with(&["pin", "verify", "a"], &json!({ "pin": NEW })).ok();
}

#[test]
fn a_voucher_is_for_one_token_and_its_signer_is_trusted() {
    let mut case = Case::new(Suite::P256);
    let request = case.request("request.json");
    let good = case.voucher(&request, OffsetDateTime::now_utc());
    case.desk.run(&["token", "init", "--label", "b", "--suite", "p256"]).ok();
    let run = case.desk.with(&["pin", "unblock", "b", "--response", "voucher"], &json!({ "new_pin": NEW }));
    assert_eq!(run.code(), "input.not_found", "{run}");
    case.desk.write("voucher", &good);
    let run = case.desk.with(&["pin", "unblock", "b", "--response", "voucher"], &json!({ "new_pin": NEW }));
    assert_eq!(run.error()["data"]["reason"], "voucher_other_token", "{run}");
    let run = case.desk.run(&["pin", "unblock", "b", "--request", "b.json", "--json"]);
    assert_eq!((run.exit, run.code().as_str()), (Some(3), "token.not_supported"), "never enrolled: {run}");
    assert!(!case.desk.file("b.json").exists());
    case.desk.run(&["trust", "remove", "Root"]).ok();
    case.refused(&good, "voucher_untrusted");
    case.desk.run(&["trust", "add", "chain.pem"]).ok();
    case.unblock(&good, NEW).ok();
}

#[test]
fn an_active_token_is_enrolled_when_its_pin_is_changed() {
    let mut case = Case::new(Suite::Sm);
    let request = case.request("request.json");
    let voucher = case.voucher(&request, OffsetDateTime::now_utc());
    case.unblock(&voucher, NEW).ok();
    let again = ["pin", "change", "a", "--recovery", "recovery.pem"];
    case.desk.with(&again, &json!({ "pin": NEW, "new_pin": PIN })).ok();
    lock(&case.desk);
    let request = case.request("again.json");
    let voucher = case.voucher(&request, OffsetDateTime::now_utc());
    case.unblock(&voucher, NEW).ok();
    let both = case.desk.run(&["pin", "unblock", "a", "--request", "x", "--response", "voucher", "--json"]);
    assert_eq!(both.code(), "output.exists", "the voucher of an earlier request lies there: {both}");
    assert!(!case.desk.file("x").exists());
}
