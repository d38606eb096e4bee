//! The real program in a real display, steered by WebKitWebDriver: `cargo test --features e2e --test real`.
#![cfg(feature = "e2e")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod driver;
mod home;
mod page;

use std::time::Duration;

use driver::Program;
use home::{Home, INITIAL, PIN};
use page::Page;
use serde_json::json;

#[test]
fn a_new_key_is_activated_in_windows_of_its_own_and_a_wrong_pin_counts_down_to_three() {
    let home = Home::new();
    let mut program = Program::start(&home, &[]);
    program.script("location.hash = '#certificates'");
    program.click("details.card summary");
    program.type_in("[name=key-label]", "试用");
    program.click("details.card [type=submit]");
    program.click_text("button", "激活（设置新 PIN）");
    program.answer_secret(INITIAL, None);
    program.answer_secret(PIN, Some(PIN));
    let puk = program.question("consent-");
    assert!(program.text("main").contains("解锁码"), "the unlock code is shown");
    program.click_when_armed("[name=yes]");
    program.back(&puk);
    program.wait_for_text("已激活");

    for left in (3..10).rev() {
        program.click_text("button", "校验 PIN");
        program.answer_secret("wrong-9999", None);
        program.wait_for_text(&format!("{left} 次"));
    }
    program.click_text("button", "校验 PIN");
    let pin = program.question("pin-");
    assert!(program.text("form").contains("还可尝试 3 次"), "{}", program.text("form"));
    program.last_click("[name=cancel]");
    program.back(&pin);
    assert!(!program.source().contains(PIN), "the main window has never seen the PIN");
    program.picture("activated");
}

#[test]
fn a_document_is_stamped_by_dragging_and_lies_within_half_a_millimetre() {
    let home = Home::with_key();
    let document = home.document("投标函.pdf");
    let mut program = Program::start(&home, &[document.to_str().unwrap()]);
    program.wait_for("[role=slider] img");
    let (x, y) = program.drag("[role=slider]", ".sheet canvas", (60, -40));
    program.click("[name=stamp]");
    let consent = program.question("consent-");
    assert!(program.text("main").contains("投标函.pdf") && program.text("main").contains("SHA-256"));
    program.picture("consent");
    program.click_when_armed("[name=yes]");
    program.back(&consent);
    program.answer_secret(PIN, None);
    program.wait_for_text("1 个文件已盖章");
    program.picture("stamped");
    let (found_x, found_y) = home.red_centre();
    assert!((found_x - x).abs() < 0.5 && (found_y - y).abs() < 0.5, "({x}, {y}) became ({found_x}, {found_y})");
}

#[test]
fn the_page_can_neither_leave_nor_fetch_nor_run_text() {
    let home = Home::new();
    let mut program = Program::start(&home, &[]);
    program.script("location.href = 'https://example.com/'");
    std::thread::sleep(Duration::from_millis(500));
    assert!(program.address().starts_with("tauri://localhost"), "{}", program.address());
    assert_eq!(program.script("try { return eval('1') } catch (e) { return e.name }"), "EvalError");
    assert_eq!(program.script("return String(window.open('https://example.com/'))"), "null");
    let refused = "return fetch('http://127.0.0.1:9/').then(() => 'reached', (e) => e.name)";
    assert_eq!(program.script(refused), "TypeError");
}

#[test]
fn a_pages_request_is_shown_with_its_origin_refused_once_and_granted_once() {
    let home = Home::with_key();
    let mut program = Program::start(&home, &[]);
    let origin = "https://portal.example";
    let mut page = Page::open(home.agent_port(), origin);

    let connecting = page.send("connect", &json!({}));
    let question = program.question("consent-");
    assert!(program.text("main").contains(origin), "{}", program.text("main"));
    program.picture("connect");
    program.click_when_armed("[name=always]");
    program.back(&question);
    page.answer(connecting).unwrap();

    let certificates = page.send("certificates", &json!({}));
    let certificates = page.answer(certificates).unwrap();
    let all = certificates["certificates"].as_array().unwrap();
    let signing = all.iter().find(|one| one["can_sign"] == true).unwrap()["sha256"].as_str().unwrap().to_owned();
    let login = json!({ "certificate": signing, "nonce": "B".repeat(44) });

    let refused = page.send("login", &login);
    let question = program.question("consent-");
    assert!(program.text("main").contains(origin), "{}", program.text("main"));
    program.last_click("[name=no]");
    program.back(&question);
    assert_eq!(page.answer(refused).unwrap_err(), "user.cancelled");

    let granted = page.send("login", &login);
    let question = program.question("consent-");
    program.click_when_armed("[name=yes]");
    program.back(&question);
    program.answer_secret(PIN, None);
    assert_eq!(page.answer(granted).unwrap()["format"], "web-eid:1.0");

    program.script("location.hash = '#websites'");
    program.wait_for_text("始终允许");
    program.wait_for_text("证书登录");
    program.picture("websites");
}
