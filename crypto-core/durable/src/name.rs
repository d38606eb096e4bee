//! Names of partial files: `.bidseal-<32 hex digits>.part`.

use std::ffi::OsStr;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

const PREFIX: &str = ".bidseal-";
const SUFFIX: &str = ".part";

/// A fresh name. Uniqueness is enforced by `create_new`, so the standard library's hasher keys are random enough.
pub(crate) fn fresh() -> String {
    let half = || RandomState::new().hash_one(std::process::id());
    format!("{PREFIX}{:016x}{:016x}{SUFFIX}", half(), half())
}

/// Whether `path` ends in a name that [`fresh`] could have made. Nothing else is ever removed by a sweep.
pub(crate) fn is_ours(path: &Path) -> bool {
    path.file_name()
        .and_then(OsStr::to_str)
        .and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX))
        .is_some_and(|middle| middle.len() == 32 && middle.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_recognised() {
        assert!(is_ours(Path::new(&fresh())));
        assert_ne!(fresh(), fresh());
        for foreign in ["bid.pdf", ".bidseal-.part", ".bidseal-x.part", ".bidseal-00.part/../keep", "/"] {
            assert!(!is_ours(Path::new(foreign)), "{foreign}");
        }
    }
}
