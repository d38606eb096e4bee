//! Where no call syncs a whole file system.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

/// Syncs every folder and file below, one by one.
pub(crate) fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            // Windows syncs only what was opened for writing.
            OpenOptions::new().write(true).open(entry.path())?.sync_all()?;
        }
    }
    super::sync_dir(folder)
}
