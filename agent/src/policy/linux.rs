//! Linux: files of the administrator below `/etc`.

use std::fs;
use std::path::Path;

use super::{Policy, in_json};

/// Where Chromium, Chrome, Edge and Firefox look.
const FOLDERS: [&str; 5] = [
    "/etc/chromium/policies/managed",
    "/etc/opt/chrome/policies/managed",
    "/etc/opt/edge/policies/managed",
    "/etc/firefox/policies",
    "/usr/lib/firefox/distribution",
];
/// No policy file is longer.
const LONGEST: u64 = 1 << 20;

pub(super) fn all() -> Vec<Policy> {
    FOLDERS.iter().flat_map(|folder| in_folder(Path::new(folder))).collect()
}

fn in_folder(folder: &Path) -> Vec<Policy> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let policies = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let readable = policies.filter(|path| fs::metadata(path).is_ok_and(|facts| facts.len() <= LONGEST));
    readable
        .flat_map(|path| in_json(&path.display().to_string(), &fs::read_to_string(&path).unwrap_or_default()))
        .collect()
}
