//! Bids: encrypted, rehearsed, opened.

use crate::{
    driver::Program,
    home::{Home, PIN},
};

#[test]
fn a_bid_is_encrypted_rehearsed_and_opened_and_a_key_that_is_pulled_out_on_the_way_loses_nothing() {
    let home = Home::with_usb_key();
    let content = "一百万".repeat(1000);
    let input = home.write("报价.txt", content.as_bytes());
    let (bid, folder) = (home.file("大桥.bid"), home.file("opened"));
    let mut program = Program::start(&home, &[]);
    program.script("location.hash = '#encrypt'");
    program.chooses(input);
    program.click_enabled("[name=add-files]");
    program.wait_for_text("报价.txt");
    program.chooses(bid.clone());
    program.click_enabled("[name=encrypt]");
    let question = program.agree_until_pin();
    home.pull();
    program.submit(&question, PIN);
    program.wait_for_text("UKey 已被拔出");
    program.picture("encrypt-pulled");
    assert!(!bid.exists(), "no bid, whole or partial");

    home.plug();
    program.chooses(bid.clone());
    program.click_enabled("[name=encrypt]");
    program.agree_until("试解密成功：用您的密钥可以解开", PIN);
    program.picture("encrypted");

    program.script("location.hash = '#open'");
    program.chooses(bid.clone());
    program.click_text("button", "选择标书文件");
    program.click_enabled("[name=rehearse]");
    program.agree_until("没有写出任何内容", PIN);

    program.chooses(folder.clone());
    program.click_enabled("[name=decrypt]");
    let question = program.agree_until_pin();
    home.pull();
    program.submit(&question, PIN);
    program.wait_for_text("UKey 已被拔出");
    assert!(!folder.exists(), "no folder, whole or partial");
    home.plug();
    program.chooses(folder.clone());
    program.click_enabled("[name=decrypt]");
    program.agree_until(folder.to_str().unwrap(), PIN);
    program.picture("opened");
    assert_eq!(std::fs::read_to_string(folder.join("报价.txt")).unwrap(), content);
}
