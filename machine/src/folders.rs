//! Where the home folder lies when nobody says, and where this computer keeps modules and roots.

use std::{
    env,
    path::{Path, PathBuf},
};

use client::discovery::{self, Places};

/// `BIDSEAL_HOME`, else the platform's folder for data of programs.
#[must_use]
pub fn home() -> Option<PathBuf> {
    variable("BIDSEAL_HOME").or_else(of_platform)
}

/// This computer, as far as modules are concerned.
#[must_use]
pub fn modules() -> Places {
    Places {
        os: client::devices::Os::here(),
        root: root(),
        config: config(),
        windows: windows_folders(),
        registry: discovery::registry_modules(),
    }
}

/// Where the person's settings of programs lie.
#[must_use]
pub fn config() -> Option<PathBuf> {
    let config = variable("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
    config.or_else(|| variable("HOME").map(|home| home.join(".config")))
}

/// Where data of the person's programs lie, where the desktop looks for entries too.
pub(crate) fn data() -> Option<PathBuf> {
    let data = variable("XDG_DATA_HOME").filter(|folder| folder.is_absolute());
    data.or_else(|| variable("HOME").map(|home| home.join(".local/share")))
}

/// Where the system's trust store lies: below its root, on Windows in its own folder.
#[must_use]
pub fn system() -> PathBuf {
    if cfg!(windows) { variable("SystemRoot").unwrap_or_default() } else { root() }
}

/// Where Linux tells of its processes.
#[must_use]
pub fn processes() -> Option<&'static Path> {
    cfg!(target_os = "linux").then(|| Path::new("/proc"))
}

/// The folder whose name is the person's.
#[must_use]
pub fn own_folder() -> Option<String> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    variable(name).and_then(|folder| folder.into_os_string().into_string().ok())
}

/// The file system's root. Test builds look below another one, so that no test depends on what is installed.
fn root() -> PathBuf {
    #[cfg(debug_assertions)]
    if let Some(root) = variable("BIDSEAL_TEST_ROOT") {
        return root;
    }
    Path::new("/").to_owned()
}

/// The system folders of both widths, and the folders of programs. The environment names them for each language of Windows.
fn windows_folders() -> Vec<PathBuf> {
    if !cfg!(windows) {
        return Vec::new();
    }
    let system =
        variable("SystemRoot").into_iter().flat_map(|root| ["System32", "SysWOW64"].map(|name| root.join(name)));
    let programs = ["ProgramFiles", "ProgramFiles(x86)"].into_iter().filter_map(variable);
    system.chain(programs).filter(|folder| folder.is_absolute()).collect()
}

fn of_platform() -> Option<PathBuf> {
    if cfg!(windows) {
        variable("APPDATA").map(|folder| folder.join("Bidseal"))
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support/Bidseal"))
    } else {
        data().map(|folder| folder.join("bidseal"))
    }
}

/// A path from the environment; empty counts as absent.
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
