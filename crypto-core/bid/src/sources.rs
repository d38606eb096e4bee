//! Finding the files to encrypt: folders are walked, links are never followed, and what cannot stand in a bid is refused
//! with its reason before anything is read.

use crate::index::{Entry, nanoseconds};
use crate::limits::{MAX_FILES, MAX_PAYLOAD_LEN};
use crate::path::{BidPath, PathSet};
use crate::progress::{Step, Watch, report};
use crate::{EncryptError, Refusal};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file that was found, and what it will be in the bid.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) place: PathBuf,
    pub(crate) entry: Entry,
    pub(crate) modified: Option<SystemTime>,
}

/// Finds the files of `inputs`, in the order of the inputs and by name within a folder. A folder keeps its name.
pub(crate) fn find(inputs: &[PathBuf], watch: &mut dyn Watch) -> Result<Vec<Source>, EncryptError> {
    let mut search = Search { found: Vec::new(), paths: PathSet::default(), bytes: 0, watch };
    for input in inputs {
        let name = name_of(input)?;
        let path = BidPath::normalised(&name).map_err(|fault| refused(input, fault))?;
        search.visit(input, path)?;
    }
    if search.found.is_empty() { Err(EncryptError::NoFiles) } else { Ok(search.found) }
}

struct Search<'a> {
    found: Vec<Source>,
    paths: PathSet,
    bytes: u64,
    watch: &'a mut dyn Watch,
}

impl Search<'_> {
    /// The depth of the recursion is bounded by the length of a path.
    fn visit(&mut self, place: &Path, path: BidPath) -> Result<(), EncryptError> {
        let meta = fs::symlink_metadata(place).map_err(|e| unreadable(place, e))?;
        if is_link(&meta) {
            return Err(refused(place, Refusal::Link));
        }
        if meta.is_dir() {
            return self.visit_folder(place, &path);
        }
        if !meta.is_file() {
            return Err(refused(place, Refusal::Special));
        }
        self.add(place, path, &meta)
    }

    fn visit_folder(&mut self, place: &Path, path: &BidPath) -> Result<(), EncryptError> {
        let mut names = Vec::new();
        for child in fs::read_dir(place).map_err(|e| unreadable(place, e))? {
            names.push(child.map_err(|e| unreadable(place, e))?.file_name());
        }
        names.sort_unstable();
        for name in names {
            let place = place.join(&name);
            let name = name.to_str().ok_or_else(|| refused(&place, Refusal::NotUnicode))?;
            let path = BidPath::normalised(&format!("{path}/{name}")).map_err(|fault| refused(&place, fault))?;
            self.visit(&place, path)?;
        }
        Ok(())
    }

    fn add(&mut self, place: &Path, path: BidPath, meta: &Metadata) -> Result<(), EncryptError> {
        self.paths.insert(&path).map_err(|clash| refused(place, clash))?;
        self.bytes =
            self.bytes.checked_add(meta.len()).filter(|&n| n <= MAX_PAYLOAD_LEN).ok_or(EncryptError::TooMuch)?;
        let modified = meta.modified().ok();
        let entry = Entry { path, size: meta.len(), modified: modified.map_or(0, nanoseconds) };
        self.found.push(Source { place: place.to_owned(), entry, modified });
        let count = self.found.len() as u64;
        if count > MAX_FILES {
            return Err(EncryptError::TooMuch);
        }
        Ok(report(self.watch, Step::Finding, count, 0)?)
    }
}

/// The name an input has in the bid; `.` and `..` mean the folder they stand for.
fn name_of(input: &Path) -> Result<String, EncryptError> {
    let named = match input.file_name() {
        Some(_) => input.to_owned(),
        None => fs::canonicalize(input).map_err(|e| unreadable(input, e))?,
    };
    let name = named.file_name().ok_or_else(|| refused(input, Refusal::NoName))?;
    name.to_str().map(str::to_owned).ok_or_else(|| refused(input, Refusal::NotUnicode))
}

/// Symbolic links everywhere; on Windows junctions too, which the standard library counts among them.
fn is_link(meta: &Metadata) -> bool {
    meta.file_type().is_symlink()
}

pub(crate) fn refused(place: &Path, reason: impl Into<Refusal>) -> EncryptError {
    EncryptError::Refused { path: place.to_owned(), reason: reason.into() }
}

pub(crate) fn unreadable(place: &Path, source: io::Error) -> EncryptError {
    EncryptError::Read { path: place.to_owned(), source }
}
