//! Web pages and the journal.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A web page about which the person has said something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Site {
    /// Its origin.
    pub origin: String,
    /// `always`, `blocked` or `refused`.
    pub standing: String,
}

/// One thing that a page asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JournalEntry {
    /// When, RFC 3339.
    pub time: String,
    /// Which page asked.
    pub origin: String,
    /// What for.
    pub operation: String,
    /// SHA-256 of the certificate.
    #[serde(default)]
    pub certificate: Option<String>,
    /// Digests of the documents.
    #[serde(default)]
    pub documents: Vec<String>,
    /// `yes`, `no` or `not_asked`.
    pub decision: String,
    /// `done`, or the code of the failure.
    pub result: String,
}

/// Whether the journal is as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JournalState {
    /// Nothing is wrong with it.
    pub whole: bool,
    /// `chain`, `tail` or `seal`.
    pub broken: Option<String>,
    /// The line of a broken chain.
    pub line: Option<usize>,
}
