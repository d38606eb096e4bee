//! Where the home folder lies, where our other programs lie, and where this computer keeps modules.

use std::{
    env,
    path::{Path, PathBuf},
};

use client::discovery::{self, Places};

/// Every place that the desk uses.
#[derive(Clone, Debug)]
pub struct Place {
    /// The home folder.
    pub home: PathBuf,
    /// The folder of our other programs.
    pub programs: PathBuf,
    /// Where modules are looked for.
    pub modules: Places,
    /// Where the system tells of its processes.
    pub processes: Option<PathBuf>,
    /// The folder whose name is the person's.
    pub own_folder: Option<String>,
    /// The locale, where the person has not chosen a language yet.
    pub locale: Option<String>,
}

impl Place {
    /// The places that this process's environment names, as the command line takes them; none without a home.
    #[must_use]
    pub fn of_environment() -> Option<Self> {
        let own = variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        Some(Self {
            home: variable("BIDSEAL_HOME").or_else(of_platform)?,
            programs: env::current_exe().ok().as_deref().and_then(Path::parent).map(Path::to_owned)?,
            modules: modules(),
            processes: cfg!(target_os = "linux").then(|| PathBuf::from("/proc")),
            own_folder: own.and_then(|folder| folder.into_os_string().into_string().ok()),
            locale: ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| env::var(name).ok()),
        })
    }

    /// The program that hosts a vendor's module.
    pub(crate) fn worker(&self) -> PathBuf {
        self.beside("bidseal-token-worker")
    }

    /// The program that watches card readers.
    pub(crate) fn card_watch(&self) -> PathBuf {
        self.beside("bidseal-card-watch")
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.programs.join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

fn modules() -> Places {
    let config = variable("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
    Places {
        os: client::devices::Os::here(),
        root: root(),
        config: config.or_else(|| variable("HOME").map(|home| home.join(".config"))),
        windows: windows_folders(),
        registry: discovery::registry_modules(),
    }
}

/// The file system's root. Test builds look below another one, so that no test depends on what is installed.
fn root() -> PathBuf {
    #[cfg(debug_assertions)]
    if let Some(root) = variable("BIDSEAL_TEST_ROOT") {
        return root;
    }
    Path::new("/").to_owned()
}

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
        let data = variable("XDG_DATA_HOME").filter(|folder| folder.is_absolute());
        data.or_else(|| variable("HOME").map(|home| home.join(".local/share"))).map(|folder| folder.join("bidseal"))
    }
}

/// A path from the environment; empty counts as absent.
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
