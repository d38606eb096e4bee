//! Why a file could not be written, in the terms a person can act on.

use std::io;
use std::path::{Path, PathBuf};

use crate::NameFault;

/// A write that did not happen. The target is as it was before.
#[derive(Debug, thiserror::Error)]
#[error("{}: {kind}", path.display())]
#[non_exhaustive]
pub struct WriteError {
    /// The target (or the folder) that was to be written.
    pub path: PathBuf,
    /// The reason.
    pub kind: WriteFailure,
}

/// What stood in the way, grouped by what the person can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteFailure {
    /// No permission, a read-only file system, or a target that is no ordinary file.
    #[error("cannot be written: {0}")]
    NotWritable(#[source] io::Error),
    /// The disk or the person's quota is full.
    #[error("the disk is full")]
    DiskFull,
    /// The target exists and was not to be replaced.
    #[error("exists already")]
    Exists,
    /// The target folder exists and has content.
    #[error("the folder is not empty")]
    NotEmpty,
    /// This system has no such names.
    #[error("no name of a file: {0}")]
    Name(#[source] NameFault),
    /// The target is one of the inputs.
    #[error("output and input are the same file")]
    SameAsInput,
    /// Any other fault of the system.
    #[error("{0}")]
    Io(#[source] io::Error),
}

impl WriteError {
    pub(crate) fn new(path: &Path, kind: WriteFailure) -> Self {
        Self { path: path.to_owned(), kind }
    }

    /// Classifies a fault of the system that happened while `path` was written.
    #[must_use]
    pub fn from_io(path: &Path, error: io::Error) -> Self {
        Self::new(path, WriteFailure::from(error))
    }
}

impl From<io::Error> for WriteFailure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as K;
        match error.kind() {
            K::StorageFull | K::QuotaExceeded | K::FileTooLarge => Self::DiskFull,
            K::PermissionDenied | K::ReadOnlyFilesystem | K::IsADirectory | K::NotADirectory | K::NotFound => {
                Self::NotWritable(error)
            }
            K::AlreadyExists => Self::Exists,
            K::DirectoryNotEmpty => Self::NotEmpty,
            _ => Self::Io(error),
        }
    }
}
