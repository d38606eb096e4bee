//! Desktop Application Autostart Specification: a desktop entry in the person's `autostart` folder.

use std::path::PathBuf;

use client::{Failure, Session};

use super::{Autostart, HIDDEN};
use crate::entry::{quoted, remove, write};

const NAME: &str = "bidseal-app.desktop";

pub(super) fn folder() -> Option<PathBuf> {
    crate::folders::config().map(|config| config.join("autostart"))
}

pub(super) fn make(entry: &Autostart, session: &Session<'_>) -> Result<(), Failure> {
    write(&entry.folder.join(NAME), &text(&entry.program.to_string_lossy()), session)
}

pub(super) fn take_back(entry: &Autostart) -> Result<(), Failure> {
    remove(&entry.folder.join(NAME))
}

fn text(program: &str) -> String {
    let program = quoted(program);
    format!(
        "[Desktop Entry]\nType=Application\nName=Bidseal\nName[zh_CN]=标信\nExec={program} {HIDDEN}\nTerminal=false\n"
    )
}
