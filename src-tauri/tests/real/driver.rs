//! WebKitWebDriver in a display of its own, spoken to as W3C WebDriver over HTTP.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use base64ct::Encoding;
use serde_json::{Value, json};

use crate::{
    chooser::Chooser,
    home::{Home, beside},
};

const PATIENCE: Duration = Duration::from_secs(30);
/// Writes where the session's bus and display are, then becomes what follows.
const TELL: &str = r#"printf '%s\n%s\n%s\n.\n' "$DBUS_SESSION_BUS_ADDRESS" "$DISPLAY" "$XAUTHORITY" > "$0"; exec env GTK_USE_PORTAL=1 "$@""#;
/// The name of an element in answers (W3C WebDriver §12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The session that the program runs in.
struct Surroundings {
    bus: String,
    display: String,
    authority: String,
}

/// The program with its driver, ended with the guard.
pub(crate) struct Program {
    driver: Child,
    port: u16,
    surroundings: Surroundings,
    chooser: Chooser,
    session: String,
    main: String,
}

impl Program {
    /// Starts the program over a home, with files that are opened with it.
    pub(crate) fn start(home: &Home, files: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "xvfb-run", "-a", "-s", "-screen 0 1280x900x24", "sh", "-c", TELL]);
        command.arg(home.session_file()).args(["WebKitWebDriver", &format!("--port={port}")]);
        command.env("TAURI_WEBVIEW_AUTOMATION", "true").env("BIDSEAL_HOME", home.home()).envs(home.environment());
        command.env("BIDSEAL_TEST_ROOT", "/nonexistent").env("LC_ALL", "zh_CN.UTF-8").env("NO_AT_BRIDGE", "1");
        command
            .env("XDG_RUNTIME_DIR", home.home().parent().unwrap())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        // What an earlier session of this home has told is over.
        let _ = std::fs::remove_file(home.session_file());
        let driver = command.spawn().expect("dbus-run-session, xvfb-run and WebKitWebDriver are needed");
        let surroundings = Surroundings::told_in(&home.session_file());
        let chooser = Chooser::at(&surroundings.bus);
        let mut program = Self { driver, port, surroundings, chooser, session: String::new(), main: String::new() };
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

    /// The next file dialog ends with this.
    pub(crate) fn chooses(&self, path: PathBuf) {
        self.chooser.chooses(path);
    }

    /// A second start of the program in the same session, in a folder.
    pub(crate) fn start_again(&self, home: &Home, arguments: &[&str]) -> ExitStatus {
        let mut again = Command::new(beside("bidseal-app"));
        again.args(arguments).current_dir(home.home().parent().unwrap()).env("BIDSEAL_HOME", home.home());
        again.env("DBUS_SESSION_BUS_ADDRESS", &self.surroundings.bus).env("DISPLAY", &self.surroundings.display);
        again.env("XAUTHORITY", &self.surroundings.authority);
        again.env("XDG_RUNTIME_DIR", home.home().parent().unwrap()).stderr(Stdio::null()).status().unwrap()
    }

    /// Whether the program has ended.
    pub(crate) fn ends(&mut self) {
        self.until("the program ends", |program| program.handles().is_empty().then_some(()));
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

    /// Clicks what a picture covers, as soon as it is as the selector says.
    pub(crate) fn click_by_script(&mut self, selector: &str) {
        let script = "const one = document.querySelector(arguments[0]); one?.click(); return Boolean(one)";
        self.until(selector, |program| program.execute_once(script, &json!([selector]))?.as_bool()?.then_some(()));
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

    /// Goes to the window that shows this text.
    pub(crate) fn question_about(&mut self, text: &str) -> String {
        self.until(text, |program| {
            program.handles().into_iter().filter(|handle| *handle != program.main).find(|handle| {
                program.try_switch(handle)
                    && program
                        .execute_once("return document.body.innerText", &json!([]))
                        .is_some_and(|shown| shown.as_str().is_some_and(|shown| shown.contains(text)))
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
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let Some((question, url)) = self.asked() else {
                self.switch(&self.main.clone());
                let shown = self.execute_once("return document.body.innerText", &json!([])).unwrap_or_default();
                if shown.as_str().is_some_and(|shown| shown.contains(text)) {
                    return;
                }
                thread::sleep(Duration::from_millis(50));
                continue;
            };
            if url.contains("pin.html") {
                self.submit(&question, pin);
            } else {
                self.click_when_armed("[name=yes]");
                self.back(&question);
            }
        }
        panic!("in vain agreed to everything until {text}: {}", self.source());
    }

    /// Goes to the main window.
    pub(crate) fn to_main(&mut self) {
        self.switch(&self.main.clone());
    }

    /// The window of a question, if one is asked within this time.
    pub(crate) fn asked_within(&mut self, time: Duration) -> Option<String> {
        let started = Instant::now();
        while started.elapsed() < time {
            if let Some((question, _)) = self.asked() {
                return Some(question);
            }
            thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// The window of a question that is asked now, and its address.
    fn asked(&self) -> Option<(String, String)> {
        self.handles().into_iter().filter(|handle| *handle != self.main).find_map(|handle| {
            let url = self.try_switch(&handle).then(|| self.ask("GET", &format!("{}/url", self.session), None))??;
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
        let script = "const one = document.querySelector(arguments[0]); return Boolean(one) && !one.disabled && !one.classList.contains('is-disabled')";
        self.until(selector, |program| program.execute_once(script, &json!([selector]))?.as_bool()?.then_some(()));
        self.click(selector);
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

    pub(crate) fn until<T>(&mut self, what: &str, found: impl Fn(&Self) -> Option<T>) -> T {
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

impl Surroundings {
    /// What the shell around the driver has written.
    fn told_in(file: &Path) -> Self {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            if let [bus, display, authority, "."] = text.lines().collect::<Vec<_>>()[..] {
                return Self { bus: bus.to_owned(), display: display.to_owned(), authority: authority.to_owned() };
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("no display: dbus-run-session and xvfb-run are needed");
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
        thread::sleep(Duration::from_millis(200));
        // A driver whose program has ended by itself waits for it.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.driver.wait();
    }
}
