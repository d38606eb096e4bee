//! The trust stores of this person and this computer: the authority is put in and taken out again.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(target_os = "windows")]
mod windows;
#[cfg(target_os = "windows")]
use windows as system;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos as system;

#[cfg(not(any(target_os = "linux", target_os = "windows", target_os = "macos")))]
mod none;
#[cfg(not(any(target_os = "linux", target_os = "windows", target_os = "macos")))]
use none as system;

use std::path::{Path, PathBuf};
#[cfg(not(windows))]
use std::process::{Command, Stdio};

use client::Home;
use serde::Serialize;
use x509::Certificate;

/// Where trust stores are looked for.
#[derive(Clone, Debug)]
pub struct Places {
    /// The person's own folder, if there is one.
    pub person: Option<PathBuf>,
    /// The file system's root.
    pub root: PathBuf,
}

/// What became of the authority in one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreState {
    /// It is in there.
    Installed,
    /// It is not.
    Absent,
    /// It was taken out.
    Removed,
    /// The store belongs to the administrator.
    NotPermitted,
    /// The store's tool failed, or is not here.
    Failed,
}

impl StoreState {
    /// The stable word of JSON output and message files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Absent => "absent",
            Self::Removed => "removed",
            Self::NotPermitted => "not_permitted",
            Self::Failed => "failed",
        }
    }
}

/// One store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoreReport {
    /// `nss` (Chromium, Firefox), `system`, `windows` or `keychain`.
    pub kind: &'static str,
    /// Where it is.
    pub place: String,
    /// What became of the authority.
    pub state: StoreState,
}

/// The authority, as the stores' tools want it.
#[cfg_attr(windows, allow(dead_code, reason = "no tool there wants a name or a file"))]
struct Entry<'a> {
    certificate: &'a Certificate,
    name: String,
    file: &'a Path,
}

pub(super) fn install(home: &Home, places: &Places, authority: &Certificate, file: &Path) -> Vec<StoreReport> {
    system::install(home, places, &entry(authority, file))
}

pub(super) fn remove(places: &Places, authority: &Certificate, file: &Path) -> Vec<StoreReport> {
    system::remove(places, &entry(authority, file))
}

pub(super) fn look(places: &Places, authority: &Certificate) -> Vec<StoreReport> {
    system::look(places, &entry(authority, Path::new("")))
}

fn entry<'a>(certificate: &'a Certificate, file: &'a Path) -> Entry<'a> {
    Entry { certificate, name: super::name(certificate), file }
}

/// Runs a store's tool and says whether it did it.
#[cfg(not(windows))]
fn tool(command: &mut Command) -> bool {
    let run = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}
