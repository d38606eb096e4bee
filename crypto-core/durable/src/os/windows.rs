//! Windows. The home folder lies in the person's profile, whose access rights new files inherit.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use super::each::sync_tree;

pub(crate) fn make_private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

pub(crate) fn make_private_dir(builder: &mut DirBuilder) -> &mut DirBuilder {
    builder
}

pub(crate) fn set_mode_of_new_files(_: &File) -> io::Result<()> {
    Ok(())
}

/// The standard library has no call that renames without replacing.
pub(crate) fn rename_if_free(_: &Path, _: &Path) -> Option<io::Result<()>> {
    None
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
