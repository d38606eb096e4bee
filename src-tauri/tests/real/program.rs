//! The program itself: started twice, started with the session, ended.

use crate::{
    driver::Program,
    home::{Home, PIN},
};

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

#[test]
fn a_bid_that_is_opened_while_another_is_being_made_leads_to_its_screen_and_keeps_what_was_begun() {
    let home = Home::with_key();
    home.write("报价.txt", "一百万".as_bytes());
    let encrypt = ["bid", "encrypt", "报价.txt", "-o", "大桥.bid", "--to", "示范投标有限公司", "--no-statement"];
    home.bidseal(&encrypt, &format!(r#"{{"pin":"{PIN}"}}"#));
    let mut program = Program::start(&home, &[]);
    program.script("location.hash = '#encrypt'");
    program.chooses(home.write("附件.txt", "二百万".as_bytes()));
    program.click_enabled("[name=add-files]");
    program.wait_for_text("附件.txt");

    assert!(program.start_again(&home, &["大桥.bid"]).success());
    program.wait_for("[data-need]");
    assert!(program.address().ends_with("#open"), "{}", program.address());
    program.wait_for_text("大桥.bid");
    program.picture("bid-opened-while-another-is-made");
    // An address of ours only brings the window to the front.
    assert!(program.start_again(&home, &["bidseal:wake"]).success());
    program.click("[name=back]");
    program.wait_for_text("附件.txt");
    assert!(program.address().ends_with("#encrypt"), "{}", program.address());
    program.gone("[name=back]");
}

#[test]
fn opening_bids_and_links_is_asked_once_and_taken_back() {
    let home = Home::new();
    let entry = home.file("session/.local/share/applications/bidseal-links.desktop");
    {
        let mut program = Program::start(&home, &[]);
        program.wait_for("[name=links-yes]");
        program.picture("links");
        program.click_away("[name=links-yes]");
        let text = std::fs::read_to_string(&entry).unwrap();
        assert!(text.contains("bidseal-app") && text.contains("x-scheme-handler/bidseal"), "{text}");
    }
    let mut program = Program::start(&home, &[]);
    program.wait_for("[name=autostart-yes]");
    program.gone("[name=links-yes]");
    program.script("location.hash = '#settings'");
    program.click_by_script("[name=links]:checked:enabled");
    program.until("the entry is gone", |_| (!entry.exists()).then_some(()));
    program.wait_for("[name=links]:not(:checked)");
}

#[test]
fn other_screens_work_while_a_key_is_slow() {
    let home = Home::with_usb_key();
    let document = home.document("投标函.pdf");
    let mut program = Program::start(&home, &[document.to_str().unwrap()]);
    program.wait_for("[role=slider] img");
    program.click_enabled("[name=stamp]");
    let question = program.agree_until_pin();
    home.quirk("hold SKF_ECCSignData");
    program.submit(&question, PIN);
    program.disabled("[name=stamp]");

    program.script("location.hash = '#verify'");
    program.chooses(document);
    program.click_enabled("[name=choose]");
    program.wait_for_text("投标函.pdf：不能确认是否有效。");
    program.script("location.hash = '#seals'");
    program.wait_for_text("公章");
    program.picture("beside-a-slow-key");
    program.script("location.hash = '#stamp'");
    program.disabled("[name=stamp]");
    assert!(!program.shows("1 个文件已盖章"));
    home.quirk("");
    program.wait_for_text("1 个文件已盖章");
}
