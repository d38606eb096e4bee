//! launchd.plist(5): an agent of the person.

use std::path::PathBuf;

use client::{Failure, Session};

use super::{Autostart, HIDDEN};
use crate::entry::{remove, write};

const NAME: &str = "org.bidseal.app.plist";

pub(super) fn folder() -> Option<PathBuf> {
    std::env::var_os("HOME").map(|home| PathBuf::from(home).join("Library/LaunchAgents"))
}

pub(super) fn make(entry: &Autostart, session: &Session<'_>) -> Result<(), Failure> {
    let program = entry.program.to_string_lossy().replace('&', "&amp;").replace('<', "&lt;");
    let text = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
  <key>Label</key><string>org.bidseal.app</string>
  <key>ProgramArguments</key><array><string>{program}</string><string>{HIDDEN}</string></array>
  <key>RunAtLoad</key><true/>
</dict></plist>
"#
    );
    write(&entry.folder.join(NAME), &text, session)
}

pub(super) fn take_back(entry: &Autostart) -> Result<(), Failure> {
    remove(&entry.folder.join(NAME))
}
