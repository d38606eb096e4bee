//! Keys: activated, pulled out, and their PIN.

use crate::{
    driver::Program,
    home::{Home, INITIAL, PIN},
};

const ACTIVATE: &str = "激活（设置新 PIN）";

#[test]
fn a_new_key_is_activated_in_windows_of_its_own_and_a_wrong_pin_counts_down_to_three() {
    let home = Home::new();
    let mut program = Program::start(&home, &[]);
    program.script("location.hash = '#certificates'");
    program.click("details.card summary");
    program.type_in("[name=key-label]", "试用");
    program.click("details.card [type=submit]");
    program.click_text("button", ACTIVATE);
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
fn a_key_that_is_pulled_out_during_its_activation_is_activated_when_it_is_back() {
    let home = Home::with_new_usb_key();
    let mut program = Program::start(&home, &[]);
    program.script("location.hash = '#certificates'");
    // While the PIN is typed, and in the middle of its change.
    let question = program.click_until_asked("button", ACTIVATE);
    home.pull();
    program.submit(&question, INITIAL);
    program.wait_for_text("UKey 已被拔出");
    program.picture("activation-pulled");
    home.plug_a_good_key();
    home.quirk("pull SKF_ChangePIN");
    let question = program.click_until_asked("button", ACTIVATE);
    program.submit(&question, INITIAL);
    program.answer_secret(PIN, Some(PIN));
    program.wait_for_text("UKey 已被拔出");

    home.plug_a_good_key();
    let question = program.click_until_asked("button", ACTIVATE);
    program.submit(&question, INITIAL);
    program.answer_secret(PIN, Some(PIN));
    program.wait_for_text("已激活");

    // A check that was cut off cost no try.
    home.quirk("pull SKF_VerifyPIN");
    program.click_text("button", "校验 PIN");
    program.answer_secret("wrong-9999", None);
    program.wait_for_text("UKey 已被拔出");
    home.plug_a_good_key();
    let question = program.click_until_asked("button", "校验 PIN");
    program.submit(&question, "wrong-9999");
    program.wait_for_text("9 次");
}
