//! The program with windows over the demonstration's home, with its CA, its soft keys and the portal beside it.

use std::env;
use std::process::Command;

use super::portal::{PORT, Portal};
use crate::children;
use crate::failure::{During, Failure};
use crate::setup::apt::{self, Purpose};
use crate::setup::{node, venv};
use crate::workspace;

/// The display that is made where there is none, and the file that lets one look at it.
const DISPLAY: &str = "99";
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
        println!("There is no display here, so it is shown in display :{DISPLAY} of this machine. To see it:");
        println!(
            "  x11vnc -localhost -display :{DISPLAY} -auth {AUTHORITY}    then a VNC viewer, through ssh -L 5900:localhost:5900"
        );
        command.args(["--", "xvfb-run", "-n", DISPLAY, "-f", AUTHORITY, "-s", "-screen 0 1280x900x24"]).arg(client);
    }
    command.current_dir(workspace::root()).env("BIDSEAL_HOME", workspace::target("demo/home"));
    command
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ran = children::show(command).during(&program)?;
    if ran.status.success() { Ok(()) } else { Err(Failure::new(format!("{program}: {}", ran.status))) }
}
