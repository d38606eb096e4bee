//! macOS: the person's login keychain, by `security`; the system asks for the person's password.

use std::path::PathBuf;
use std::process::Command;

use client::Home;

use super::{Entry, Places, StoreReport, StoreState, tool};

pub(super) fn install(_: &Home, places: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    let Some(keychain) = keychain(places) else { return Vec::new() };
    let mut security = security();
    security.args(["add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k"]).arg(&keychain).arg(entry.file);
    vec![told(&keychain, if tool(&mut security) { StoreState::Installed } else { StoreState::Failed })]
}

pub(super) fn remove(places: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    let Some(keychain) = keychain(places) else { return Vec::new() };
    if !holds(&keychain, entry) {
        return vec![told(&keychain, StoreState::Absent)];
    }
    let mut security = security();
    security.args(["delete-certificate", "-t", "-c", &entry.name]).arg(&keychain);
    vec![told(&keychain, if tool(&mut security) { StoreState::Removed } else { StoreState::Failed })]
}

pub(super) fn look(places: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    let state = |keychain| if holds(keychain, entry) { StoreState::Installed } else { StoreState::Absent };
    keychain(places).map(|keychain| told(&keychain, state(&keychain))).into_iter().collect()
}

fn told(keychain: &std::path::Path, state: StoreState) -> StoreReport {
    StoreReport { kind: "keychain", place: keychain.display().to_string(), state }
}

fn holds(keychain: &std::path::Path, entry: &Entry<'_>) -> bool {
    tool(security().args(["find-certificate", "-c", &entry.name]).arg(keychain))
}

fn keychain(places: &Places) -> Option<PathBuf> {
    places.person.as_ref().map(|person| person.join("Library/Keychains/login.keychain-db"))
}

fn security() -> Command {
    Command::new("/usr/bin/security")
}
