//! The places that a desk uses: this computer's, or those that a test gives.

use std::{env, path::PathBuf};

use client::discovery::Places;
use machine::{Autostart, Links, folders, programs};

/// Every place that the desk uses.
#[derive(Clone, Debug)]
pub struct Place {
    /// The home folder.
    pub home: PathBuf,
    /// The program that hosts a vendor's module.
    pub worker: PathBuf,
    /// The program that watches card readers.
    pub card_watch: PathBuf,
    /// Where modules are looked for.
    pub modules: Places,
    /// Where the system tells of its processes.
    pub processes: Option<PathBuf>,
    /// The folder whose name is the person's.
    pub own_folder: Option<String>,
    /// The entry that starts the program with the session.
    pub autostart: Option<Autostart>,
    /// The entry that opens bids and links with the program.
    pub links: Option<Links>,
    /// The locale, where the person has not chosen a language yet.
    pub locale: Option<String>,
}

impl Place {
    /// The places that this process's environment names, as the command line takes them; none without a home.
    #[must_use]
    pub fn of_environment() -> Option<Self> {
        Some(Self {
            home: folders::home()?,
            worker: programs::worker(),
            card_watch: programs::card_watch(),
            modules: folders::modules(),
            processes: folders::processes().map(Into::into),
            own_folder: folders::own_folder(),
            autostart: Autostart::of_environment(),
            links: Links::of_environment(),
            locale: ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| env::var(name).ok()),
        })
    }
}
