//! Where things lie in this checkout.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{During, Failure};

/// The folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}

/// A path below the build folder.
pub(crate) fn target(below: impl AsRef<Path>) -> PathBuf {
    root().join("target").join(below)
}

/// The Python of the locked environment, where tests look for it too.
pub(crate) fn python() -> PathBuf {
    target("venv/bin/python")
}

/// Free bytes on the disk that holds `path`, which exists.
///
/// # Errors
/// `df` failed.
pub(crate) fn free_space(path: &Path) -> Result<u64, Failure> {
    let answer = Command::new("df").args(["--block-size=1", "--output=avail"]).arg(path).output().during("df")?;
    let text = String::from_utf8_lossy(&answer.stdout);
    text.lines().nth(1).unwrap_or_default().trim().parse().during("free space as df tells it")
}
