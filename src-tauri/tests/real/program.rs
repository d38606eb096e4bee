//! The program itself: started twice, started with the session, ended.

use crate::{driver::Program, home::Home};

#[test]
fn a_second_start_hands_its_file_over_and_an_address_says_nothing() {
    let home = Home::new();
    home.document("投标函.pdf");
    let mut program = Program::start(&home, &[]);
    assert!(program.start_again(&home, &["bidseal:wake?file=/etc/passwd&pin=123456"]).success());
    assert!(program.start_again(&home, &["投标函.pdf"]).success());
    program.wait_for_text("投标函.pdf");
    assert!(program.address().ends_with("#stamp"), "{}", program.address());
    assert!(!program.source().contains("passwd"));
}

#[test]
fn quitting_is_asked_while_something_waits() {
    let home = Home::with_key();
    let document = home.document("投标函.pdf");
    let mut program = Program::start(&home, &[document.to_str().unwrap()]);
    program.wait_for("[role=slider] img");
    program.click_enabled("[name=stamp]");
    let consent = program.question("consent-");
    program.start_again(&home, &["--quit"]);
    let quit = program.question_about("现在退出标信吗");
    program.picture("quit");
    program.last_click("[name=no]");
    program.back(&quit);
    assert_eq!(program.question("consent-"), consent, "what was asked is still asked");
    program.start_again(&home, &["--quit"]);
    program.question_about("现在退出标信吗");
    program.click_when_armed("[name=yes]");
    program.ends();
}

#[test]
fn an_idle_program_quits_at_once() {
    let home = Home::new();
    let mut program = Program::start(&home, &[]);
    program.start_again(&home, &["--quit"]);
    program.ends();
}

#[test]
fn starting_with_the_session_is_asked_once_and_taken_back() {
    let home = Home::new();
    let entry = home.file("config/autostart/bidseal-app.desktop");
    {
        let mut program = Program::start(&home, &[]);
        program.wait_for("[name=autostart-yes]");
        program.click_away("[name=autostart-yes]");
        let text = std::fs::read_to_string(&entry).unwrap();
        assert!(text.contains("bidseal-app\" --hidden"), "{text}");
    }
    let mut program = Program::start(&home, &[]);
    program.wait_for("[name=autostart-yes], h2");
    program.gone("[name=autostart-yes]");
    program.script("location.hash = '#settings'");
    program.click_by_script("[name=autostart]:checked:enabled");
    program.until("the entry is gone", |_| (!entry.exists()).then_some(()));
}
