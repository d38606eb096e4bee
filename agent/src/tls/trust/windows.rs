//! Windows: the person's own store of roots, by `certutil`; Windows itself asks the person before it takes one.

use std::process::Command;

use client::Home;

use super::{Entry, Places, StoreReport, StoreState, tool};

pub(super) fn install(_: &Home, places: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    let done = tool(certutil(places).args(["-addstore", "Root"]).arg(entry.file));
    vec![told(if done { StoreState::Installed } else { StoreState::Failed })]
}

pub(super) fn remove(places: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    if !holds(places, entry) {
        return vec![told(StoreState::Absent)];
    }
    let done = tool(certutil(places).args(["-delstore", "Root"]).arg(thumbprint(entry)));
    vec![told(if done { StoreState::Removed } else { StoreState::Failed })]
}

pub(super) fn look(places: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    vec![told(if holds(places, entry) { StoreState::Installed } else { StoreState::Absent })]
}

fn told(state: StoreState) -> StoreReport {
    StoreReport { kind: "windows", place: "CurrentUser\\Root".to_owned(), state }
}

fn holds(places: &Places, entry: &Entry<'_>) -> bool {
    tool(certutil(places).args(["-verifystore", "Root"]).arg(thumbprint(entry)))
}

/// The tool names certificates by serial number as well as by SHA-1; the former needs no old hash function.
fn thumbprint(entry: &Entry<'_>) -> String {
    entry.certificate.serial().to_string()
}

/// Windows' own tool, by its full path: a program of that name elsewhere is another one.
fn certutil(places: &Places) -> Command {
    let mut command = Command::new(places.root.join("System32").join("certutil.exe"));
    command.arg("-user");
    command
}
