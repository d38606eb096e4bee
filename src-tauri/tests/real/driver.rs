//! WebKitWebDriver in a session of its own, and what a person does with the windows that it steers.

use std::{io::Write, net::TcpListener, path::PathBuf, process::ExitStatus};

use base64ct::Encoding;
use serde_json::{Value, json};

use crate::{
    chooser::Chooser,
    home::{Home, beside},
    screen::Screen,
    session::{Running, Session, found},
    tray::Tray,
    wire,
};

/// The name of an element in answers (W3C WebDriver §12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Whether the element of a selector takes clicks.
const TAKES_CLICKS: &str = "const one = document.querySelector(arguments[0]); const takes = Boolean(one) && !one.disabled && !one.classList.contains('is-disabled'); ";
/// Starts until the driver and the program have found each other: the driver does not wait for one that is slow.
const STARTS: usize = 3;

/// The program with its driver, ended with the guard.
pub(crate) struct Program {
    port: u16,
    at: String,
    main: String,
    chooser: Chooser,
    // In this order they end.
    driver: Running,
    session: Session,
}

impl Program {
    /// Starts the program over a home, with files that are opened with it, and waits for its screens.
    pub(crate) fn start(home: &Home, files: &[&str]) -> Self {
        let started = (0..STARTS).find_map(|_| Self::begin(Session::start(home), files));
        started.expect("the program starts")
    }

    /// The same in a session that has begun.
    pub(crate) fn start_in(session: Session, files: &[&str]) -> Self {
        Self::begin(session, files).expect("the program starts")
    }

    fn begin(session: Session, files: &[&str]) -> Option<Self> {
        let chooser = Chooser::at(session.bus());
        let (driver, port) = found(|| driver(&session)).expect("WebKitWebDriver answers");
        let mut program = Self { port, at: String::new(), main: String::new(), chooser, driver, session };
        let options = json!({ "binary": beside("bidseal-app"), "args": files });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let begun = wire::ask(port, "POST", "/session", Some(&wanted))?;
        program.at = format!("/session/{}", begun["sessionId"].as_str()?);
        program.main = program.until("the main window", |program| program.handles().first().cloned());
        program.to_main();
        program.wait_for("h1");
        Some(program)
    }

    /// The tray of its desktop.
    pub(crate) fn tray(&self) -> Tray {
        Tray::of(&self.session)
    }

    /// Eyes on its display.
    pub(crate) fn screen(&self) -> Screen {
        Screen::of(&self.session)
    }

    /// The next file dialog ends with this.
    pub(crate) fn chooses(&self, path: PathBuf) {
        self.chooser.chooses(path);
    }

    /// A second start of the program in the same session, in a folder.
    pub(crate) fn start_again(&self, home: &Home, arguments: &[&str]) -> ExitStatus {
        let mut again = self.session.program();
        again.args(arguments).current_dir(home.home().parent().unwrap()).status().unwrap()
    }

    /// Waits until the program has ended.
    pub(crate) fn ends(&mut self) {
        self.until("the program ends", |program| program.handles().is_empty().then_some(()));
    }

