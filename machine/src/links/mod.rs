//! What opens `bidseal:` links, and with windows `.bid` files: an entry of the system that the person makes and takes back. A link only wakes.

#[cfg(windows)]
mod windows;
#[cfg(all(unix, not(target_os = "macos")))]
mod xdg;

#[cfg(windows)]
use windows as system;
#[cfg(all(unix, not(target_os = "macos")))]
use xdg as system;

use std::path::{Path, PathBuf};

use client::{Failure, Session};

/// The entry of the program that a link starts.
#[derive(Clone, Debug)]
pub struct Links {
    folder: PathBuf,
    program: PathBuf,
    /// It asks in windows of its own; the other one at a terminal.
    has_windows: bool,
}

impl Links {
    /// The entry of the program with windows, if it lies beside the one that runs, else of that one, which then asks at a
    /// terminal. None on macOS, where the bundle of the program with windows says it all.
    #[must_use]
    pub fn of_environment() -> Option<Self> {
        let windows = crate::programs::windows();
        let (program, has_windows) =
            if windows.is_file() { (windows, true) } else { (std::env::current_exe().ok()?, false) };
        Some(Self::new(folder()?, program, has_windows))
    }

    /// The entry of `program` in the system's `folder` of entries.
    #[must_use]
    pub const fn new(folder: PathBuf, program: PathBuf, has_windows: bool) -> Self {
        Self { folder, program, has_windows }
    }

    /// The program that a link starts.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Whether a link starts it.
    #[must_use]
    pub fn are_on(&self) -> bool {
        #[cfg(target_os = "macos")]
        return false;
        #[cfg(not(target_os = "macos"))]
        system::is_made(self)
    }

    /// Makes the entry, or takes it back.
    ///
    /// # Errors
    /// [`client::Code::OutputNotWritable`], [`client::Code::DiskFull`].
    pub fn turn(&self, on: bool, session: &Session<'_>) -> Result<(), Failure> {
        #[cfg(target_os = "macos")]
        return Ok(());
        #[cfg(not(target_os = "macos"))]
        if on { system::make(self, session) } else { system::take_back(self) }
    }
}

#[cfg(target_os = "macos")]
const fn folder() -> Option<PathBuf> {
    None
}

#[cfg(not(target_os = "macos"))]
fn folder() -> Option<PathBuf> {
    system::folder()
}
