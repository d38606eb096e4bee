//! A soft token's folder: reading, locking and replacing its files.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use algo::Suite;
use durable::{Parts, WriteError};
use serde::{Deserialize, Serialize};

use super::pin_record::PinRecord;
use super::record;
use crate::TokenError;

/// The `token` record: what never changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) label: String,
    suite: String,
}

impl Identity {
    const KIND: &'static str = "token";

    pub(super) fn new(id: &str, label: &str, suite: Suite) -> Self {
        Self { id: id.to_owned(), label: label.to_owned(), suite: suite.to_string() }
    }
}

/// An opened folder.
pub(super) struct Folder {
    path: PathBuf,
    parts: Parts,
    pub(super) id: String,
    pub(super) label: String,
    pub(super) suite: Suite,
}

/// Held while a PIN is checked or a file is changed; other processes wait.
pub(super) struct Locked {
    _file: File,
}

impl Folder {
    pub(super) fn open(path: &Path, parts: &Parts) -> Result<Self, TokenError> {
        let file = path.join("token");
        let damaged = |detail: String| TokenError::Damaged { path: file.clone(), detail };
        let identity: Identity = match record::read(&file, Identity::KIND)? {
            Some(identity) => identity,
            None if path.exists() => return Err(damaged("the file is missing".to_owned())),
            None => return Err(TokenError::None),
        };
        // A copied folder would share the original's entry in the keyring: its tries would count for both.
        if path.file_name().is_none_or(|name| name != identity.id.as_str()) {
            return Err(damaged(format!("belongs to the folder {}", identity.id)));
        }
        let suite = identity.suite.parse().map_err(|_| damaged(format!("unknown suite {}", identity.suite)))?;
        Ok(Self { path: path.to_owned(), parts: parts.clone(), id: identity.id, label: identity.label, suite })
    }

    /// Writes the two records of a new token into its unnamed folder.
    pub(super) fn fill(path: &Path, identity: &Identity, pin: &PinRecord) -> Result<(), WriteError> {
        create(&path.join("token"), &record::encode(Identity::KIND, identity))?;
        create(&path.join("pin"), &record::encode(PinRecord::KIND, pin))
    }

    /// Waits until no other process checks a PIN or changes a file.
    pub(super) fn lock(&self) -> Result<Locked, TokenError> {
        let path = self.path.join("lock");
        let file = match owner_only().create(true).truncate(false).open(&path) {
            Ok(file) => file,
            Err(_) if !self.path.exists() => return Err(TokenError::Removed),
            Err(error) => return Err(WriteError::from_io(&path, error).into()),
        };
        file.lock().map_err(|error| WriteError::from_io(&path, error))?;
        Ok(Locked { _file: file })
    }

    pub(super) fn read_pin(&self) -> Result<PinRecord, TokenError> {
        let path = self.path.join("pin");
        let record: PinRecord = match record::read(&path, PinRecord::KIND)? {
            Some(record) => record,
            None if self.path.exists() => {
                return Err(TokenError::Damaged { path, detail: "the file is missing".to_owned() });
            }
            None => return Err(TokenError::Removed),
        };
        record.check(&path)?;
        Ok(record)
    }

    /// Replaces the PIN record; the lock is the proof that nobody else does.
    pub(super) fn write_pin(&self, _: &Locked, label: &'static str, record: &PinRecord) -> Result<(), TokenError> {
        Ok(self.parts.replace(&self.path.join("pin"), label, &record::encode(PinRecord::KIND, record))?)
    }

    /// Reads one record beside `pin`, for example a container.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self, name: &str, kind: &str) -> Result<Option<T>, TokenError> {
        record::read(&self.path.join(name), kind)
    }

    pub(super) fn write<T: Serialize>(
        &self,
        _: &Locked,
        label: &'static str,
        name: &str,
        kind: &str,
        value: &T,
    ) -> Result<(), TokenError> {
        Ok(self.parts.replace(&self.path.join(name), label, &record::encode(kind, value))?)
    }

    pub(super) fn remove(&self, _: &Locked, name: &str) -> Result<(), TokenError> {
        let path = self.path.join(name);
        let failed = |error| WriteError::from_io(&path, error);
        std::fs::remove_file(&path).map_err(failed)?;
        if cfg!(unix) {
            // Without this a power cut may bring a deleted key back.
            File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(())
    }

    /// Names of the files in the folder, sorted.
    pub(super) fn names(&self) -> Result<Vec<String>, TokenError> {
        let unreadable = |source| TokenError::Read { path: self.path.clone(), source };
        let entries = match std::fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(TokenError::Removed),
            Err(error) => return Err(unreadable(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry.map_err(unreadable)?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

fn create(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    use std::io::Write;
    let failed = |error| WriteError::from_io(path, error);
    let mut file = owner_only().create_new(true).open(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)
}

fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
