//! The PIN, as several runs of the program see it.

use crate::support::{Desk, LABEL, PIN, Run};
use algo::Suite;
use serde_json::{Value, json};

fn verify(desk: &Desk, pin: &str, more: &[&str]) -> Run {
    desk.with(&[&["pin", "verify", LABEL], more].concat(), &json!({ "pin": pin }))
}

#[test]
fn a_wrong_pin_counts_down_over_processes_and_the_tenth_locks() {
    let desk = Desk::of(Suite::Sm);
    for left in (1..=9).rev() {
        let run = verify(&desk, "wrong-1", &[]);
        assert_eq!((run.exit, run.code().as_str()), (Some(3), "token.pin_wrong"), "{run}");
        assert_eq!(run.error()["data"]["remaining"], json!(left));
    }
    // A script alone never spends the last try.
    assert_eq!(verify(&desk, "wrong-1", &[]).code(), "token.last_try");
    assert_eq!(verify(&desk, PIN, &[]).code(), "token.last_try");
    assert_eq!(desk.tries(), Some(1));
    assert_eq!(verify(&desk, "wrong-1", &["--yes"]).code(), "token.pin_locked");
    let run = verify(&desk, PIN, &["--yes"]);
    assert_eq!((run.exit, run.code().as_str()), (Some(3), "token.pin_locked"), "the right PIN comes too late: {run}");
    assert_eq!(desk.tries(), Some(0));
}

#[test]
fn a_right_pin_gives_all_tries_back() {
    let desk = Desk::of(Suite::Sm);
    verify(&desk, "wrong-1", &[]);
    assert_eq!(desk.tries(), Some(9));
    verify(&desk, PIN, &[]).ok();
    assert_eq!(desk.tries(), Some(10));
}

#[test]
fn activation_gives_the_code_that_unlocks_later() {
    let desk = Desk::empty();
    desk.run(&["token", "init", "--label", "a", "--suite", "p256"]).ok();
    let run = verify_label(&desk, "123456");
    assert_eq!((run.exit, run.code().as_str()), (Some(3), "token.not_activated"));
    let weak = desk.with(&["pin", "activate", "a"], &json!({"pin": "123456", "new_pin": "short1"}));
    assert_eq!((weak.exit, weak.code().as_str()), (Some(3), "token.pin_rule"), "{weak}");
    assert_eq!(weak.error()["data"]["bound"], json!(8));
    let made = desk.with(&["pin", "activate", "a"], &json!({"pin": "123456", "new_pin": PIN})).ok();
    let puk = made.json()["puk"].as_str().unwrap().to_owned();
    let again = desk.with(&["pin", "activate", "a"], &json!({"pin": PIN, "new_pin": "other-pin-1"}));
    assert_eq!(again.code(), "token.active");
    for _ in 0..10 {
        desk.with(&["pin", "verify", "a", "--yes"], &json!({"pin": "wrong-1"}));
    }
    assert_eq!(verify_label(&desk, PIN).code(), "token.pin_locked");
    let mistyped = desk.with(&["pin", "unblock", "a"], &json!({"puk": &puk[1..], "new_pin": "other-pin-1"}));
    assert_eq!(mistyped.code(), "token.puk_mistyped");
    desk.with(&["pin", "unblock", "a"], &json!({"puk": puk, "new_pin": "other-pin-1"})).ok();
    verify_label(&desk, "other-pin-1").ok();
}

fn verify_label(desk: &Desk, pin: &str) -> Run {
    desk.with(&["pin", "verify", "a"], &json!({ "pin": pin }))
}

#[test]
fn the_pin_is_changed_for_every_later_process() {
    let desk = Desk::of(Suite::P256);
    desk.with(&["pin", "change", LABEL], &json!({"pin": PIN, "new_pin": "another-pin-1"})).ok();
    assert_eq!(verify(&desk, PIN, &[]).code(), "token.pin_wrong");
    verify(&desk, "another-pin-1", &[]).ok();
}

#[test]
fn secrets_come_as_one_json_object_or_not_at_all() {
    let desk = Desk::of(Suite::P256);
    let missing: Value = json!({});
    assert_eq!(desk.with(&["pin", "verify"], &missing).code(), "secret.missing");
    assert_eq!(desk.with(&["pin", "verify"], &json!("x")).code(), "secret.malformed");
    let run = desk.run(&["pin", "verify", "--json"]);
    assert_eq!((run.exit, run.code().as_str()), (Some(3), "secret.no_terminal"), "{run}");
    for command in ["verify", "change", "unblock"] {
        let empty = json!({ "pin": "", "new_pin": "", "puk": "" });
        let run = desk.with(&["pin", command], &empty);
        assert_eq!((run.exit, run.code().as_str()), (Some(3), "secret.missing"), "an empty one is none: {run}");
    }
    assert_eq!(desk.tries(), Some(10), "none of this was a try");
}
