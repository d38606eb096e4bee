//! A desktop's session without a desktop: a display, a bus, and folders of its own. All of it ends with the guard.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::home::{Home, beside};

/// Longer than anything takes on a machine that is busy with something else. Nobody waits so long for what comes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// A bus on which nobody is but who comes by itself: no service of this computer is started for it.
const BUS: &str = r#"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

/// Looks until there is something to be found, or there will be nothing any more.
pub(crate) fn found<T>(find: impl FnMut() -> Option<T>) -> Option<T> {
    found_within(PATIENCE, find)
}

fn found_within<T>(patience: Duration, mut find: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = find() {
            return Some(found);
        }
        if started.elapsed() > patience {
            return None;
        }
        thread::sleep(LOOK);
    }
}

/// A program that is ended with the guard.
pub(crate) struct Running(Child);

impl Running {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        Self(command.spawn().unwrap_or_else(|error| panic!("{} is needed: {error}", program.display())))
    }

    /// The first line that it writes.
    fn first_line(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Whether it runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Waits until it ends by itself: its exit code.
    pub(crate) fn ends(&mut self) -> Option<i32> {
        found(|| self.0.try_wait().unwrap()).expect("the program ends").code()
    }

    /// Ends it as the system does; what does not listen is killed.
    pub(crate) fn end(&mut self) {
        if self.runs() {
            let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
            if found_within(Duration::from_secs(5), || self.0.try_wait().unwrap()).is_none() {
                let _ = self.0.kill();
                let _ = self.0.wait();
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// The display and the bus, with what every program in them finds in its environment.
pub(crate) struct Session {
    bus: String,
    display: String,
    folder: PathBuf,
    environment: Vec<(&'static str, PathBuf)>,
    _running: [Running; 2],
}

impl Session {
    /// Begins a session over a home.
    pub(crate) fn start(home: &Home) -> Self {
        let own = home.file("session");
        fs::create_dir_all(&own).unwrap();
        let settings = home.write("session/bus.conf", BUS.as_bytes());
        let mut display = Command::new("Xvfb");
        display.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
        let mut bus = Command::new("dbus-daemon");
        bus.arg("--config-file").arg(settings).args(["--nofork", "--print-address=1"]);
        let mut running =
            [display, bus].map(|mut command| Running::start(command.stdout(Stdio::piped()).stderr(Stdio::null())));
        let [display, bus] = [0, 1].map(|index| running[index].first_line());
        assert!(!display.is_empty() && !bus.is_empty(), "Xvfb and dbus-daemon run");
        let environment = home.environment();
        Self { bus, display: format!(":{display}"), folder: own, environment, _running: running }
    }

    /// The bus's address.
    pub(crate) fn bus(&self) -> &str {
        &self.bus
    }

    /// The display's name.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// The program with windows, and a driver that may not steer it.
    pub(crate) fn program(&self) -> Command {
        self.command(&beside("bidseal-app"))
    }

    /// A program in this session.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env("DISPLAY", &self.display).env_remove("XAUTHORITY");
        command.env("HOME", &self.folder).env("XDG_RUNTIME_DIR", &self.folder);
        command.env_remove("XDG_DATA_HOME").env_remove("XDG_CACHE_HOME").env_remove("WAYLAND_DISPLAY");
        command.env("BIDSEAL_TEST_ROOT", "/nonexistent").env("LC_ALL", "zh_CN.UTF-8").env("NO_AT_BRIDGE", "1");
        command.env("GTK_USE_PORTAL", "1").envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}
