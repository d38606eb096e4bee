//! Names of files.

use std::io;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{MOVEFILE_WRITE_THROUGH, MoveFileExW};

use crate::text;

/// Renames a file or folder, never over another, and comes back when the name is on the disk.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`], and what else Windows reports.
pub fn rename_if_free(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (text::path(from)?, text::path(to)?);
    // SAFETY: both texts end with a zero and outlive the call.
    let moved = unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), MOVEFILE_WRITE_THROUGH) };
    if moved == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_name_that_is_taken_stays_whose_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let [part, target] = ["标书.part", "标书.pdf"].map(|name| folder.path().join(name));
        fs::write(&part, "new").unwrap();
        rename_if_free(&part, &target).unwrap();
        fs::write(&part, "newer").unwrap();
        let refused = rename_if_free(&part, &target).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read(&target).unwrap(), fs::read(&part).unwrap()), (b"new".to_vec(), b"newer".to_vec()));
    }

    #[test]
    fn a_path_beyond_the_old_limit_is_renamed_too() {
        let base = tempfile::tempdir().unwrap();
        let deep = base.path().join("长".repeat(60)).join("b".repeat(150));
        fs::create_dir_all(&deep).unwrap();
        let [part, target] = ["a", "b"].map(|name| deep.join(name));
        fs::write(&part, "x").unwrap();
        rename_if_free(&part, &target).unwrap();
        assert!(target.exists() && !part.exists());
    }
}
