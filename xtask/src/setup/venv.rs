//! The Python environment of the judges, from a hash-locked list.

use std::fs;
use std::process::Command;

use crate::children;
use crate::failure::{During, Failure};
use crate::workspace;

/// Makes the environment unless it already holds exactly what the list says.
///
/// # Errors
/// Python's venv module or pip failed; a digest that differs from the list is such a failure.
pub(crate) fn prepare() -> Result<(), Failure> {
    let folder = workspace::target("venv");
    let list = workspace::root().join("tests/requirements.txt");
    let wanted = fs::read(&list).during("tests/requirements.txt")?;
    // The copy is written last: without it the environment is half made.
    let installed = folder.join("requirements.txt");
    if fs::read(&installed).is_ok_and(|present| present == wanted) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).during("the old Python environment")?;
    }
    // Debian's own Python: wheels are locked for it, whatever else the path offers.
    succeed(Command::new("/usr/bin/python3").args(["-m", "venv"]).arg(&folder))?;
    succeed(
        Command::new(workspace::python())
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"])
            .arg("--requirement")
            .arg(&list),
    )?;
    fs::write(&installed, wanted).during("the Python environment's list")
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ran = children::show(command).during(&program)?;
    if ran.status.success() { Ok(()) } else { Err(Failure::new(format!("{program} failed: {}", ran.status))) }
}
