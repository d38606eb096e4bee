//! The home folder's list of partial files, so that none is forgotten after a kill.
//!
//! Every partial file has an entry `parts/<its name>` in the home folder that holds its absolute path and stays locked
//! while its writer lives. The operating system drops the lock when the writer dies, whatever it died of: an entry that
//! can be locked belongs to nobody.

use crate::part::{PartDir, PartFile};
use crate::{Replace, WriteError};
use crate::{name, os};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The list of partial files below one home folder.
#[derive(Clone, Debug)]
pub struct Parts {
    folder: PathBuf,
    passing: Option<PathBuf>,
}

/// A locked line of the list; its file goes when the part is committed or dropped.
#[derive(Debug)]
pub(crate) struct Entry {
    path: PathBuf,
    _locked: File,
}

impl Parts {
    /// The list of the home folder `home`, made if it is not there (owner-only).
    ///
    /// # Errors
    /// [`WriteError`] when the folder cannot be made.
    pub fn open(home: &Path) -> Result<Self, WriteError> {
        let folder = home.join("parts");
        private_dir_all(&folder).map_err(|e| WriteError::from_io(&folder, e))?;
        Ok(Self { folder, passing: None })
    }

    /// The same list, for a home whose folder `passing` is emptied whenever its owner starts: nothing that lies there
    /// outlives a power cut, so that nothing there waits for the disk.
    #[must_use]
    pub fn with_passing(self, passing: &Path) -> Self {
        Self { passing: std::path::absolute(passing).ok(), ..self }
    }

    /// Whether a part at this absolute path is to survive a power cut once it has its name.
    pub(crate) fn is_lasting(&self, part: &Path) -> bool {
        !self.passing.as_ref().is_some_and(|passing| part.starts_with(passing))
    }

    /// Removes what dead writers left behind and returns how many parts that were. A part on a drive that is not
    /// plugged in stays listed.
    ///
    /// # Errors
    /// Any fault while the list is read; parts that cannot be removed stay listed and are no error.
    pub fn sweep(&self) -> io::Result<usize> {
        let _alone = self.lock()?;
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if name::is_ours(&path) && sweep_one(&path)? {
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Opens a partial file beside `target`, for content that others may read once it is complete.
    /// `label` names its failpoints.
    ///
    /// # Errors
    /// [`WriteError`] when the folder of `target` cannot be written.
    pub fn create(&self, target: &Path, label: &'static str) -> Result<PartFile, WriteError> {
        PartFile::create(self, target, label, false)
    }

    /// As [`Parts::create`], but the file stays owner-only under its final name.
    ///
    /// # Errors
    /// [`WriteError`] when the folder of `target` cannot be written.
    pub fn create_private(&self, target: &Path, label: &'static str) -> Result<PartFile, WriteError> {
        PartFile::create(self, target, label, true)
    }

    /// Opens a partial folder beside `target`, which must be absent or empty.
    ///
    /// # Errors
    /// [`WriteError`] when `target` has content or its parent cannot be written.
    pub fn create_dir(&self, target: &Path, label: &'static str) -> Result<PartDir, WriteError> {
        PartDir::create(self, target, label)
    }

    /// Replaces the small owner-only state file `target` by `bytes`, durably.
    ///
    /// # Errors
    /// [`WriteError`]; the old content then still stands.
    pub fn replace(&self, target: &Path, label: &'static str, bytes: &[u8]) -> Result<(), WriteError> {
        let mut part = self.create_private(target, label)?;
        part.write_all(bytes).map_err(|e| WriteError::from_io(target, e))?;
        part.commit(Replace::Existing)
    }

    /// Lists a part named `name` at `part` before it is made.
    pub(crate) fn enter(&self, name: &str, part: &Path) -> io::Result<Entry> {
        let _shared = self.lock_shared()?;
        let path = self.folder.join(name);
        let mut file = private_file(&path)?;
        file.lock()?;
        file.write_all(part.as_os_str().as_encoded_bytes())?;
        file.sync_all()?;
        os::sync_dir(&self.folder)?;
        Ok(Entry { path, _locked: file })
    }

    /// Keeps a sweep from seeing an entry between its making and its locking.
    fn lock_shared(&self) -> io::Result<File> {
        let file = self.lock_file()?;
        file.lock_shared()?;
        Ok(file)
    }

    fn lock(&self) -> io::Result<File> {
        let file = self.lock_file()?;
        file.lock()?;
        Ok(file)
    }

    fn lock_file(&self) -> io::Result<File> {
        OpenOptions::new().create(true).truncate(false).write(true).open(self.folder.join("lock"))
    }
}

impl Entry {
    pub(crate) fn remove(&self) {
        // A list entry without its part costs nothing: the next sweep removes it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes the part of the entry at `path` if its writer is dead. Returns whether a part was removed.
fn sweep_one(path: &Path) -> io::Result<bool> {
    let mut entry = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(e),
    };
    if entry.try_lock().is_err() {
        return Ok(false); // its writer lives
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    let part = os::path_from_bytes(bytes);
    // The list is a file in the person's folder: it may name nothing but our own partial files.
    if !name::is_ours(&part) || part.file_name() != path.file_name() {
        fs::remove_file(path)?;
        return Ok(false);
    }
    if !part.parent().is_some_and(Path::exists) {
        return Ok(false); // the drive is away
    }
    let removed = match fs::symlink_metadata(&part) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(&part).is_ok(),
        Ok(_) => fs::remove_file(&part).is_ok(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            fs::remove_file(path)?;
            return Ok(false);
        }
        Err(_) => false,
    };
    if removed {
        fs::remove_file(path)?;
    }
    Ok(removed)
}

/// A new file that only its owner can read, from its first moment on.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    os::make_private(OpenOptions::new().create_new(true).read(true).write(true)).open(path)
}

/// Makes a folder that only its owner can enter; on Windows it has the rights of the one above.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`], and what else the system reports.
pub fn private_dir(path: &Path) -> io::Result<()> {
    os::make_private_dir(path)
}

/// Makes a folder with its parents, all the owner's alone; one that exists is left as it is. On Windows the folder itself has
/// rights of its own, and what is made in it inherits them.
///
/// # Errors
/// What the system reports.
pub fn private_dir_all(path: &Path) -> io::Result<()> {
    os::make_private_dirs(path)
}
