//! The leaves' keys: in the keyring of the operating system, and in owner-only files where there is none.

use std::fs;
use std::path::{Path, PathBuf};

use algo::Secret;
use client::{Failure, Home, KeyringHalf};

use super::{LABEL, failed};

/// Where keys lie.
pub(super) struct Keys {
    keyring: Option<Box<dyn KeyringHalf>>,
}

impl Keys {
    /// The keys of a home. One that was told to live without a keyring keeps files.
    pub(super) fn of(_home: &Home) -> Self {
        Self { keyring: client::platform_keyring() }
    }

    /// Keeps the key of a leaf.
    pub(super) fn keep(
        &self,
        home: &Home,
        folder: &Path,
        authority: &str,
        number: usize,
        key: &Secret,
    ) -> Result<(), Failure> {
        if let Some(keyring) = &self.keyring
            && keyring.write(&entry(authority, number), key).is_ok()
        {
            return Ok(());
        }
        Ok(home.parts().replace(&file(folder, number), LABEL, key.expose())?)
    }

    /// The key of a leaf.
    pub(super) fn read(&self, folder: &Path, authority: &str, number: usize) -> Result<Secret, Failure> {
        match fs::read(file(folder, number)) {
            Ok(key) => Ok(Secret::from(key)),
            Err(error) => {
                let kept = self.keyring.as_ref().map(|keyring| keyring.read(&entry(authority, number)));
                match kept {
                    Some(Ok(Some(key))) => Ok(key),
                    Some(Err(reason)) => Err(failed(reason)),
                    _ => Err(failed(error)),
                }
            }
        }
    }

    /// Removes every key of an authority; files go with their folder.
    pub(super) fn forget(&self, authority: &str, count: usize) {
        for number in 0..count {
            // A key that stays is of no use: nobody trusts its certificate any more.
            let _ = self.keyring.as_ref().map(|keyring| keyring.delete(&entry(authority, number)));
        }
    }
}

/// The file of a leaf's key.
pub(super) fn file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("leaf-{number:02}.key"))
}

fn entry(authority: &str, number: usize) -> String {
    format!("{authority} {number:02}")
}
