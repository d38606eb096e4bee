//! The program with windows over the demonstration's home, with its CA, its soft keys and the portal beside it.

use std::env;
use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::portal::{PORT, Portal};
use crate::children;
use crate::failure::{During, Failure};
use crate::processes::Tree;
use crate::screen::Screen;
use crate::setup::{node, venv};
use crate::workspace;

/// What it is called when it is built.
const PROGRAM: &str = "debug/bidseal-app";
/// Where its display lies where there is none, and its picture.
const DISPLAY: &str = "demo/display";
const PICTURE: &str = "demo/client.png";
const LOG: &str = "demo/logs/client.log";

/// Whether it was built before.
pub(super) fn is_built() -> bool {
    workspace::target(PROGRAM).exists()
}

/// Builds the program. Examples are named, though there is none, for the reason that `story::build` tells.
pub(super) fn build() -> Result<(), Failure> {
    println!("\nbuilding the program with windows");
    venv::prepare()?;
    node::prepare()?;
    succeed(node::npm().args(["run", "build", "--workspace", "ui"]))?;
    let mut cargo = Command::new("cargo");
    succeed(cargo.args(["build", "--bins", "--examples"]).current_dir(workspace::root().join("src-tauri")))
}

/// Opens it until the person quits it, or for a look where nobody is here to click.
pub(super) fn open(check: bool) -> Result<(), Failure> {
    let is_seen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    let somebody = !check && (is_seen || io::stdin().is_terminal());
    let _portal = Portal::start(if somebody { PORT } else { 0 })?;
    if somebody {
        println!(
            "
The program with windows opens; every PIN is Bid-2026!
  1  Home says what to do next; the guided try takes two minutes
  2  stamp target/demo/tender.pdf, or open target/demo/bid-sm.bid
  3  open http://localhost:{PORT} in a browser, enter a company and press “Register and bind a certificate”: what the page
     asks for is shown in windows of their own; then publish a tender, “Encrypt and submit”, “Open my bid”
Closing the window leaves the program in the tray, where it is quitted; Ctrl-C ends it too.\n"
        );
    }
    if somebody && is_seen { succeed(&mut program()) } else { in_a_display_of_its_own(somebody) }
}

fn in_a_display_of_its_own(somebody: bool) -> Result<(), Failure> {
    let folder = workspace::target(DISPLAY);
    fs::create_dir_all(&folder).during(folder.display())?;
    let screen = Screen::start(&folder)?;
    // What the services around it have to say is of no use to the person.
    let log = File::create(workspace::target(LOG)).during(LOG)?;
    let start = |program: &str, arguments: &[&str]| -> Result<Tree, Failure> {
        let mut command = Command::new(program);
        command.args(arguments).env("NO_AT_BRIDGE", "1").stdin(Stdio::null());
        command.stdout(log.try_clone().during(LOG)?).stderr(log.try_clone().during(LOG)?);
        Tree::start(screen.hold(around(&mut command))).during(program)
    };
    let begun = Instant::now();
    let client = start("dbus-run-session", &["--", &workspace::target(PROGRAM).to_string_lossy()])?;
    let usable = screen.usable(begun)?;
    screen.photograph(&workspace::target(PICTURE))?;
    println!("The window was usable after {:.1} s; target/{PICTURE} shows it.", usable.as_secs_f64());
    if !somebody {
        return Ok(());
    }
    // It takes the windows that are open already, and gives the keyboard to those that come.
    let _desktop = start("openbox", &[])?;
    println!(
        "There is no display here, so it is open in display {} of this machine. To see it:\n  \
         x11vnc -localhost -display {} -auth target/{DISPLAY}/xauthority\n  \
         then a VNC viewer on localhost:5900; from another computer through ssh -L 5900:localhost:5900",
        screen.display, screen.display
    );
    if client.wait().during("bidseal-app")? { Ok(()) } else { Err(Failure::new("bidseal-app failed")) }
}

fn program() -> Command {
    let mut command = Command::new(workspace::target(PROGRAM));
    around(&mut command);
    command
}

/// All that it writes lies below target/demo, also the entries that start it with the session or for a link.
fn around(command: &mut Command) -> &mut Command {
    let demo = workspace::target("demo");
    for (name, below) in [
        ("BIDSEAL_HOME", "home"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        command.env(name, demo.join(below));
    }
    command.current_dir(workspace::root())
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ran = children::show(command).during(&program)?;
    if ran.status.success() { Ok(()) } else { Err(Failure::new(format!("{program}: {}", ran.status))) }
}
