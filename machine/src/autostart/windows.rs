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
    write(entry)
}

fn write(entry: &Autostart) -> Result<(), Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_made_and_taken_back_and_others_stay() {
        let folder = r"Software\Bidseal test of autostart";
        let entry = Autostart::new(folder.into(), r"C:\Program Files\标信\bidseal-app.exe".into());
        take_back(&entry).unwrap();
        write(&entry).unwrap();
        let key = CURRENT_USER.create(folder).unwrap();
        key.set_string("Other", "stays").unwrap();
        assert_eq!(key.get_string(NAME).unwrap(), r#""C:\Program Files\标信\bidseal-app.exe" --hidden"#);
        take_back(&entry).unwrap();
        take_back(&entry).unwrap();
        let left = (key.get_string(NAME).is_ok(), key.get_string("Other").is_ok());
        CURRENT_USER.remove_tree(folder).unwrap();
        assert_eq!(left, (false, true));
    }
}
