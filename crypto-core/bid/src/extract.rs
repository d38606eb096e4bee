//! Decrypting a bid into a folder that gets its name when everything has been verified.

use crate::index::Entry;
use crate::opened::{Place, Sink};
use crate::os::{ReadAt, WriteAt};
use crate::progress::{Step, Watch, report};
use crate::{DecryptError, NoSpace, Opened};
use durable::{Parts, WriteError, failpoint};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

/// Names the failpoints of the folder.
pub(crate) const LABEL: &str = "bid.decrypt";

impl<R: ReadAt> Opened<R> {
    /// Decrypts the bid into the folder `target`, which must be absent or empty. Until the last check has held, the
    /// files lie in an owner-only folder beside it; after any error that one is gone.
    ///
    /// # Errors
    /// [`DecryptError`].
    pub fn decrypt_to(&self, parts: &Parts, target: &Path, watch: &mut dyn Watch) -> Result<Vec<Entry>, DecryptError> {
        let metadata = self.envelope().metadata();
        check_space(target, metadata.total_length)?;
        let folder = parts.create_dir(target, LABEL)?;
        let mut files = Files::new(folder.path(), target);
        self.run(Step::Decrypting, &mut files, watch)?;
        let entries = files.finish()?;
        report(watch, Step::Saving, metadata.total_length, metadata.total_length)?;
        folder.commit()?;
        Ok(entries)
    }
}

/// Refuses to start what cannot end; `needed` bytes will be written at `target`.
pub(crate) fn check_space(target: &Path, needed: u64) -> Result<(), NoSpace> {
    let Some(folder) = std::path::absolute(target).ok().and_then(|path| existing_ancestor(&path)) else {
        return Ok(());
    };
    // Where the system does not tell, the writing itself will.
    match durable::free_space(&folder) {
        Ok(available) if available < needed => Err(NoSpace { folder, needed, available }),
        _ => Ok(()),
    }
}

fn existing_ancestor(path: &Path) -> Option<PathBuf> {
    path.ancestors().skip(1).find(|folder| folder.exists()).map(Path::to_owned)
}

/// Writes the contents one file after the other.
pub(crate) struct Files<'a> {
    folder: &'a Path,
    /// What errors speak of: the part's own name means nothing to a person.
    target: Arc<Path>,
    made_folders: HashSet<Box<str>>,
    entries: Vec<Entry>,
    next: vec::IntoIter<Entry>,
    current: Option<OpenFile>,
    /// Bytes of the contents that were taken.
    taken: u64,
}

struct OpenFile {
    file: Arc<File>,
    entry: Entry,
    /// How much of it was taken.
    taken: u64,
}

impl OpenFile {
    fn left(&self) -> u64 {
        self.entry.size - self.taken
    }
}

impl<'a> Files<'a> {
    pub(crate) fn new(folder: &'a Path, target: &Path) -> Self {
        let (target, next) = (target.into(), Vec::new().into_iter());
        Self { folder, target, made_folders: HashSet::new(), entries: Vec::new(), next, current: None, taken: 0 }
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> DecryptError + use<> {
        let target = Arc::clone(&self.target);
        move |e| WriteError::from_io(&target, e).into()
    }

    fn write_content(&mut self, mut content: &[u8]) -> io::Result<()> {
        loop {
            self.open_next_if_idle()?;
            let Some(current) = &mut self.current else { return Ok(()) };
            let here = content.len().min(usize::try_from(current.left()).unwrap_or(usize::MAX));
            current.file.write_all_at(&content[..here], current.taken)?;
            content = &content[here..];
            if !self.take(here as u64) {
                return Ok(());
            }
        }
    }

    /// Counts bytes that the current file has now; closes it when they were its last.
    fn take(&mut self, bytes: u64) -> bool {
        self.taken += bytes;
        let Some(current) = &mut self.current else { return false };
        current.taken += bytes;
        let is_whole = current.left() == 0;
        if is_whole {
            self.close();
        }
        is_whole
    }

    fn open_next_if_idle(&mut self) -> io::Result<()> {
        if self.current.is_some() {
            return Ok(());
        }
        let Some(entry) = self.next.next() else { return Ok(()) };
        if let Some((folder, _)) = entry.path.as_str().rsplit_once('/') {
            self.make_folders(folder)?;
        }
        let file = Arc::new(File::create_new(self.place_of(entry.path.as_str()))?);
        self.current = Some(OpenFile { file, entry, taken: 0 });
        failpoint("bid.decrypt.file");
        Ok(())
    }

    /// A file is complete: it gets its time. A file system that cannot hold that time loses nothing of the bid.
    fn close(&mut self) {
        if let Some(OpenFile { file, entry, .. }) = self.current.take() {
            if let Some(time) = entry.modified_time() {
                let _ = file.set_modified(time);
            }
            self.entries.push(entry);
        }
    }

    fn make_folders(&mut self, folder: &str) -> io::Result<()> {
        if self.made_folders.contains(folder) {
            return Ok(());
        }
        if let Some((outer, _)) = folder.rsplit_once('/') {
            self.make_folders(outer)?;
        }
        fs::create_dir(self.place_of(folder))?;
        self.made_folders.insert(folder.into());
        Ok(())
    }

    /// The paths of an index were parsed: every name is an ordinary one, so this stays below the folder.
    fn place_of(&self, path: &str) -> PathBuf {
        let mut place = self.folder.to_owned();
        place.extend(path.split('/'));
        place
    }

    pub(crate) fn finish(mut self) -> Result<Vec<Entry>, DecryptError> {
        let failed = self.failed();
        self.write_content(&[]).map_err(failed)?; // empty files at the end
        debug_assert!(self.current.is_none(), "the lengths of an index were checked against the payload");
        Ok(self.entries)
    }
}

impl Sink for Files<'_> {
    fn begin(&mut self, entries: Vec<Entry>) -> Result<(), DecryptError> {
        failpoint("bid.decrypt.index");
        self.entries.reserve_exact(entries.len());
        self.next = entries.into_iter();
        Ok(())
    }

    fn write(&mut self, content: &[u8]) -> Result<(), DecryptError> {
        let failed = self.failed();
        self.write_content(content).map_err(failed)
    }

    /// What lies within the current file: the others are not there yet.
    fn place(&self, content: Range<u64>) -> Option<Place> {
        let current = self.current.as_ref()?;
        let ahead = content.start.checked_sub(self.taken)?;
        let fits = content.end - self.taken <= current.left();
        let file = || Arc::clone(&current.file);
        fits.then(|| Place { file: file(), at: current.taken + ahead, target: Arc::clone(&self.target) })
    }

    fn written(&mut self, length: u64) {
        self.take(length);
    }
}
