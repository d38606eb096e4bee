//! Bids: encrypted, rehearsed, opened, with a copy for the worst case.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    driver::Program,
    home::{Home, PIN},
};

/// In the middle of the person's signature, and of the use of the key that opens the bid.
const IN_THE_MIDDLE: [&str; 2] = ["pull SKF_ECCSignData", "pull SKF_ImportSessionKey"];

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
    let before = home.names();
    for quirk in ["", IN_THE_MIDDLE[0], IN_THE_MIDDLE[1]] {
        program.chooses(bid.clone());
        pulled(&mut program, &home, "[name=encrypt]", quirk);
        program.picture("encrypt-pulled");
        assert_eq!(home.names(), before, "no bid, whole or partial: {quirk}");
        home.plug_a_good_key();
    }
    program.chooses(bid.clone());
    program.click_enabled("[name=encrypt]");
    program.agree_until("试解密成功：用您的密钥可以解开", PIN);
    program.picture("encrypted");

    program.script("location.hash = '#open'");
    program.chooses(bid.clone());
    program.click_text("button", "选择标书文件");
    program.enabled("[name=rehearse]");
    pulled(&mut program, &home, "[name=rehearse]", IN_THE_MIDDLE[1]);
    home.plug_a_good_key();
    program.click_enabled("[name=rehearse]");
    program.agree_until("没有写出任何内容", PIN);

    let before = (home.names(), fs::read(&bid).unwrap());
    for quirk in ["", IN_THE_MIDDLE[1]] {
        program.chooses(folder.clone());
        pulled(&mut program, &home, "[name=decrypt]", quirk);
        assert_eq!((home.names(), fs::read(&bid).unwrap()), before, "no folder, whole or partial: {quirk}");
        home.plug_a_good_key();
    }
    program.picture("decrypt-pulled");
    program.chooses(folder.clone());
    program.click_enabled("[name=decrypt]");
    program.agree_until(folder.to_str().unwrap(), PIN);
    program.picture("opened");
    assert_eq!(fs::read_to_string(folder.join("报价.txt")).unwrap(), content);
}

/// Begins, and pulls the key as the quirk says, or while the PIN is typed; waits until that is told.
fn pulled(program: &mut Program, home: &Home, button: &str, quirk: &str) {
    program.click_enabled(button);
    let question = program.agree_until_pin();
    home.quirk(quirk);
    if quirk.is_empty() {
        home.pull();
    }
    program.submit(&question, PIN);
    program.agree_until("UKey 已被拔出", PIN);
}

#[test]
fn a_bid_gets_a_plain_copy_whose_list_is_signed_where_the_bidder_wants_one() {
    let home = Home::with_key();
    let inputs = [("报价.txt", "一百万"), ("附件.txt", "二百万")].map(|(name, text)| home.write(name, text.as_bytes()));
    let (bid, copy) = (home.file("大桥.bid"), home.file("备份"));
    let mut program = Program::start(&home, &[]);
    program.script("location.hash = '#encrypt'");
    for (input, name) in inputs.into_iter().zip(["报价.txt", "附件.txt"]) {
        program.chooses(input);
        program.click_enabled("[name=add-files]");
        program.wait_for_text(name);
    }
    program.chooses(copy.clone());
    program.click_text("button", "另存未加密的备份标书");
    program.wait_for_text("备份标书保存在");
    program.chooses(bid.clone());
    program.click_enabled("[name=encrypt]");
    program.agree_until("试解密成功：用您的密钥可以解开", PIN);
    program.picture("encrypted-with-twin");
    let mut texts: Vec<_> = files_below(&copy).into_iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
    texts.retain(|text| ["一百万", "二百万"].contains(&text.as_str()));
    assert_eq!(texts.len(), 2, "{:?}", files_below(&copy));
    home.bidseal(&["bid", "verify", "大桥.bid", "--twin", "备份"], "{}");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
