//! The program with windows over the demonstration's home, with its CA, its soft keys and the portal beside it.

use std::env;
use std::path::Path;
use std::process::Command;

use super::portal::{PORT, Portal};
use crate::children;
use crate::failure::{During, Failure};
use crate::setup::apt::{self, Purpose};
use crate::setup::{node, venv};
use crate::workspace;

/// The first number that is tried for a display where there is none.
const DISPLAY: u32 = 99;
/// The file that lets one look at it.
const AUTHORITY: &str = "target/demo/xauthority";

/// Builds the program, and opens it until the person quits it.
pub(super) fn open(wait: bool) -> Result<(), Failure> {
    apt::install(&apt::missing(&[Purpose::Build, Purpose::App])?)?;
    venv::prepare()?;
    node::prepare()?;
    succeed(node::npm().args(["run", "build", "--workspace", "ui"]))?;
    succeed(Command::new("cargo").arg("build").current_dir(workspace::root().join("src-tauri")))?;
    if !wait {
        println!("The program with windows is built: target/debug/bidseal-app.");
        return Ok(());
    }
    let _portal = Portal::start(PORT)?;
    println!(
        "\nThe portal is at http://localhost:{PORT}; every PIN is Bid-2026!. Quit in the tray, or end with Ctrl-C."
    );
    succeed(&mut program())
}

/// In a display of its own where there is none.
fn program() -> Command {
    let client = workspace::target("debug/bidseal-app");
    let seen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    let mut command = Command::new(if seen { client.as_os_str() } else { "dbus-run-session".as_ref() });
    if !seen {
        let display = free_display();
        println!("There is no display here, so it is shown in display :{display} of this machine. To see it:");
        println!(
            "  x11vnc -localhost -display :{display} -auth {AUTHORITY}    then a VNC viewer, through ssh -L 5900:localhost:5900"
        );
        let number = display.to_string();
        command.args(["--", "xvfb-run", "-n", &number, "-f", AUTHORITY, "-s", "-screen 0 1280x900x24"]).arg(client);
    }
    command.current_dir(workspace::root()).env("BIDSEAL_HOME", workspace::target("demo/home"));
    command
}

/// The first display that no server holds (Xserver(1): the lock lies in /tmp).
fn free_display() -> u32 {
    (DISPLAY..).find(|number| !Path::new(&format!("/tmp/.X{number}-lock")).exists()).unwrap_or(DISPLAY)
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ran = children::show(command).during(&program)?;
    if ran.status.success() { Ok(()) } else { Err(Failure::new(format!("{program}: {}", ran.status))) }
}
