//! The program with windows beside a browser with the same screens: start, memory when idle, size.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::children;
use crate::failure::{During, Failure};
use crate::processes::Tree;
use crate::screen::{self, Screen};
use crate::setup::apt::{self, Purpose};
use crate::setup::{node, venv};
use crate::workspace;

/// Starts of each program, by turns.
const STARTS: usize = 7;
/// Seconds from the start to the usable window.
const TARGET: f64 = 1.5;
/// What a program has settled down after.
const IDLE: Duration = Duration::from_secs(5);
/// What is installed; the libraries below are the system's.
const INSTALLED: [&str; 3] = ["bidseal-app", "bidseal-token-worker", "bidseal-card-watch"];

/// Measures, and writes the figures to `file`.
///
/// # Errors
/// A program cannot be built or started, or shows nothing.
pub(super) fn measure(file: &Path) -> Result<(), Failure> {
    build()?;
    let folder = std::env::temp_dir().join(format!("bidseal-desktop-{}", std::process::id()));
    fs::create_dir_all(&folder).during(folder.display())?;
    let measured = Place::prepare(&folder).and_then(|place| compare(&place));
    // Only what the programs have left there.
    let _ = fs::remove_dir_all(&folder);
    let text = measured?;
    print!("{text}");
    fs::write(file, text).during(file.display())
}

fn build() -> Result<(), Failure> {
    apt::install(&apt::missing(&[Purpose::Build, Purpose::App, Purpose::Judge])?)?;
    venv::prepare()?;
    node::prepare()?;
    succeed(node::npm().args(["run", "build", "--workspace", "ui"]))?;
    // The same screens over sample data: a browser has no desk to ask.
    succeed(node::npm().args(["run", "build", "--workspace", "ui", "--", "--mode", "fake"]))?;
    let workers = ["build", "--release", "-p", "bidseal-token-worker", "-p", "bidseal-card-watch", "--bins"];
    succeed(Command::new("cargo").args(workers).current_dir(workspace::root()))?;
    let mut app = Command::new("cargo");
    succeed(app.args(["build", "--release"]).current_dir(workspace::root().join("src-tauri")))
}

/// The display, the bus and the server that both programs use.
struct Place {
    folder: PathBuf,
    screen: Screen,
    bus: String,
    _daemon: Ended,
    _server: Ended,
    address: String,
}

impl Place {
    fn prepare(folder: &Path) -> Result<Self, Failure> {
        let screen = Screen::start(folder)?;
        let (daemon, bus) = bus()?;
        let (server, address) = serve(&workspace::target("screens/site"))?;
        Ok(Self { folder: folder.to_owned(), screen, bus, _daemon: daemon, _server: server, address })
    }

    fn program(&self) -> Command {
        let mut command = Command::new(workspace::target("release/bidseal-app"));
        command.env("BIDSEAL_HOME", self.folder.join("home"));
        self.around(command)
    }

    /// A root's browser has no sandbox; whatever it would ask or fetch at its first start is left out.
    fn browser(&self) -> Command {
        let mut command = Command::new("chromium");
        command.args([format!("--app={}", self.address), format!("--user-data-dir={}/browser", self.folder.display())]);
        command.args([
            "--no-sandbox",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
        ]);
        command.args(["--disable-component-update", "--disable-sync", "--password-store=basic"]);
        command.args(["--window-size=1180,800", "--window-position=0,0", "--lang=zh-CN"]);
        self.around(command)
    }