    /// Runs a script in the window; what it returns, as text.
    pub(crate) fn script(&self, script: &str) -> String {
        let value = self.execute(script, &json!([]));
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    pub(crate) fn address(&self) -> String {
        self.get("/url").as_str().unwrap().to_owned()
    }

    pub(crate) fn source(&self) -> String {
        self.get("/source").as_str().unwrap().to_owned()
    }

    pub(crate) fn text(&mut self, selector: &str) -> String {
        self.until(selector, |program| {
            let element = program.element(selector)?;
            program.ask("GET", &format!("/element/{element}/text"), None)?.as_str().map(str::to_owned)
        })
    }

    /// Waits for an element.
    pub(crate) fn wait_for(&mut self, selector: &str) -> String {
        self.until(selector, |program| program.element(selector))
    }

    fn element(&self, selector: &str) -> Option<String> {
        let wanted = json!({ "using": "css selector", "value": selector });
        self.ask("POST", "/element", Some(&wanted))?[ELEMENT].as_str().map(str::to_owned)
    }

    pub(crate) fn wait_for_text(&mut self, text: &str) {
        self.until(text, |program| program.shows(text).then_some(()));
    }

    /// Whether the window shows this text.
    pub(crate) fn shows(&self, text: &str) -> bool {
        let shown = self.execute_once("return document.body.innerText", &json!([])).unwrap_or_default();
        shown.as_str().is_some_and(|shown| shown.contains(text))
    }

    /// Clicks an element as soon as it takes clicks. Not by a pointer: what is drawn meanwhile moves nothing from under it.
    pub(crate) fn click(&self, selector: &str) {
        let script = format!("{TAKES_CLICKS}if (takes) one.click(); return takes");
        self.until(selector, |program| program.execute_once(&script, &json!([selector]))?.as_bool()?.then_some(()));
    }

    /// Clicks the element of this kind with this text.
    pub(crate) fn click_text(&mut self, kind: &str, text: &str) {
        self.until(text, |program| program.click_found(kind, text));
    }

    fn click_found(&self, kind: &str, text: &str) -> Option<()> {
        let script = "const found = [...document.querySelectorAll(arguments[0])].find((one) => one.innerText.trim() === arguments[1] && !one.disabled); if (found) found.click(); return Boolean(found)";
        self.execute_once(script, &json!([kind, text]))?.as_bool()?.then_some(())
    }

    /// Clicks what a picture covers, as soon as it is as the selector says.
    pub(crate) fn click_by_script(&mut self, selector: &str) {
        let script = "const one = document.querySelector(arguments[0]); one?.click(); return Boolean(one)";
        self.until(selector, |program| program.execute_once(script, &json!([selector]))?.as_bool()?.then_some(()));
    }

    pub(crate) fn type_in(&mut self, selector: &str, text: &str) {
        self.until(selector, |program| {
            let element = program.element(selector)?;
            program.ask("POST", &format!("/element/{element}/value"), Some(&json!({ "text": text })))
        });
    }

    /// Goes to the window of the next question; its handle.
    pub(crate) fn question(&mut self, kind: &str) -> String {
        let page = if kind == "pin-" { "pin.html" } else { "consent.html" };
        self.until(kind, |program| {
            program.handles().into_iter().filter(|handle| *handle != program.main).find(|handle| {
                program.try_switch(handle)
                    && program.ask("GET", "/url", None).is_some_and(|url| url.to_string().contains(page))
            })
        })
    }

    /// Goes to the window that shows this text.
    pub(crate) fn question_about(&mut self, text: &str) -> String {
        self.until(text, |program| {
            let mut others = program.handles().into_iter().filter(|handle| *handle != program.main);
            others.find(|handle| program.try_switch(handle) && program.shows(text))
        })
    }

    /// Waits until a question's window is gone, and goes back to the main window.
    pub(crate) fn back(&mut self, question: &str) {
        self.until("the window closes", |program| {
            (!program.handles().iter().any(|handle| handle == question)).then_some(())
        });
        self.to_main();
    }

    /// Clicks what is gone when it was clicked; what moves away from under the pointer is clicked again.
    pub(crate) fn click_away(&self, selector: &str) {
        let script = "const one = document.querySelector(arguments[0]); one?.click(); return one === null";
        self.until(selector, |program| program.execute_once(script, &json!([selector]))?.as_bool()?.then_some(()));
    }

    /// Waits until there is no such element.
    pub(crate) fn gone(&mut self, selector: &str) {
        let script = "return document.querySelector(arguments[0]) === null";
        self.until(selector, |program| program.execute_once(script, &json!([selector]))?.as_bool()?.then_some(()));
    }

    /// Agrees to whatever is asked until a PIN is; the window that asks for it.
    pub(crate) fn agree_until_pin(&mut self) -> String {
        loop {
            let asks = self.until("a question", Self::asked);
            if asks.1.contains("pin.html") {
                return asks.0;
            }
            self.click_when_armed("[name=yes]");
            self.back(&asks.0);
        }
    }

    /// Agrees to whatever is asked, and types the PIN wherever it is asked for, until the main window shows this text.
    pub(crate) fn agree_until(&mut self, text: &str, pin: &str) {
        let done = found(|| {
            match self.asked() {
                Some((question, url)) if url.contains("pin.html") => self.submit(&question, pin),
                Some((question, _)) => {
                    self.click_when_armed("[name=yes]");
                    self.back(&question);
                }
                None => {
                    self.to_main();
                    return self.shows(text).then_some(());
                }
            }
            None
        });
        assert!(done.is_some(), "in vain agreed to everything until {text}: {}", self.source());
    }

    /// Goes to the main window.
    pub(crate) fn to_main(&self) {
        self.until("the main window", |program| program.try_switch(&program.main).then_some(()));
    }

    /// Clicks what has this text, again as long as nothing is asked: a key needs a moment in its reader. The window of the question.
    pub(crate) fn click_until_asked(&mut self, kind: &str, text: &str) -> String {
        self.until(text, |program| {
            if let Some((question, _)) = program.asked() {
                return Some(question);
            }
            program.try_switch(&program.main).then_some(())?;
            program.click_found(kind, text)?;
            None
        })
    }

    /// The window of a question that is asked now, and its address.
    fn asked(&self) -> Option<(String, String)> {
        self.handles().into_iter().filter(|handle| *handle != self.main).find_map(|handle| {
            let url = self.try_switch(&handle).then(|| self.ask("GET", "/url", None))??;
            let url = url.as_str()?.to_owned();
            (url.contains("pin.html") || url.contains("consent.html")).then_some((handle, url))
        })
    }

    /// Types the PIN into a window that asks for it.
    pub(crate) fn submit(&mut self, question: &str, typed: &str) {
        self.type_in("[name=secret]", typed);
        self.last_click("[name=submit]");
        self.back(question);
    }

    /// Clicks a button as soon as it takes clicks.
    pub(crate) fn click_enabled(&mut self, selector: &str) {
        self.enabled(selector);
        self.click(selector);
    }

    /// Waits until a button takes clicks.
    pub(crate) fn enabled(&mut self, selector: &str) {
        self.until(selector, |program| program.takes_clicks(selector)?.then_some(()));
    }

    /// Waits until a button takes no clicks any more.
    pub(crate) fn disabled(&mut self, selector: &str) {
        self.until(selector, |program| (!program.takes_clicks(selector)?).then_some(()));
    }

    fn takes_clicks(&self, selector: &str) -> Option<bool> {
        self.execute_once(&format!("{TAKES_CLICKS}return takes"), &json!([selector]))?.as_bool()
    }

    /// Types into the next PIN window.
    pub(crate) fn answer_secret(&mut self, typed: &str, again: Option<&str>) {
        let question = self.question("pin-");
        self.type_in("[name=secret]", typed);
        if let Some(again) = again {
            self.type_in("[name=secret-again]", again);
        }
        self.last_click("[name=submit]");
        self.back(&question);
    }

    /// Clicks a button that takes no click at first, and that closes its window.
    pub(crate) fn click_when_armed(&mut self, selector: &str) {
        let script = "return !document.querySelector(arguments[0]).disabled && document.hasFocus()";
        self.until(selector, |program| program.execute_once(script, &json!([selector]))?.as_bool()?.then_some(()));
        self.last_click(selector);
    }

    /// Clicks what closes its window, which may then not answer any more.
    pub(crate) fn last_click(&mut self, selector: &str) {
        self.wait_for(selector);
        let script = "document.querySelector(arguments[0]).click()";
        let _ = self.execute_once(script, &json!([selector]));
    }

    /// Drags an element by CSS pixels; where its centre then is on the sheet of A4, in millimetres.
    pub(crate) fn drag(&mut self, element: &str, sheet: &str, by: (i32, i32)) -> (f64, f64) {
        self.drag_with_a_break(element, sheet, by, |_| {})
    }

    /// The same, with something that happens while the button is held down.
    pub(crate) fn drag_with_a_break(
        &mut self,
        element: &str,
        sheet: &str,
        by: (i32, i32),
        meanwhile: impl FnOnce(&mut Self),
    ) -> (f64, f64) {
        let script = "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]";
        let grip = numbers(&self.execute(script, &json!([element])));
        let (x, y, dx, dy) = (grip[0].round(), grip[1].round(), f64::from(by.0), f64::from(by.1));
        self.point(&json!([moved(x, y), { "type": "pointerDown", "button": 0 }, moved(x + dx / 2.0, y + dy)]));
        meanwhile(self);
        self.point(&json!([moved(x + dx, y + dy), { "type": "pointerUp", "button": 0 }]));
        let script =
            "const s = document.querySelector(arguments[0]).getBoundingClientRect(); return [s.x, s.y, s.width]";
        let sheet = numbers(&self.execute(script, &json!([sheet])));
        let per_pixel = 210.0 / sheet[2];
        ((grip[0] + dx - sheet[0]) * per_pixel, (grip[1] + dy - sheet[1]) * per_pixel)
    }

    fn point(&self, moves: &Value) {
        let mouse =
            json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": moves });
        self.post("/actions", &json!({ "actions": [mouse] }));
    }

    /// Photographs the window into target/screens.
    pub(crate) fn picture(&self, name: &str) {
        let folder = beside("bidseal-app").ancestors().nth(2).unwrap().join("screens");
        std::fs::create_dir_all(&folder).unwrap();
        let data = self.get("/screenshot");
        let bytes = base64ct::Base64::decode_vec(data.as_str().unwrap()).unwrap();
        std::fs::File::create(folder.join(format!("real-{name}.png"))).unwrap().write_all(&bytes).unwrap();
    }

    fn handles(&self) -> Vec<String> {
        let handles = self.ask("GET", "/window/handles", None);
        serde_json::from_value(handles.unwrap_or_else(|| json!([]))).unwrap_or_default()
    }

    fn try_switch(&self, handle: &str) -> bool {
        self.ask("POST", "/window", Some(&json!({ "handle": handle }))).is_some()
    }

    fn execute(&self, script: &str, arguments: &Value) -> Value {
        self.execute_once(script, arguments).expect("the script runs")
    }

    fn execute_once(&self, script: &str, arguments: &Value) -> Option<Value> {
        self.ask("POST", "/execute/sync", Some(&json!({ "script": script, "args": arguments })))
    }

    fn get(&self, path: &str) -> Value {
        self.ask("GET", path, None).expect("the driver answers")
    }

    fn post(&self, path: &str, body: &Value) {
        self.ask("POST", path, Some(body)).unwrap_or_else(|| panic!("{path} is taken"));
    }

    pub(crate) fn until<T>(&self, what: &str, find: impl Fn(&Self) -> Option<T>) -> T {
        found(|| find(self)).unwrap_or_else(|| {
            let shown = || self.execute_once("return document.body.innerText", &json!([]));
            // The window of a question may be gone.
            let shown = shown().or_else(|| self.try_switch(&self.main).then(shown)?).unwrap_or_default();
            panic!("in vain waited for {what}: {shown}")
        })
    }

    /// What the driver answers about this session; none for an error.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Value> {
        wire::ask(self.port, method, &format!("{}{path}", self.at), body)
    }
}

/// A driver that answers, on a port that was free; none if somebody else took that meanwhile.
fn driver(session: &Session) -> Option<(Running, u16)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = session.command("WebKitWebDriver".as_ref());
    command.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true");
    let mut driver = Running::start(&mut command);
    let answers = found(|| match wire::ask(port, "GET", "/status", None) {
        Some(_) => Some(true),
        None => (!driver.runs()).then_some(false),
    });
    (answers == Some(true)).then_some((driver, port))
}

fn moved(x: f64, y: f64) -> Value {
    json!({ "type": "pointerMove", "x": x, "y": y, "duration": 50, "origin": "viewport" })
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

impl Drop for Program {
    fn drop(&mut self) {
        if !self.at.is_empty() {
            let _ = self.ask("DELETE", "", None);
        }
        self.driver.end();
    }
}
