//! Answers that are kept for a while, below the home folder.
//!
//! They are judged anew each time, signature and period too, so nobody gains by changing them. Keeping is a help: where it
//! fails, the authority is asked again.

use std::fs;
use std::path::PathBuf;

use algo::Hash;
use time::{Duration, OffsetDateTime};

use crate::{Home, files, home};

/// The label of the failpoints of a kept answer.
const LABEL: &str = "status";
/// For so long an authority is not asked again, whatever period its answer names.
const FRESH: Duration = Duration::hours(1);
/// Most answers, and most bytes of them all.
const MOST: usize = 100;
const MOST_BYTES: u64 = 64 << 20;

/// The answers that are kept.
pub(super) struct Kept<'a> {
    home: &'a Home,
    now: OffsetDateTime,
}

impl<'a> Kept<'a> {
    pub(super) const fn of(home: &'a Home, now: OffsetDateTime) -> Self {
        Self { home, now }
    }

    /// An answer that came within the last hour.
    pub(super) fn fresh(&self, name: &[u8]) -> Option<Vec<u8>> {
        let written = OffsetDateTime::from(fs::metadata(self.path(name)).ok()?.modified().ok()?);
        let is_fresh = written <= self.now + Duration::MINUTE && self.now - written < FRESH;
        if is_fresh { self.any(name) } else { None }
    }

    /// An answer of any age.
    pub(super) fn any(&self, name: &[u8]) -> Option<Vec<u8>> {
        files::whole(&self.path(name), MOST_BYTES).ok()
    }

    /// Keeps an answer, and drops the oldest ones that are too many.
    pub(super) fn keep(&self, name: &[u8], answer: &[u8]) {
        let path = self.path(name);
        if home::make_private(&self.folder()).is_ok() && self.home.parts().replace(&path, LABEL, answer).is_ok() {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&self) {
        let entries = fs::read_dir(self.folder()).into_iter().flatten().flatten();
        let mut all: Vec<_> = entries
            .filter_map(|entry| {
                let facts = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((facts.modified().ok()?, facts.len(), entry.path()))
            })
            .collect();
        all.sort_by_key(|(written, ..)| std::cmp::Reverse(*written));
        let mut bytes = 0;
        for (number, (_, length, path)) in all.into_iter().enumerate() {
            bytes += length;
            if number >= MOST || bytes > MOST_BYTES {
                let _ = fs::remove_file(path);
            }
        }
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("status")
    }

    fn path(&self, name: &[u8]) -> PathBuf {
        self.folder().join(Hash::Sha256.digest(name).to_string())
    }
}
