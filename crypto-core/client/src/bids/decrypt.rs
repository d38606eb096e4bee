//! Opening a bid into a folder.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{faults, open, watch};
use crate::{Code, Failure, Operation, Session, fault, files, ledger};

pub use super::open::Opener;

/// What came out.
#[derive(Clone, Debug, Serialize)]
pub struct Decrypted {
    /// The folder.
    #[serde(serialize_with = "crate::path_text::path")]
    pub output: PathBuf,
    /// Every file in it.
    pub files: Vec<FileReport>,
    /// Bytes of all files.
    pub size: u64,
}

/// One file of a bid.
#[derive(Clone, Debug, Serialize)]
pub struct FileReport {
    /// Path inside the bid.
    pub path: String,
    /// Length in bytes.
    pub size: u64,
}

/// Decrypts the bid at `path` into the folder `output`, which must be absent or empty.
///
/// # Errors
/// [`Code::BidTampered`], [`Code::BidNoRecipient`], …; the folder is not there, or still empty, after any of them.
pub fn decrypt(session: &Session<'_>, path: &Path, output: &Path, opener: Opener<'_>) -> Result<Decrypted, Failure> {
    files::check_input(path)?;
    check_folder(session, output)?;
    let done = opened_into(session, path, output, opener);
    ledger::tried(session, path, "decrypt", &done);
    done
}

fn opened_into(session: &Session<'_>, path: &Path, output: &Path, opener: Opener<'_>) -> Result<Decrypted, Failure> {
    let opened = open::unlock(session, path, opener, Operation::Decrypt)?;
    let entries = opened
        .decrypt_to(session.home.parts(), output, &mut watch(session))
        .map_err(|error| faults::decrypt(path, error))?;
    Ok(Decrypted::of(output, &entries))
}

impl Decrypted {
    pub(super) fn of(output: &Path, entries: &[bid::Entry]) -> Self {
        let report = |entry: &bid::Entry| FileReport { path: entry.path.as_str().to_owned(), size: entry.size };
        let files: Vec<FileReport> = entries.iter().map(report).collect();
        Self { output: output.to_owned(), size: files.iter().map(|file| file.size).sum(), files }
    }
}

/// Refuses a folder that has content or cannot be made, before anybody is asked: a part folder is made and dropped.
pub(super) fn check_folder(session: &Session<'_>, output: &Path) -> Result<(), Failure> {
    if output.is_file() {
        return Err(fault::at(Code::OutputExists, output));
    }
    session.home.parts().create_dir(output, bid::DECRYPT_LABEL).map_err(fault::place)?;
    Ok(())
}
