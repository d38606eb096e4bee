//! Consent and PIN at a real terminal: what is shown before anything is signed, and what becomes of the answer.

use algo::{Hash, Suite};

use crate::support::{Desk, HOLDER, PIN, Terminal};

const OFFER: &[u8] = "投标文件".as_bytes();

fn desk() -> Desk {
    let desk = Desk::of(Suite::Sm);
    desk.write("标书.txt", OFFER);
    desk
}

#[test]
fn the_person_sees_what_will_be_signed_and_the_pin_is_not_shown() {
    let desk = desk();
    let mut terminal = Terminal::open(&desk, &["sign", "标书.txt", "-c", HOLDER]);
    let shown = terminal.read_until("[y/N]");
    for fact in [HOLDER, "Test Issuing CA", "标书.txt", "12 bytes", &Hash::Sm3.digest(OFFER).to_string()] {
        assert!(shown.contains(fact), "{fact} is missing in: {shown}");
    }
    assert!(!desk.file("标书.txt.p7m").exists(), "nothing is signed before consent");
    terminal.type_line("y");
    terminal.read_until(": ");
    terminal.type_line(PIN);
    let (run, screen) = terminal.end_with_screen();
    run.ok();
    assert!(!screen.contains(PIN), "the PIN was shown: {screen}");
    desk.run(&["verify", "标书.txt.p7m"]).ok();
}

#[test]
fn anything_but_yes_is_a_no() {
    for answer in ["n", "", "maybe", "yy"] {
        let desk = desk();
        let mut terminal = Terminal::open(&desk, &["sign", "标书.txt", "-c", HOLDER, "--json"]);
        terminal.read_until("[y/N]");
        terminal.type_line(answer);
        let run = terminal.end();
        assert_eq!((run.exit, run.code().as_str()), (Some(3), "user.cancelled"), "“{answer}”: {run}");
        assert!(!desk.file("标书.txt.p7m").exists() && desk.leftovers().is_empty(), "“{answer}” left something");
    }
}

#[test]
fn ctrl_c_at_the_pin_cancels_without_a_try_and_gives_the_echo_back() {
    let desk = desk();
    let mut terminal = Terminal::open(&desk, &["sign", "标书.txt", "-c", HOLDER, "--json"]);
    terminal.read_until("[y/N]");
    terminal.type_line("是");
    terminal.read_until(": ");
    terminal.type_keys("half a pin\u{3}");
    let run = terminal.end();
    assert_eq!((run.exit, run.code().as_str()), (Some(3), "user.cancelled"), "{run}");
    assert_eq!(desk.tries(), Some(10));
    assert!(desk.leftovers().is_empty());
}

#[test]
fn typing_mistakes_can_be_rubbed_out() {
    let desk = desk();
    let mut terminal = Terminal::open(&desk, &["pin", "verify"]);
    terminal.read_until(": ");
    terminal.type_line(&format!("forgotten\u{15}{PIN}错\u{7f}"));
    terminal.end().ok();
}

#[test]
fn few_tries_are_warned_of_and_the_last_needs_a_word() {
    let desk = desk();
    for _ in 0..7 {
        desk.with(&["pin", "verify"], &serde_json::json!({"pin": "wrong-pin-1"}));
    }
    let mut terminal = Terminal::open(&desk, &["pin", "verify", "--json"]);
    let shown = terminal.read_until("Enter");
    assert!(shown.contains("Warning") && shown.contains('3'), "{shown}");
    terminal.read_until(": ");
    terminal.type_line("wrong-pin-1");
    assert_eq!(terminal.end().code(), "token.pin_wrong");
    desk.with(&["pin", "verify"], &serde_json::json!({"pin": "wrong-pin-1"}));
    let mut terminal = Terminal::open(&desk, &["pin", "verify", "--json"]);
    let shown = terminal.read_until("[y/N]");
    assert!(shown.contains("last try"), "{shown}");
    terminal.type_line("n");
    assert_eq!(terminal.end().code(), "token.last_try");
    assert_eq!(desk.tries(), Some(1));
}

#[test]
fn yes_prints_what_it_consents_to() {
    let desk = desk();
    let run = desk.with(&["sign", "标书.txt", "-c", HOLDER, "--yes"], &serde_json::json!({ "pin": "wrong-pin-1" }));
    let lines: Vec<&str> = run.err.lines().collect();
    assert!(lines[0].starts_with("{\"consent\":") && lines[1].starts_with("{\"error\":"), "consent first: {run}");
    let told = desk.command(&["sign", "标书.txt", "-c", HOLDER, "--yes", "--secrets-stdin", "--lang", "zh-CN"]);
    let told = crate::support::fed(told, format!("{{\"pin\":\"{PIN}\"}}").as_bytes()).ok();
    assert!(told.err.contains("签名") && told.err.contains(&Hash::Sm3.digest(OFFER).to_string()), "{told}");
}
