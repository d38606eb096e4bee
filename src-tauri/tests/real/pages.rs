//! Web pages: asked for, refused, granted; and what our own page may not.

use std::time::Duration;

use serde_json::json;

use crate::{
    driver::Program,
    home::{Home, PIN},
    page::Page,
};

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

#[test]
fn a_key_that_is_pulled_out_during_a_pages_request_is_told_to_the_page_and_serves_it_when_it_is_back() {
    let home = Home::with_usb_key();
    let mut program = Program::start(&home, &[]);
    let mut page = Page::open(home.agent_port(), "https://portal.example");
    let connecting = page.send("connect", &json!({}));
    let question = program.question("consent-");
    program.click_when_armed("[name=once]");
    program.back(&question);
    page.answer(connecting).unwrap();
    let certificates = page.send("certificates", &json!({}));
    let certificates = page.answer(certificates).unwrap();
    let all = certificates["certificates"].as_array().unwrap();
    let signing = all.iter().find(|one| one["can_sign"] == true).unwrap()["sha256"].as_str().unwrap().to_owned();
    let login = json!({ "certificate": signing, "nonce": "B".repeat(44) });

    let pulled = page.send("login", &login);
    let question = program.agree_until_pin();
    home.pull();
    program.submit(&question, PIN);
    assert_eq!(page.answer(pulled).unwrap_err(), "token.removed");

    home.plug();
    let granted = page.send("login", &login);
    let question = program.agree_until_pin();
    program.submit(&question, PIN);
    page.answer(granted).unwrap();
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
