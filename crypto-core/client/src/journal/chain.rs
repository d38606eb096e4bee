//! One line: an entry and the hash of the line before it.

use algo::Hash;
use serde::{Deserialize, Serialize};

use super::Entry;

/// Where a journal ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// How many lines there are.
    pub(super) count: u64,
    /// Hash of the last, hexadecimal.
    pub(super) last: String,
}

/// Before the first line.
impl Default for End {
    fn default() -> Self {
        Self { count: 0, last: "0".repeat(64) }
    }
}

/// A line of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Line {
    /// Hash of the line before, hexadecimal.
    pub(super) before: String,
    /// What happened.
    pub(super) entry: Entry,
}

impl Line {
    pub(super) fn after(before: &str, entry: Entry) -> Self {
        Self { before: before.to_owned(), entry }
    }

    /// A line, if it has exactly the form in which lines are written.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let line: Self = serde_json::from_str(text).ok()?;
        (line.text().trim_end() == text).then_some(line)
    }

    /// The line with its end.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("texts and lists of texts always serialise") + "\n"
    }

    /// What the next line carries.
    pub(super) fn hash(&self) -> String {
        hash_of(self.text().trim_end())
    }
}

/// The hash of a line's text without its end.
pub(super) fn hash_of(text: &str) -> String {
    Hash::Sha256.digest(text.as_bytes()).to_string()
}
