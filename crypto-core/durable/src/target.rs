//! What can be known about a target before any work is done for it.

use crate::{Replace, WriteError, WriteFailure, check_name, os};
use std::fs;
use std::io;
use std::path::Path;

/// Refuses a target that is one of `inputs`, that exists although it may not be replaced, or that is no ordinary file.
/// Called before a person is asked for anything.
///
/// # Errors
/// [`WriteFailure::Name`], [`WriteFailure::SameAsInput`], [`WriteFailure::Exists`] or [`WriteFailure::NotWritable`].
pub fn check_target(target: &Path, inputs: &[&Path], replace: Replace) -> Result<(), WriteError> {
    let refuse = |kind| Err(WriteError::new(target, kind));
    check_name_of(target, cfg!(windows))?;
    let meta = match fs::symlink_metadata(target) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return parent_is_folder(target),
        Err(e) => return Err(WriteError::from_io(target, e)),
    };
    // A link is compared by what it points to: `-o link-to-input` would otherwise lose the person's link.
    if inputs.iter().any(|input| same_file(target, input)) {
        return refuse(WriteFailure::SameAsInput);
    }
    if meta.is_dir() {
        return refuse(WriteFailure::NotWritable(io::ErrorKind::IsADirectory.into()));
    }
    if replace == Replace::Never {
        return refuse(WriteFailure::Exists);
    }
    Ok(())
}

/// Refuses a target that Windows would take for a device, put elsewhere (`a:b` is a second content of `a`) or rename; other
/// systems keep every name as it stands.
pub(crate) fn check_name_of(target: &Path, on_windows: bool) -> Result<(), WriteError> {
    if !on_windows {
        return Ok(());
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    check_name(&name).map_err(|fault| WriteError::new(target, WriteFailure::Name(fault)))
}

fn parent_is_folder(target: &Path) -> Result<(), WriteError> {
    let parent = folder_of(target);
    match fs::metadata(parent) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(_) => Err(WriteError::from_io(parent, io::ErrorKind::NotADirectory.into())),
        Err(e) => Err(WriteError::from_io(parent, e)),
    }
}

/// The folder a name stands in; a bare name stands in the current one.
pub(crate) fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (fs::metadata(a), fs::metadata(b)) {
        (Ok(a_meta), Ok(b_meta)) => os::same_identity(a, &a_meta, b, &b_meta),
        _ => false,
    }
}

/// Bytes that a person may still write on the file system of `path` (an existing file or folder).
///
/// # Errors
/// Faults of the system.
pub fn free_space(path: &Path) -> io::Result<u64> {
    fs4::available_space(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NameFault;

    fn fault(target: &str, on_windows: bool) -> Option<NameFault> {
        match check_name_of(Path::new(target), on_windows) {
            Err(WriteError { kind: WriteFailure::Name(fault), .. }) => Some(fault),
            _ => None,
        }
    }

    #[test]
    fn on_windows_a_target_that_would_be_something_else_is_refused() {
        assert_eq!(fault("folder/NUL", true), Some(NameFault::Reserved));
        assert_eq!(fault("folder/aux.pdf", true), Some(NameFault::Reserved));
        assert_eq!(fault("folder/标书:1.pdf", true), Some(NameFault::Character(':')));
        assert_eq!(fault("folder/report.", true), Some(NameFault::TrailingDotOrSpace));
        assert_eq!(fault("folder/标书.pdf", true), None);
        assert_eq!(fault("..", true), None, "a folder, and told to be one");
    }

    #[test]
    fn elsewhere_every_name_is_kept() {
        for target in ["folder/NUL", "folder/标书:1.pdf", "folder/report."] {
            assert_eq!(fault(target, false), None, "{target}");
        }
    }
}