    fn around(&self, mut command: Command) -> Command {
        self.screen.hold(&mut command);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env("LC_ALL", "zh_CN.UTF-8").env("NO_AT_BRIDGE", "1");
        for (name, below) in [("HOME", ""), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")] {
            command.env(name, self.folder.join(below));
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// What one program reached.
#[derive(Default)]
struct Figures {
    /// Seconds, in their order.
    starts: Vec<f64>,
    processes: usize,
    memory: u64,
}

impl Figures {
    /// Starts the program once more; its memory is what it has at last.
    fn add(&mut self, screen: &Screen, mut command: Command) -> Result<(), Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        let begun = Instant::now();
        let tree = Tree::start(&mut command).during(&name)?;
        self.starts.push(screen.usable(begun)?.as_secs_f64());
        if self.starts.len() == STARTS {
            thread::sleep(IDLE);
            (self.processes, self.memory) = tree.memory();
        }
        Ok(())
    }

    fn median(&self) -> f64 {
        let mut sorted = self.starts.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    fn json(&self) -> String {
        let each: Vec<_> = self.starts.iter().map(|seconds| format!("{seconds:.3}")).collect();
        format!(
            "{{ \"start_to_usable_window_s\": {:.3}, \"starts_s\": [{}], \"idle_processes\": {}, \"idle_pss_bytes\": {} }}",
            self.median(),
            each.join(", "),
            self.processes,
            self.memory
        )
    }
}

fn compare(place: &Place) -> Result<String, Failure> {
    let (mut ours, mut browser) = (Figures::default(), Figures::default());
    for _ in 0..STARTS {
        ours.add(&place.screen, place.program())?;
        browser.add(&place.screen, place.browser())?;
    }
    let sizes: Vec<_> = INSTALLED.iter().map(|name| size(name)).collect::<Result<_, _>>()?;
    let each: Vec<_> = INSTALLED.iter().zip(&sizes).map(|(name, size)| format!("\"{name}\": {size}")).collect();
    Ok(format!(
        "{{\n  \"usable\": \"at most one pixel in 200 of the window still changes, looked at every {} ms; files are in the page cache\",\n  \"target_s\": {TARGET},\n  \"reached\": {},\n  \"bidseal\": {},\n  \"chromium_app_with_sample_data\": {},\n  \"installed_bytes\": {{ {}, \"all\": {} }}\n}}\n",
        screen::LOOK.as_millis(),
        ours.median() < TARGET,
        ours.json(),
        browser.json(),
        each.join(", "),
        sizes.iter().sum::<u64>()
    ))
}

/// Bytes of a program without its symbols, as it is installed.
fn size(name: &str) -> Result<u64, Failure> {
    let (built, stripped) = (workspace::target("release").join(name), workspace::target("bench").join(name));
    succeed(Command::new("strip").arg("-o").arg(&stripped).arg(&built))?;
    let bytes = fs::metadata(&stripped).during(name)?.len();
    fs::remove_file(&stripped).during(name)?;
    Ok(bytes)
}

/// A session bus of its own, and its address.
fn bus() -> Result<(Ended, String), Failure> {
    let mut command = Command::new("dbus-daemon");
    command.args(["--session", "--nofork", "--print-address"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut daemon = children::start(&mut command).during("dbus-daemon")?;
    let out = daemon.stdout.take().ok_or_else(|| Failure::new("dbus-daemon has no output"))?;
    let mut address = String::new();
    BufReader::new(out).read_line(&mut address).during("dbus-daemon")?;
    Ok((Ended(daemon), address.trim().to_owned()))
}

/// A web server over a folder, on a port of this computer.
fn serve(folder: &Path) -> Result<(Ended, String), Failure> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|one| one.local_addr()).during("a port")?.port();
    let mut command = Command::new(workspace::python());
    command.args(["-m", "http.server", "--bind", "127.0.0.1", &port.to_string(), "--directory"]).arg(folder);
    let server = Ended(children::start(command.stdout(Stdio::null()).stderr(Stdio::null())).during("http.server")?);
    for _ in 0..100 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok((server, format!("http://127.0.0.1:{port}/")));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(Failure::new("http.server does not listen"))
}

/// A program that ends with this value.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // One that has ended by itself needs nothing.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ran = children::show(command).during(&program)?;
    if ran.status.success() { Ok(()) } else { Err(Failure::new(format!("{program}: {}", ran.status))) }
}
