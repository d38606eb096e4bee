//! The home folder: where everything of one person lies.

use std::{
    io,
    path::{Path, PathBuf},
};

use durable::Parts;

use crate::{Code, Failure, Settings, fault};

/// The home folder, opened: owner-only, and free of what a killed run left behind.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    parts: Parts,
    settings: Settings,
}

impl Home {
    /// Opens the home folder at `path`, made if it is not there, and removes partial files of dead runs.
    ///
    /// # Errors
    /// [`Code::HomeNotUsable`], [`Code::SettingsMalformed`].
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let unusable = |reason: String| {
            Failure::new(Code::HomeNotUsable).with("path", path.display().to_string()).with("reason", reason)
        };
        make_private(path).map_err(|error| unusable(why_not(path, &error)))?;
        let parts = Parts::open(path).map_err(|error| unusable(fault::write_reason(&error)))?;
        let parts = parts.with_passing(&passing(path));
        parts.sweep().map_err(|error| unusable(fault::io_reason(&error)))?;
        let settings = Settings::read(&path.join("settings.toml"))?;
        Ok(Self { path: path.to_owned(), parts, settings })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The list of partial files, through which every file is written.
    #[must_use]
    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The person's settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Trusted roots, one file each.
    #[must_use]
    pub fn trust(&self) -> PathBuf {
        self.path.join("trust")
    }

    /// Certificates of issuing authorities: known, not trusted.
    #[must_use]
    pub fn issuers(&self) -> PathBuf {
        self.path.join("issuers")
    }

    /// Software tokens, one folder each.
    #[must_use]
    pub fn tokens(&self) -> PathBuf {
        self.path.join("tokens")
    }

    /// Documents of web pages: each goes with its connection, and what a killed agent leaves with the next start.
    #[must_use]
    pub fn passing(&self) -> PathBuf {
        passing(&self.path)
    }

    /// Seal pictures.
    #[must_use]
    pub fn seals(&self) -> PathBuf {
        self.path.join("seals")
    }
}

fn passing(home: &Path) -> PathBuf {
    home.join("agent")
}

/// Making a folder where a file lies fails as if the folder were there.
fn why_not(path: &Path, error: &io::Error) -> String {
    if path.is_file() { "not_a_folder".into() } else { fault::io_reason(error) }
}

/// Makes the folder with its parents, all owner-only; one that exists is left as its owner set it.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    durable::private_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_new_home_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let base = tempfile::tempdir().unwrap();
        let home = Home::open(&base.path().join("a/b")).unwrap();
        for folder in [home.path().to_owned(), home.path().join("parts")] {
            assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
        }
    }

    #[test]
    fn a_file_in_its_place_is_named() {
        let base = tempfile::tempdir().unwrap();
        let place = base.path().join("file");
        fs::File::create(&place).unwrap();
        let failure = Home::open(&place).unwrap_err();
        assert_eq!((failure.code(), &failure.data()["reason"]), (Code::HomeNotUsable, &"not_a_folder".into()));
    }
}
