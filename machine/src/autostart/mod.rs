//! Whether the program starts with the person's session: an entry of the system that the person makes and takes back.

#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;
#[cfg(all(unix, not(target_os = "macos")))]
mod xdg;

#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
use windows as system;
#[cfg(all(unix, not(target_os = "macos")))]
use xdg as system;

use std::path::PathBuf;

use client::{Failure, Session};

/// What the program is started with then: its window stays hidden until somebody wants it.
pub const HIDDEN: &str = "--hidden";

/// The entry of one program.
#[derive(Clone, Debug)]
pub struct Autostart {
    folder: PathBuf,
    program: PathBuf,
}

impl Autostart {
    /// The entry of the program that runs; none where the system does not tell where entries lie.
    #[must_use]
    pub fn of_environment() -> Option<Self> {
        Some(Self::new(system::folder()?, std::env::current_exe().ok()?))
    }

    /// The entry of `program` in the system's `folder` of entries.
    #[must_use]
    pub const fn new(folder: PathBuf, program: PathBuf) -> Self {
        Self { folder, program }
    }

    /// Makes the entry, or takes it back.
    ///
    /// # Errors
    /// [`client::Code::OutputNotWritable`], [`client::Code::DiskFull`].
    pub fn turn(&self, on: bool, session: &Session<'_>) -> Result<(), Failure> {
        if on { system::make(self, session) } else { system::take_back(self) }
    }
}
