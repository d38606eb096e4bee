//! The person's classes of the registry: a key with `URL Protocol` is a scheme.

use std::path::{Path, PathBuf};

use client::{Failure, Session};
use windows_registry::CURRENT_USER;

use super::Links;
use crate::entry::not_writable;

const COMMAND: &str = r"shell\open\command";

/// A key of the registry, named as if it were a folder.
pub(super) fn folder() -> Option<PathBuf> {
    Some(PathBuf::from(r"Software\Classes\bidseal"))
}

pub(super) fn is_made(links: &Links) -> bool {
    let key = CURRENT_USER.open(key(&links.folder.join(COMMAND)));
    key.and_then(|key| key.get_string("")).is_ok_and(|command| command == self::command(links))
}

pub(super) fn make(links: &Links, _: &Session<'_>) -> Result<(), Failure> {
    write(links).ok_or_else(|| not_writable(&links.folder))
}

pub(super) fn take_back(links: &Links) -> Result<(), Failure> {
    if CURRENT_USER.open(key(&links.folder)).is_err() {
        return Ok(());
    }
    CURRENT_USER.remove_tree(key(&links.folder)).map_err(|_| not_writable(&links.folder))
}

fn write(links: &Links) -> Option<()> {
    let scheme = CURRENT_USER.create(key(&links.folder)).ok()?;
    scheme.set_string("", "URL:Bidseal").ok()?;
    scheme.set_string("URL Protocol", "").ok()?;
    CURRENT_USER.create(key(&links.folder.join(COMMAND))).ok()?.set_string("", command(links)).ok()
}

fn command(links: &Links) -> String {
    let words = if links.has_windows { "" } else { " agent" };
    format!("\"{}\"{words} \"%1\"", links.program.display())
}

fn key(folder: &Path) -> String {
    folder.display().to_string()
}
