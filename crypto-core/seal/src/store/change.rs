//! A kept seal gets another name, or goes.

use std::{fs, io};

use durable::{Replace, WriteError};

use super::{SealName, Store, StoreError, Stored};

impl Store<'_> {
    /// Gives a seal another name. After a power cut it may have both: it never has none.
    ///
    /// # Errors
    /// As [`Store::load`] and [`Store::add`]: no other seal is replaced.
    pub fn rename(&self, name: &SealName, to: &SealName) -> Result<Stored, StoreError> {
        if name == to {
            return self.find(name);
        }
        let picture = self.load(name)?;
        let kept = self.add(to, &picture, Replace::Never)?;
        self.remove(name)?;
        Ok(kept)
    }

    /// Removes a seal, also a damaged one: its description first, which made it exist.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Write`].
    pub fn remove(&self, name: &SealName) -> Result<(), StoreError> {
        let description = self.folder.join(format!("{name}.toml"));
        match fs::remove_file(&description) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::NotFound { name: name.clone() });
            }
            Err(error) => return Err(WriteError::from_io(&description, error).into()),
        }
        for extension in ["png", "jpg"] {
            // A picture without a description is no seal, and the next seal of this name takes its place.
            let _ = fs::remove_file(self.folder.join(format!("{name}.{extension}")));
        }
        Ok(())
    }
}
