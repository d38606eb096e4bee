//! WebKitWebDriver in a display of its own, spoken to as W3C WebDriver over HTTP.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use base64ct::Encoding;
use serde_json::{Value, json};

use crate::home::{Home, beside};

const PATIENCE: Duration = Duration::from_secs(30);
/// The name of an element in answers (W3C WebDriver §12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The program with its driver, ended with the guard.
pub(crate) struct Program {
    driver: Child,
    port: u16,
    session: String,
    main: String,
}

impl Program {
    /// Starts the program over a home, with files that are opened with it.
    pub(crate) fn start(home: &Home, files: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "xvfb-run", "-a", "-s", "-screen 0 1280x900x24", "WebKitWebDriver"]);
        command.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true").env("BIDSEAL_HOME", home.home());
        command.env("BIDSEAL_TEST_ROOT", "/nonexistent").env("LC_ALL", "zh_CN.UTF-8").env("NO_AT_BRIDGE", "1");
        command.env("XDG_RUNTIME_DIR", home.home().parent().unwrap()).stderr(Stdio::null()).process_group(0);
        let driver = command.spawn().expect("dbus-run-session, xvfb-run and WebKitWebDriver are needed");
        let mut program = Self { driver, port, session: String::new(), main: String::new() };
        program.until("the driver answers", |program| program.ask("GET", "/status", None));
        let options = json!({ "binary": beside("bidseal-app"), "args": files });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let session = program.ask("POST", "/session", Some(&wanted)).expect("the program starts");
        program.session = format!("/session/{}", session["sessionId"].as_str().unwrap());
        program.main = program.until("the main window is shown", |program| program.handles().first().cloned());
        program.switch(&program.main.clone());
        program.wait_for("h1");
        program
    }

    /// Runs a script in the window; what it returns, as text.
    pub(crate) fn script(&mut self, script: &str) -> String {
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
        let element = self.wait_for(selector);
        self.get(&format!("/element/{element}/text")).as_str().unwrap().to_owned()
    }

    /// Waits for an element.
    pub(crate) fn wait_for(&mut self, selector: &str) -> String {
        let wanted = json!({ "using": "css selector", "value": selector });
        self.until(selector, |program| {
            let found = program.ask("POST", &format!("{}/element", program.session), Some(&wanted))?;
            found[ELEMENT].as_str().map(str::to_owned)
        })
    }

    pub(crate) fn wait_for_text(&mut self, text: &str) {
        self.until(text, |program| {
            program.execute_once("return document.body.innerText", &json!([]))?.as_str()?.contains(text).then_some(())
        });
    }

    pub(crate) fn click(&mut self, selector: &str) {
        let element = self.wait_for(selector);
        self.post(&format!("/element/{element}/click"), &json!({}));
    }

    /// Clicks the element of this kind with this text.
    pub(crate) fn click_text(&mut self, kind: &str, text: &str) {
        let script = "const found = [...document.querySelectorAll(arguments[0])].find((one) => one.innerText.trim() === arguments[1] && !one.disabled); if (found) found.click(); return Boolean(found)";
        self.until(text, |program| program.execute_once(script, &json!([kind, text]))?.as_bool()?.then_some(()));
    }

    pub(crate) fn type_in(&mut self, selector: &str, text: &str) {
        let element = self.wait_for(selector);
        self.post(&format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// Goes to the window of the next question; its handle.
    pub(crate) fn question(&mut self, kind: &str) -> String {
        let page = if kind == "pin-" { "pin.html" } else { "consent.html" };
        self.until(kind, |program| {
            program.handles().into_iter().filter(|handle| *handle != program.main).find(|handle| {
                program.try_switch(handle)
                    && program
                        .ask("GET", &format!("{}/url", program.session), None)
                        .is_some_and(|url| url.to_string().contains(page))
            })
        })
    }

    /// Waits until a question's window is gone, and goes back to the main window.
    pub(crate) fn back(&mut self, question: &str) {
        self.until("the window closes", |program| {
            (!program.handles().iter().any(|handle| handle == question)).then_some(())
        });
        self.switch(&self.main.clone());
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
        let element = self.wait_for(selector);
        let _ = self.ask("POST", &format!("{}/element/{element}/click", self.session), Some(&json!({})));
    }

    /// Drags an element by CSS pixels; where its centre then is on the sheet of A4, in millimetres.
    pub(crate) fn drag(&mut self, element: &str, sheet: &str, by: (i64, i64)) -> (f64, f64) {
        let script = "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]";
        let from = self.execute(script, &json!([element]));
        let (x, y) = (from[0].as_f64().unwrap().round(), from[1].as_f64().unwrap().round());
        let (dx, dy) = (f64::from(i32::try_from(by.0).unwrap()), f64::from(i32::try_from(by.1).unwrap()));
        let step =
            |kind: &str, x: f64, y: f64| json!({ "type": kind, "x": x, "y": y, "duration": 50, "origin": "viewport" });
        let moves = json!([step("pointerMove", x, y), { "type": "pointerDown", "button": 0 }, step("pointerMove", x + dx / 2.0, y + dy), step("pointerMove", x + dx, y + dy), { "type": "pointerUp", "button": 0 }]);
        self.post("/actions", &json!({ "actions": [{ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": moves }] }));
        let script =
            "const s = document.querySelector(arguments[0]).getBoundingClientRect(); return [s.x, s.y, s.width]";
        let sheet = self.execute(script, &json!([sheet]));
        let number = |index: usize| sheet[index].as_f64().unwrap();
        let per_pixel = 210.0 / number(2);
        let grip = (from[0].as_f64().unwrap(), from[1].as_f64().unwrap());
        ((grip.0 + dx - number(0)) * per_pixel, (grip.1 + dy - number(1)) * per_pixel)
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
        let handles = self.ask("GET", &format!("{}/window/handles", self.session), None);
        serde_json::from_value(handles.unwrap_or_else(|| json!([]))).unwrap_or_default()
    }

    fn try_switch(&self, handle: &str) -> bool {
        self.ask("POST", &format!("{}/window", self.session), Some(&json!({ "handle": handle }))).is_some()
    }

    fn switch(&mut self, handle: &str) {
        assert!(self.try_switch(handle), "the window is there");
    }

    fn execute(&mut self, script: &str, arguments: &Value) -> Value {
        self.execute_once(script, arguments).expect("the script runs")
    }

    fn execute_once(&self, script: &str, arguments: &Value) -> Option<Value> {
        self.ask(
            "POST",
            &format!("{}/execute/sync", self.session),
            Some(&json!({ "script": script, "args": arguments })),
        )
    }

    fn get(&self, path: &str) -> Value {
        self.ask("GET", &format!("{}{path}", self.session), None).expect("the driver answers")
    }

    fn post(&self, path: &str, body: &Value) {
        self.ask("POST", &format!("{}{path}", self.session), Some(body)).unwrap_or_else(|| panic!("{path} is taken"));
    }

    fn until<T>(&mut self, what: &str, found: impl Fn(&Self) -> Option<T>) -> T {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(found) = found(self) {
                return found;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!(
            "in vain waited for {what}: {}",
            self.execute_once("return document.body.innerText", &json!([])).unwrap_or_default()
        );
    }

    /// The value of an answer; none for an error.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Value> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).ok()?;
        let answer = read_answer(&mut stream)?;
        let value: Value = serde_json::from_slice(&answer.1).ok()?;
        if answer.0 { Some(value["value"].clone()) } else { None }
    }
}

/// Whether the status is 200, and the body, whose length the head tells.
fn read_answer(stream: &mut TcpStream) -> Option<(bool, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 65536];
    loop {
        let end = bytes.windows(4).position(|four: &[u8]| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.split("content-length:").nth(1)?.lines().next()?.trim().parse::<usize>().ok()?;
            if bytes.len() >= end + 4 + length {
                return Some((head.starts_with("http/1.1 200"), bytes[end + 4..end + 4 + length].to_vec()));
            }
        }
        match stream.read(&mut piece).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&piece[..read]),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = self.ask("DELETE", &self.session, None);
        }
        // The whole group: dbus-run-session, xvfb-run, Xvfb and the driver.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.driver.wait();
    }
}
