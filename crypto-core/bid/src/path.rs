//! Names inside a bid: what every file system of a bidder or a platform can hold, and nothing that leaves the folder.

mod clash;

use crate::limits::{MAX_NAME_LEN, MAX_PATH_LEN};
use durable::NameFault;
use std::fmt;
use unicode_normalization::{UnicodeNormalization, is_nfc};

pub use clash::Clash;
pub(crate) use clash::PathSet;

/// The path of a file in a bid: relative, `/` between names, UTF-8 in NFC, every name fit for every platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BidPath(Box<str>);

/// Why a text is no [`BidPath`]. Windows' rules hold everywhere: the platform that opens the bid may run it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathFault {
    /// No name at all, or an empty name (`//`, or `/` at either end: an absolute path).
    #[error("the path is absolute or has an empty name")]
    Empty,
    /// `.` or `..`.
    #[error("the path has a name `.` or `..`")]
    Dots,
    /// More than 1024 bytes of UTF-8.
    #[error("the path is longer than {MAX_PATH_LEN} bytes")]
    TooLong,
    /// A name of more than 255 bytes of UTF-8 (85 Chinese characters).
    #[error("a name is longer than {MAX_NAME_LEN} bytes")]
    NameTooLong,
    /// A name that not every system takes.
    #[error(transparent)]
    Name(#[from] NameFault),
    /// Not in Unicode normalisation form C.
    #[error("the path is not in Unicode normalisation form C")]
    NotNormal,
}

impl BidPath {
    /// Reads a path as it stands in a bid.
    ///
    /// # Errors
    /// [`PathFault`], the first that is found.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        if text.len() > MAX_PATH_LEN {
            return Err(PathFault::TooLong);
        }
        text.split('/').try_for_each(check_name)?;
        if !is_nfc(text) {
            return Err(PathFault::NotNormal);
        }
        Ok(Self(text.into()))
    }

    /// Makes a path from one in any normalisation form: macOS hands out decomposed names.
    ///
    /// # Errors
    /// [`PathFault`] but never [`PathFault::NotNormal`].
    pub fn normalised(text: &str) -> Result<Self, PathFault> {
        if is_nfc(text) { Self::parse(text) } else { Self::parse(&text.nfc().collect::<String>()) }
    }

    /// The path with `/` between the names.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names from the outermost folder to the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

impl fmt::Display for BidPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_name(name: &str) -> Result<(), PathFault> {
    match name {
        "" => return Err(PathFault::Empty),
        "." | ".." => return Err(PathFault::Dots),
        _ => {}
    }
    if name.len() > MAX_NAME_LEN {
        return Err(PathFault::NameTooLong);
    }
    Ok(durable::check_name(name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_are_kept() {
        for text in [
            "投标文件.pdf",
            "商务标/报价/一览表.xlsx",
            "Ünïcode/ñ",
            "مناقصة/ملف",
            "a b/c.d.e",
            ".hidden",
            "COM",
            "COM10",
            "console",
            " x",
        ] {
            assert_eq!(BidPath::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_could_leave_the_folder_or_fail_on_some_system_is_refused() {
        let long_name = "a".repeat(256);
        let long_path = "abcdefg/".repeat(128) + "a";
        for (text, fault) in [
            ("", PathFault::Empty),
            ("/etc/passwd", PathFault::Empty),
            ("a//b", PathFault::Empty),
            ("a/", PathFault::Empty),
            ("../a", PathFault::Dots),
            ("a/../b", PathFault::Dots),
            ("./a", PathFault::Dots),
            ("C:/a", PathFault::Name(NameFault::Character(':'))),
            ("a:stream", PathFault::Name(NameFault::Character(':'))),
            (r"a\b", PathFault::Name(NameFault::Character('\\'))),
            ("a\0b", PathFault::Name(NameFault::Character('\0'))),
            ("a\nb", PathFault::Name(NameFault::Character('\n'))),
            ("a\u{85}b", PathFault::Name(NameFault::Character('\u{85}'))),
            ("what?", PathFault::Name(NameFault::Character('?'))),
            ("a.", PathFault::Name(NameFault::TrailingDotOrSpace)),
            ("a /b", PathFault::Name(NameFault::TrailingDotOrSpace)),
            ("...", PathFault::Name(NameFault::TrailingDotOrSpace)),
            ("nul", PathFault::Name(NameFault::Reserved)),
            ("a/CON.pdf", PathFault::Name(NameFault::Reserved)),
            ("LPT¹.txt", PathFault::Name(NameFault::Reserved)),
            ("e\u{301}", PathFault::NotNormal),
            (&long_name, PathFault::NameTooLong),
            (&long_path, PathFault::TooLong),
        ] {
            assert_eq!(BidPath::parse(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn a_decomposed_name_is_composed() {
        assert_eq!(BidPath::normalised("e\u{301}.pdf").unwrap().as_str(), "\u{e9}.pdf");
    }
}
