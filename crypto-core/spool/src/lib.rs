//! Documents that are too large for memory.
//!
//! A [`Spool`] is a private copy of a document in a file without a name: the system reads its pages when they are looked at
//! and may forget them again, so a document of any size takes no memory of the program's own. Nobody else can change or
//! shorten the copy, which is what makes it as good as bytes in memory.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use memmap2::Mmap;

/// Bytes that are copied at once.
const PIECE: usize = 1 << 20;

/// A document that was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The document broke off.
    #[error("the document cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The copy could not be written: a full disk too.
    #[error("no copy of the document can be made: {0}")]
    Write(#[source] io::Error),
}

/// A private copy of a document.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    pages: Mmap,
}

impl Spool {
    /// Copies all that `source` gives into a file without a name in `folder`, which is the owner's alone.
    ///
    /// # Errors
    /// [`CopyError`]; nothing is left behind.
    pub fn copy(source: &mut dyn Read, folder: &Path) -> Result<Self, CopyError> {
        let mut file = tempfile::tempfile_in(folder).map_err(CopyError::Write)?;
        let mut piece = vec![0; PIECE];
        loop {
            match source.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => file.write_all(&piece[..read]).map_err(CopyError::Write)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(CopyError::Read(error)),
            }
        }
        Self::of(&file, folder).map_err(CopyError::Write)
    }

    /// A copy of this one with `tail` behind it.
    ///
    /// # Errors
    /// What writing reports: a full disk too.
    pub fn followed_by(&self, tail: &[u8]) -> io::Result<Self> {
        let mut file = tempfile::tempfile_in(&self.folder)?;
        file.write_all(&self.pages)?;
        file.write_all(tail)?;
        Self::of(&file, &self.folder)
    }

    fn of(file: &File, folder: &Path) -> io::Result<Self> {
        // SAFETY: the file has no name, and its only handle is dropped by the caller right after: nobody can write or shorten
        // it while it is mapped.
        let pages = unsafe { Mmap::map(file)? };
        Ok(Self { folder: folder.to_owned(), pages })
    }
}

impl AsRef<[u8]> for Spool {
    fn as_ref(&self) -> &[u8] {
        &self.pages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_equal_and_leaves_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
        let spool = Spool::copy(&mut bytes.as_slice(), folder.path()).unwrap();
        let longer = spool.followed_by(b"tail").unwrap();
        assert_eq!(spool.as_ref(), bytes);
        assert_eq!(longer.as_ref(), [bytes.as_slice(), b"tail"].concat());
        #[cfg(unix)]
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_an_empty_copy() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::copy(&mut io::empty(), folder.path()).unwrap();
        assert!(spool.as_ref().is_empty());
        assert_eq!(spool.followed_by(b"x").unwrap().as_ref(), b"x");
    }
}
