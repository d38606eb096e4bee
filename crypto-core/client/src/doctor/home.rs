//! The home folder, its disk, and the clock as its files show it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use time::{Duration, OffsetDateTime};

use crate::{Code, Failure, Finding, FindingCode, Home, consent::rfc3339};

/// Below this a stamped document may not fit any more, in bytes.
const LITTLE: u64 = 64 << 20;
/// Clocks of computers that share a folder differ; a battery that is empty is years behind.
const TOLERANCE: Duration = Duration::DAY;
/// So many files are enough to see when the home was last used.
const MOST_FILES: usize = 2000;

pub(super) fn findings(home: Result<&Home, &Failure>, now: OffsetDateTime) -> Vec<Finding> {
    let home = match home {
        Ok(home) => home,
        Err(failure) => return vec![unusable(failure)],
    };
    let all = [open_to_others(home.path()), disk(home.path()), clock(home.path(), now)];
    all.into_iter().flatten().collect()
}

fn unusable(failure: &Failure) -> Finding {
    let code = match failure.code() {
        Code::SettingsMalformed => FindingCode::SettingsMalformed,
        _ => FindingCode::HomeUnusable,
    };
    let fact = |name| failure.data().get(name).cloned().unwrap_or_default();
    Finding::new(code).with("path", fact("path")).with("reason", fact("reason"))
}

#[cfg(unix)]
fn open_to_others(home: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(home).ok()?.permissions().mode() & 0o777;
    let finding = || {
        Finding::new(FindingCode::HomeOpen).with("path", home.display().to_string()).with("mode", format!("{mode:03o}"))
    };
    (mode & 0o077 != 0).then(finding)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<Finding> {
    None
}

fn disk(home: &Path) -> Option<Finding> {
    let free = durable::free_space(home).ok()?;
    let finding = || {
        Finding::new(FindingCode::DiskLow)
            .with("path", home.display().to_string())
            .with("free", format!("{} MiB", free >> 20))
    };
    (free < LITTLE).then(finding)
}

/// A clock that runs behind the newest file here makes certificates "not yet valid".
fn clock(home: &Path, now: OffsetDateTime) -> Option<Finding> {
    let modified = |path: &PathBuf| fs::metadata(path).and_then(|facts| facts.modified()).ok();
    let newest = OffsetDateTime::from(files(home).iter().filter_map(modified).max()?);
    let finding = || Finding::new(FindingCode::ClockBehind).with("now", rfc3339(now)).with("newest", rfc3339(newest));
    (newest > now + TOLERANCE).then(finding)
}

/// Files of the home and of the folders in it.
fn files(home: &Path) -> Vec<PathBuf> {
    let inside = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = inside(home).partition(|path| path.is_dir());
    let deeper = folders.iter().flat_map(|folder| inside(folder).collect::<Vec<_>>());
    files.into_iter().chain(deeper).take(MOST_FILES).collect()
}
