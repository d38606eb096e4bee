//! Where the home folder lies when nobody says.

use std::{env, path::PathBuf};

/// `--home`, else `BIDSEAL_HOME`, else the platform's folder for data of programs.
pub(crate) fn home(option: Option<PathBuf>) -> Option<PathBuf> {
    option.or_else(|| variable("BIDSEAL_HOME")).or_else(of_platform)
}

fn of_platform() -> Option<PathBuf> {
    if cfg!(windows) {
        variable("APPDATA").map(|folder| folder.join("Bidseal"))
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support/Bidseal"))
    } else {
        let data = variable("XDG_DATA_HOME").filter(|folder| folder.is_absolute());
        data.or_else(|| variable("HOME").map(|home| home.join(".local/share"))).map(|folder| folder.join("bidseal"))
    }
}

/// A path from the environment; empty counts as absent.
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
