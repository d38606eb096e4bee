//! Paths in reports: JSON is Unicode and names on disk need not be, so what is none is shown by its replacement character.
//! A report that cannot be printed would hide that the work was done.

use std::path::{Path, PathBuf};

use serde::Serializer;

/// A path, for `#[serde(serialize_with)]`.
pub(crate) fn path<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&path.display())
}

/// A path that may be absent.
pub(crate) fn optional<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
    match path {
        Some(path) => to.collect_str(&path.display()),
        None => to.serialize_none(),
    }
}
