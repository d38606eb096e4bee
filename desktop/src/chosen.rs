//! Handles of files that the person chose. No window names a path: what was never chosen cannot be read or written.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use client::{Code, Failure};
use protocol::screens::Chosen;

use crate::{internal, locked};

/// More than any document that a person looks at; larger ones are worked on without being shown.
const SHOWN: u64 = 200 << 20;

/// Every file that was chosen since the start.
#[derive(Default)]
pub(crate) struct Files {
    paths: Mutex<Vec<PathBuf>>,
}

impl Files {
    /// A handle of something that exists.
    pub(crate) fn existing(&self, path: PathBuf) -> Option<Chosen> {
        let facts = fs::metadata(&path).ok()?;
        Some(self.enter(path, Some(facts.len()).filter(|_| facts.is_file()), facts.is_dir()))
    }

    /// A handle of something that is to be written.
    pub(crate) fn coming(&self, path: PathBuf) -> Chosen {
        self.enter(path, None, false)
    }

    fn enter(&self, path: PathBuf, size: Option<u64>, folder: bool) -> Chosen {
        let shown = |text: Option<std::borrow::Cow<'_, str>>| client::printable(&text.unwrap_or_default());
        let name = shown(path.file_name().map(std::ffi::OsStr::to_string_lossy));
        let place = shown(path.parent().map(Path::to_string_lossy));
        let mut paths = locked(&self.paths);
        let known = paths.iter().position(|known| *known == path);
        let index = known.unwrap_or_else(|| {
            paths.push(path);
            paths.len() - 1
        });
        Chosen { id: u32::try_from(index).unwrap_or(u32::MAX), name, place, size, folder }
    }

    /// The path behind a handle.
    pub(crate) fn path(&self, id: u32) -> Result<PathBuf, Failure> {
        let index = usize::try_from(id).unwrap_or(usize::MAX);
        locked(&self.paths).get(index).cloned().ok_or_else(|| internal("no_such_handle"))
    }

    /// The paths behind handles.
    pub(crate) fn paths(&self, ids: &[u32]) -> Result<Vec<PathBuf>, Failure> {
        ids.iter().map(|id| self.path(*id)).collect()
    }

    /// What a handle stands for, as it is now.
    pub(crate) fn chosen(&self, id: u32) -> Option<Chosen> {
        self.existing(self.path(id).ok()?)
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, id: u32) -> Result<Vec<u8>, Failure> {
        let path = self.path(id)?;
        let not_found = |_| Failure::new(Code::InputNotFound).with("path", path.display().to_string());
        if fs::metadata(&path).map_err(not_found)?.len() > SHOWN {
            return Err(internal("too_large_to_show"));
        }
        fs::read(&path).map_err(not_found)
    }
}
