//! Partial files and folders, and the one moment in which they get their names.

use crate::failpoint::failpoint_of;
use crate::registry::{self, Entry, Parts};
use crate::target::{check_name_of, folder_of};
use crate::{WriteError, WriteFailure, name, os};
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Whether a target that exists may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// The target must not exist, not even when it appeared while we were writing.
    Never,
    /// The target's old content may go, in one step.
    Existing,
}

/// A file in the making. Dropping it removes it.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    unfinished: Unfinished,
    private: bool,
}

/// A folder in the making, owner-only. Dropping it removes it with all it holds.
#[derive(Debug)]
pub struct PartDir {
    unfinished: Unfinished,
}

impl PartFile {
    pub(crate) fn create(parts: &Parts, target: &Path, label: &'static str, private: bool) -> Result<Self, WriteError> {
        let (unfinished, file) = Unfinished::begin(parts, target, label, registry::private_file)?;
        Ok(Self { file, unfinished, private })
    }

    /// The open file: for positioned reads and writes from several threads.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Syncs the content, gives it the target's name, and syncs the name. Neither is synced in the folder of
    /// [`Parts::with_passing`].
    ///
    /// # Errors
    /// [`WriteError`]: the target is as it was, the part is removed; only when the very last step fails, the sync of the
    /// name, the target is new. A failed sync is an error: the system may have dropped the pages it could not write.
    pub fn commit(self, replace: Replace) -> Result<(), WriteError> {
        let Self { file, unfinished, private } = self;
        let target = unfinished.target.clone();
        let failed = |e| WriteError::from_io(&target, e);
        unfinished.point("written");
        if !private {
            unfinished.set_usual_permissions(&file).map_err(failed)?;
        }
        if unfinished.lasting {
            file.sync_all().map_err(failed)?;
        }
        unfinished.point("synced");
        drop(file); // Windows renames no open file
        unfinished.take_name(replace).map_err(failed)
    }
}

impl Read for PartFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read(buf)
    }
}

impl Write for PartFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for PartFile {
    fn seek(&mut self, pos: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(pos)
    }
}

impl PartDir {
    pub(crate) fn create(parts: &Parts, target: &Path, label: &'static str) -> Result<Self, WriteError> {
        if !is_absent_or_empty(target).map_err(|e| WriteError::from_io(target, e))? {
            return Err(WriteError::new(target, WriteFailure::NotEmpty));
        }
        let (unfinished, ()) = Unfinished::begin(parts, target, label, registry::private_dir)?;
        Ok(Self { unfinished })
    }

    /// Where the folder lies until it gets its name.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.unfinished.part
    }

    /// Syncs every folder and file below; the part stays one. For what must be safe before something else gets its name.
    ///
    /// # Errors
    /// [`WriteError`]
    pub fn sync(&self) -> Result<(), WriteError> {
        os::sync_tree(self.path()).map_err(|e| WriteError::from_io(&self.unfinished.target, e))
    }

    /// Syncs every folder and file below, gives the folder the target's name, and syncs the name.
    ///
    /// # Errors
    /// As [`PartFile::commit`].
    pub fn commit(self) -> Result<(), WriteError> {
        let target = self.unfinished.target.clone();
        let failed = |e| WriteError::from_io(&target, e);
        if self.unfinished.lasting {
            os::sync_tree(self.path()).map_err(failed)?;
        }
        self.unfinished.point("synced");
        if cfg!(windows) && target.exists() {
            fs::remove_dir(&target).map_err(failed)?; // only an empty one goes
        }
        self.unfinished.take_name(Replace::Existing).map_err(failed)
    }
}

fn is_absent_or_empty(target: &Path) -> io::Result<bool> {
    match fs::read_dir(target) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(e),
    }
}

/// What files and folders in the making share: a place, a target, a line in the list.
#[derive(Debug)]
struct Unfinished {
    part: PathBuf,
    target: PathBuf,
    label: &'static str,
    entry: Entry,
    /// What passes with its process is not synced.
    lasting: bool,
    named: bool,
}

impl Unfinished {
    fn begin<T>(
        parts: &Parts,
        target: &Path,
        label: &'static str,
        make: impl FnOnce(&Path) -> io::Result<T>,
    ) -> Result<(Self, T), WriteError> {
        let failed = |e| WriteError::from_io(target, e);
        check_name_of(target, cfg!(windows))?;
        let name = name::fresh();
        let part = std::path::absolute(folder_of(target)).map_err(failed)?.join(&name);
        let lasting = parts.is_lasting(&part);
        let entry = parts.enter(&name, &part).map_err(failed)?;
        let made = make(&part).inspect_err(|_| entry.remove()).map_err(failed)?;
        let unfinished = Self { part, target: target.to_owned(), label, entry, lasting, named: false };
        unfinished.point("created");
        Ok((unfinished, made))
    }

    fn point(&self, step: &str) {
        failpoint_of(self.label, step);
    }

    fn take_name(mut self, replace: Replace) -> io::Result<()> {
        match replace {
            Replace::Existing => replace_existing(&self.part, &self.target)?,
            Replace::Never => name_if_free(&self.part, &self.target)?,
        }
        self.named = true;
        self.point("renamed");
        if self.lasting {
            os::sync_dir(folder_of(&self.target))?;
        }
        self.entry.remove();
        Ok(())
    }

    /// A replaced file keeps its permissions; a new one gets what any new file of this person gets.
    fn set_usual_permissions(&self, file: &File) -> io::Result<()> {
        match fs::metadata(&self.target) {
            Ok(old) => file.set_permissions(old.permissions()),
            Err(_) => os::set_mode_of_new_files(file),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.named {
            return;
        }
        // Whatever cannot be removed now stays listed for the next start.
        let gone = fs::remove_file(&self.part).or_else(|_| fs::remove_dir_all(&self.part));
        if gone.is_ok() {
            self.entry.remove();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place where names are given")]
fn replace_existing(part: &Path, target: &Path) -> io::Result<()> {
    fs::rename(part, target)
}

/// Renames without ever replacing. Where the system cannot, the check comes first and the name second.
fn name_if_free(part: &Path, target: &Path) -> io::Result<()> {
    if let Some(done) = os::rename_if_free(part, target) {
        return done;
    }
    if fs::symlink_metadata(target).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    replace_existing(part, target)
}
