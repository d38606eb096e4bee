//! Programs that a chore builds for itself at their first use: they belong to the run, not to the person.

use std::path::PathBuf;
use std::process::Command;

use crate::children;
use crate::failure::{During, Failure};
use crate::workspace;

/// Builds the crate's programs below the build folder, unless `program` is there, and returns their folder.
///
/// # Errors
/// It does not build.
pub(crate) fn install(package: &str, program: &str) -> Result<PathBuf, Failure> {
    let tools = workspace::target("tools");
    let folder = tools.join("bin");
    if folder.join(program).exists() {
        return Ok(folder);
    }
    let mut install = Command::new("cargo");
    install.args(["install", "--quiet", "--locked", "--root"]).arg(&tools).arg(package);
    let ran = children::show(&mut install).during("cargo install")?;
    if ran.status.success() { Ok(folder) } else { Err(Failure::new(format!("{package} does not build"))) }
}
