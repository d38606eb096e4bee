//! Paths that are two on one system and one on another.

use super::BidPath;
use std::collections::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

/// The paths of one bid, none of which can overwrite another on any file system.
#[derive(Default)]
pub(crate) struct PathSet {
    /// Folded paths of files.
    files: HashSet<Box<str>>,
    /// Folded paths of folders, each with the spelling it was first met in.
    folders: HashMap<Box<str>, Box<str>>,
}

/// Two paths that cannot stand beside each other everywhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` clashes with another path of the same bid: the same name twice, or different only in case")]
pub struct Clash {
    /// The second of the two.
    pub path: BidPath,
}

impl PathSet {
    /// Adds a path, unless a file or folder with the same folded path is there already. A folder may be met again
    /// only in the same spelling: `A/x` and `a/y` lie in two folders here and in one there.
    pub(crate) fn insert(&mut self, path: &BidPath) -> Result<(), Clash> {
        let clash = || Clash { path: path.clone() };
        let folded = fold(path.as_str());
        if self.folders.contains_key(folded.as_ref()) {
            return Err(clash());
        }
        if let (Some((folder, _)), Some((folded_folder, _))) = (path.as_str().rsplit_once('/'), folded.rsplit_once('/'))
        {
            self.enter_folder(folder, folded_folder).map_err(|_| clash())?;
        }
        if self.files.insert(folded) { Ok(()) } else { Err(clash()) }
    }

    fn enter_folder(&mut self, folder: &str, folded: &str) -> Result<(), Clashes> {
        if let Some(spelling) = self.folders.get(folded) {
            return if **spelling == *folder { Ok(()) } else { Err(Clashes) };
        }
        if self.files.contains(folded) {
            return Err(Clashes);
        }
        if let (Some((outer, _)), Some((folded_outer, _))) = (folder.rsplit_once('/'), folded.rsplit_once('/')) {
            self.enter_folder(outer, folded_outer)?;
        }
        self.folders.insert(folded.into(), folder.into());
        Ok(())
    }
}

struct Clashes;

/// Every character's upper case, then its lower case, then NFC: one value for all spellings that some file system
/// takes for the same.
fn fold(path: &str) -> Box<str> {
    if path.is_ascii() {
        return path.to_ascii_lowercase().into();
    }
    let folded: String = path.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect();
    folded.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert_all(paths: &[&str]) -> Result<(), Clash> {
        let mut set = PathSet::default();
        paths.iter().try_for_each(|path| set.insert(&BidPath::parse(path).unwrap()))
    }

    #[test]
    fn different_paths_stand_side_by_side() {
        insert_all(&["a", "b/a", "b/c/a", "b/c/d", "甲/乙", "甲/丙", "ab", "a b"]).unwrap();
    }

    #[test]
    fn one_path_in_two_spellings_clashes() {
        for paths in [
            ["a", "a"],
            ["a", "A"],
            ["x/a", "x/A"],
            ["X/a", "x/b"],
            ["x/Y/a", "x/y/b"],
            ["a", "a/b"],
            ["a/b", "A"],
            ["a/b/c", "a/B"],
            ["straße", "STRASSE"],
            ["Σ", "ς"],
            ["ſ", "s"],
            ["É", "é"],
            ["ＡＢＣ", "ａｂｃ"],
        ] {
            let clash = insert_all(&paths).unwrap_err();
            assert_eq!(clash.path.as_str(), paths[1]);
        }
    }
}
