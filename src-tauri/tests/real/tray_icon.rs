//! Without a window: started with the session, closed, and what the tray's menu does.

use crate::{
    driver::Program,
    home::Home,
    page::Page,
    screen::Screen,
    session::{Running, Session},
    tray::Tray,
};

const SHOW: &str = "显示主窗口";
const QUIT: &str = "退出";

#[test]
fn a_hidden_start_shows_no_window_answers_pages_and_shows_itself_when_it_is_wanted() {
    let home = Home::new();
    let session = Session::start(&home);
    let (tray, screen) = (Tray::of(&session), Screen::of(&session));
    let mut program = Running::start(session.program().arg("--hidden"));
    assert_eq!(tray.entries(), [SHOW, QUIT]);
    let mut page = Page::open(home.agent_port(), "https://portal.example");
    assert!(screen.windows().is_empty(), "no window has appeared");
    // A second hidden start, as by a session that is begun again, shows none either.
    assert!(session.program().arg("--hidden").status().unwrap().success());
    let connecting = page.send("connect", &serde_json::json!({}));
    screen.close(screen.shows(1)[0]);
    assert_eq!(page.answer(connecting).unwrap_err(), "web.refused", "a question that is closed is answered no");
    screen.shows(0);

    assert!(session.program().status().unwrap().success());
    screen.close(screen.shows(1)[0]);
    screen.shows(0);
    assert!(program.runs(), "closing the window ends nothing");
    tray.click(SHOW);
    screen.shows(1);
    tray.click(QUIT);
    assert_eq!(program.ends(), Some(0));
}

#[test]
fn a_page_works_while_the_window_is_closed_and_the_window_comes_back_as_it_was() {
    let home = Home::with_key();
    let mut program = Program::start(&home, &[]);
    program.script("location.hash = '#websites'");
    program.wait_for_text("网站");
    let screen = program.screen();
    screen.close(screen.shows(1)[0]);
    screen.shows(0);

    let mut page = Page::let_in(&mut program, &home, "https://portal.example", "[name=always]");
    let login = page.login();
    let granted = page.send("login", &login);
    let question = program.agree_until_pin();
    assert_eq!(screen.windows().len(), 1, "the question comes without the main window");
    program.submit(&question, crate::home::PIN);
    assert_eq!(page.answer(granted).unwrap()["format"], "web-eid:1.0");
    screen.shows(0);

    assert!(program.start_again(&home, &["bidseal:wake"]).success());
    screen.shows(1);
    assert!(program.address().ends_with("#websites"), "{}", program.address());
}

#[test]
fn quitting_in_the_tray_is_asked_while_a_page_waits() {
    let home = Home::new();
    let mut program = Program::start(&home, &[]);
    let tray = program.tray();
    let mut page = Page::open(home.agent_port(), "https://portal.example");
    let connecting = page.send("connect", &serde_json::json!({}));
    let connect = program.question_about("https://portal.example");
    tray.click(QUIT);
    let quit = program.question_about("现在退出标信吗");
    program.last_click("[name=no]");
    program.back(&quit);
    assert_eq!(program.question("consent-"), connect, "what was asked is still asked");
    program.click_when_armed("[name=once]");
    program.back(&connect);
    page.answer(connecting).unwrap();
    tray.click(QUIT);
    program.ends();
}
