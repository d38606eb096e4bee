//! Web pages: asked for, refused, granted; and what our own page may not.

use std::net::TcpListener;

use crate::{
    driver::Program,
    home::{Home, PIN},
    page::Page,
};

const ORIGIN: &str = "https://portal.example";
const OTHER: &str = "https://zfcg.example.gov.cn";
/// Round trips to the program, each after whatever the page wanted before. Whether the page is still the one that it was.
const STAYS: &str = "window.answered = 0; location.href = arguments[0]; (async () => { for (let i = 0; i < 20; i++) { await window.__TAURI_INTERNALS__.invoke('call', { call: { do: 'about' } }); window.answered++; } })()";

#[test]
fn a_pages_request_is_shown_with_its_origin_refused_once_and_granted_once() {
    let home = Home::with_key();
    let mut program = Program::start(&home, &[]);
    let mut page = Page::let_in(&mut program, &home, ORIGIN, "[name=always]");
    let login = page.login();

    let refused = page.send("login", &login);
    let question = program.question("consent-");
    assert!(program.text("main").contains(ORIGIN), "{}", program.text("main"));
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
fn of_two_pages_the_second_waits_its_number_is_shown_and_a_refusal_of_the_first_shows_it() {
    let home = Home::with_key();
    let mut program = Program::start(&home, &[]);
    Page::let_in(&mut program, &home, ORIGIN, "[name=always]");
    // Within a minute of an answer no other page may ask to be let in; a program that starts anew has given none.
    drop(program);
    let mut program = Program::start(&home, &[]);
    let screen = program.screen();
    let mut first = Page::open(home.agent_port(), ORIGIN);
    let login = first.login();
    let first_call = first.send("login", &login);
    let first_question = program.question_about(ORIGIN);
    let mut second = Page::open(home.agent_port(), OTHER);
    let second_call = second.send("connect", &serde_json::json!({}));
    program.to_main();
    program.wait_for_text("还有 1 个请求");
    program.picture("queue");
    assert_eq!(screen.windows().len(), 2, "one question at a time, beside the main window");

    assert_eq!(program.question("consent-"), first_question);
    assert!(!program.shows(OTHER), "{}", program.text("main"));
    program.last_click("[name=no]");
    assert_eq!(first.answer(first_call).unwrap_err(), "user.cancelled");
    let second_question = program.question_about(OTHER);
    assert_ne!(second_question, first_question);
    assert!(!program.shows(ORIGIN), "{}", program.text("main"));
    program.click_when_armed("[name=once]");
    program.back(&second_question);
    second.answer(second_call).unwrap();
    program.until("nobody waits", |program| (!program.shows("还有 1 个请求")).then_some(()));
}

#[test]
fn a_key_that_is_pulled_out_during_a_pages_request_is_told_to_the_page_and_serves_it_when_it_is_back() {
    let home = Home::with_usb_key();
    let mut program = Program::start(&home, &[]);
    let mut page = Page::let_in(&mut program, &home, ORIGIN, "[name=once]");
    let login = page.login();
    // While the PIN is typed, while it is checked, and in the middle of the signature.
    for quirk in ["", "pull SKF_VerifyPIN", "pull SKF_ECCSignData"] {
        let pulled = page.send("login", &login);
        let question = program.agree_until_pin();
        home.quirk(quirk);
        if quirk.is_empty() {
            home.pull();
        }
        program.submit(&question, PIN);
        assert_eq!(page.answer(pulled).unwrap_err(), "token.removed", "{quirk}");
        home.plug_a_good_key();
    }
    let granted = page.send("login", &login);
    let question = program.agree_until_pin();
    program.submit(&question, PIN);
    page.answer(granted).unwrap();
}

#[test]
fn the_page_can_neither_leave_nor_fetch_nor_run_text() {
    let home = Home::new();
    let program = Program::start(&home, &[]);
    let foreign = TcpListener::bind("127.0.0.1:0").unwrap();
    foreign.set_nonblocking(true).unwrap();
    let address = format!("http://{}/", foreign.local_addr().unwrap());
    program.script(&STAYS.replace("arguments[0]", &format!("'{address}'")));
    program.until("twenty answers", |program| (program.script("return window.answered") == "20").then_some(()));
    assert!(program.address().starts_with("tauri://localhost"), "{}", program.address());
    assert!(foreign.accept().is_err(), "nobody has asked there");
    assert_eq!(program.script("try { return eval('1') } catch (e) { return e.name }"), "EvalError");
    assert_eq!(program.script("return String(window.open('https://example.com/'))"), "null");
    assert_eq!(program.script("return String(Object.isFrozen(Object.prototype))"), "true");
    assert_eq!(program.script("const own = {}; own.valueOf = () => 7; return String(own + 1)"), "8");
    let spoil = "'use strict'; try { Object.prototype.valueOf = 1 } catch (e) { return e.name }";
    assert_eq!(program.script(spoil), "TypeError");
    let refused = format!("return fetch('{address}').then(() => 'reached', (e) => e.name)");
    assert_eq!(program.script(&refused), "TypeError");
    assert!(foreign.accept().is_err(), "nobody has asked there");
}
