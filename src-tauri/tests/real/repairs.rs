//! Check and repair: what the program mends by itself, asked for in a window of its own.

use crate::{
    driver::Program,
    home::{Home, beside},
    page::Page,
    session::{Running, Session},
};

/// Mends by this button; agreed to in a window.
fn mend(program: &mut Program, button: &str) {
    program.script("location.hash = '#check'");
    program.click_text("button", button);
    let question = program.question("consent-");
    program.click_when_armed("[name=yes]");
    program.back(&question);
    program.wait_for_text(&format!("已完成：{button}"));
}

#[test]
fn web_pages_are_answered_again_when_the_agent_that_did_so_is_gone() {
    let home = Home::new();
    let session = Session::start(&home);
    let mut other = Running::start(session.command(&beside("bidseal")).arg("agent"));
    home.agent_port();
    let mut program = Program::start_in(session, &[]);
    other.end();
    program.script("location.hash = '#check'");
    program.wait_for_text("没有运行为网页服务的程序");
    program.picture("agent-stopped");
    mend(&mut program, "重新启动网页连接");
    Page::let_in(&mut program, &home, "https://portal.example", "[name=once]");
}

#[test]
fn a_refused_repair_changes_nothing_and_an_agreed_one_renews_the_secure_connection() {
    let home = Home::new();
    home.bidseal(&["tls", "on"], "{}");
    let folder = home.home().join("tls");
    let authority = std::fs::read(folder.join("authority.pem")).unwrap();
    // As five years later: there is no certificate for today.
    for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.file_name().unwrap().to_string_lossy().starts_with("leaf-") {
            std::fs::remove_file(entry).unwrap();
        }
    }
    let mut program = Program::start(&home, &[]);
    program.script("location.hash = '#check'");
    program.click_text("button", "重建网页安全连接");
    let question = program.question("consent-");
    program.picture("repair");
    program.last_click("[name=no]");
    program.back(&question);
    assert_eq!(std::fs::read(folder.join("authority.pem")).unwrap(), authority);

    mend(&mut program, "重建网页安全连接");
    assert_ne!(std::fs::read(folder.join("authority.pem")).unwrap(), authority);
    assert!(!program.source().contains("重建网页安全连接</"), "there is nothing left to mend");
}
