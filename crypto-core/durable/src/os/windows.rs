//! Windows. New files inherit the access rights of their folder, and the home folder is its owner's alone.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use super::each::sync_tree;

pub(crate) fn make_private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Makes a folder with the rights of the one above: the person chose that, on a network drive maybe, where rights of our own
/// would name a user that the server does not know.
pub(crate) fn make_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Makes a folder that only its owner enters, wherever it lies, with its parents; one that exists is left as it is.
pub(crate) fn make_private_dirs(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    match win32::make_private(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

pub(crate) fn set_mode_of_new_files(_: &File) -> io::Result<()> {
    Ok(())
}

/// Renames without ever replacing.
pub(crate) fn rename_if_free(part: &Path, target: &Path) -> Option<io::Result<()>> {
    Some(win32::rename_if_free(part, target))
}

/// There is no such call: NTFS journals names itself.
pub(crate) fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}

pub(crate) fn same_identity(a: &Path, _: &Metadata, b: &Path, _: &Metadata) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

pub(crate) fn path_from_bytes(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(debug_assertions)]
pub(crate) fn die() -> ! {
    std::process::abort()
}
