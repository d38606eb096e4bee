//! Our other programs: they lie beside the one that runs.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The folder of the program that runs; none where the system does not tell.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    env::current_exe().ok().as_deref().and_then(Path::parent).map(Path::to_owned)
}

/// The program that hosts a vendor's module.
#[must_use]
pub fn worker() -> PathBuf {
    beside("bidseal-token-worker")
}

/// The program that watches card readers.
#[must_use]
pub fn card_watch() -> PathBuf {
    beside("bidseal-card-watch")
}

/// The program with windows, which need not be installed.
pub(crate) fn windows() -> PathBuf {
    beside("bidseal-app")
}

fn beside(name: &str) -> PathBuf {
    folder().unwrap_or_default().join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
