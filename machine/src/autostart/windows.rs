//! The person's `Run` key of the registry.

use std::path::{Path, PathBuf};

use client::{Failure, Session};
use windows_registry::CURRENT_USER;

use super::{Autostart, HIDDEN};
use crate::entry::not_writable;

const NAME: &str = "Bidseal";

/// A key of the registry, named as if it were a folder.
pub(super) fn folder() -> Option<PathBuf> {
    Some(PathBuf::from(r"Software\Microsoft\Windows\CurrentVersion\Run"))
}

pub(super) fn make(entry: &Autostart, _: &Session<'_>) -> Result<(), Failure> {
    let command = format!("\"{}\" {HIDDEN}", entry.program.display());
    let key = CURRENT_USER.create(key(&entry.folder)).map_err(|_| not_writable(&entry.folder))?;
    key.set_string(NAME, &command).map_err(|_| not_writable(&entry.folder))
}

pub(super) fn take_back(entry: &Autostart) -> Result<(), Failure> {
    let Ok(key) = CURRENT_USER.create(key(&entry.folder)) else { return Ok(()) };
    if key.get_string(NAME).is_err() {
        return Ok(());
    }
    key.remove_value(NAME).map_err(|_| not_writable(&entry.folder))
}

fn key(folder: &Path) -> String {
    folder.display().to_string()
}
