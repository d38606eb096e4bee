//! Bids and their ledger.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Chosen;

/// The description of a tender.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Tender {
    /// The project.
    pub project: String,
    /// The lot.
    pub lot: String,
    /// The bidder.
    pub bidder: String,
    /// The bidder's credit code.
    pub credit_code: String,
    /// When bids are opened, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<String>,
}

/// What is to be encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EncryptOrder {
    /// Files and folders.
    pub inputs: Vec<u32>,
    /// The bid to be written.
    pub output: u32,
    /// SHA-256 of certificates on tokens here: the bidder's, then spare ones.
    pub to: Vec<String>,
    /// The host's certificate files.
    pub host: Vec<u32>,
    /// Whether a password opens it too.
    pub password: bool,
    /// The tender.
    pub tender: Tender,
    /// With the signed sealing statement.
    pub statement: bool,
    /// The folder for a plain copy that carries the bid's key; absent means none.
    #[serde(default)]
    pub twin: Option<u32>,
}

/// A bid that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Encrypted {
    /// The bid.
    pub bid: Chosen,
    /// Its length in bytes.
    pub size: u64,
    /// Number of files in it.
    pub files: u64,
    /// `sm` or `intl`.
    pub profile: String,
    /// Root of its hash tree.
    pub root: String,
    /// Whether it was opened on trial.
    pub rehearsed: bool,
    /// Name of the sealing statement's file.
    pub statement: Option<String>,
    /// The folder of the plain copy, as it is shown.
    pub twin: Option<String>,
}

/// Whether there is room for a bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Room {
    /// Bytes of everything that goes into it.
    pub content: u64,
    /// Bytes that are free where it goes.
    pub free: u64,
}

/// What a bid says about itself, unproved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Outside {
    /// `sm` or `intl`.
    pub profile: String,
    /// Length of the file in bytes.
    pub size: u64,
    /// Number of files inside.
    pub files: u64,
    /// The project.
    pub project: String,
    /// The lot.
    pub lot: String,
    /// The bidder.
    pub bidder: String,
    /// The bidder's credit code.
    pub credit_code: String,
    /// When bids are opened, RFC 3339.
    pub opens_at: Option<String>,
    /// Who can open it.
    pub recipients: Vec<Slot>,
    /// Root of its hash tree, as the file states it.
    pub root: String,
}

/// One slot of a bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Slot {
    /// `bidder`, `spare`, `password`, `host` or `committee`.
    pub role: String,
    /// The holder's name.
    pub label: String,
    /// Serial number of the certificate.
    pub serial: String,
}

/// A trial opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rehearsed {
    /// Number of files in the bid.
    pub files: u64,
    /// Length of the content in bytes.
    pub size: u64,
    /// Units of 1 MiB that were opened.
    pub checked: u64,
    /// Units of the bid.
    pub units: u64,
}

/// What came out of a bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Decrypted {
    /// The folder, as it is shown.
    pub output: String,
    /// Every file in it.
    pub files: Vec<SealedFile>,
    /// Bytes of all files.
    pub size: u64,
}

/// One file of a bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SealedFile {
    /// Path inside the bid.
    pub path: String,
    /// Length in bytes.
    pub size: u64,
}

/// Evidence of a failed opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EvidenceMade {
    /// The archive, as it is shown.
    pub output: String,
    /// Whose part failed.
    pub part: String,
    /// Whether it is signed.
    pub signed: bool,
    /// What was found, in the person's language.
    pub findings: Vec<String>,
}

/// A bid of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Bid {
    /// Its name in the ledger.
    pub id: String,
    /// `sealing`, `waiting`, `opened` or `cleared`.
    pub state: String,
    /// The project.
    pub project: String,
    /// The lot.
    pub lot: String,
    /// The bidder.
    pub bidder: String,
    /// Name of the file.
    pub file: String,
    /// Its length in bytes.
    pub size: u64,
    /// Number of files in it.
    pub files: u64,
    /// Root of its hash tree.
    pub root: String,
    /// When it was encrypted, RFC 3339.
    pub sealed_at: String,
    /// When bids are opened, RFC 3339.
    pub opens_at: Option<String>,
    /// Seconds until then; negative afterwards.
    pub seconds_left: Option<i64>,
    /// Who can open it.
    pub recipients: Vec<Recipient>,
    /// The sealing statement.
    pub statement: Option<Proof>,
    /// The platform's receipt.
    pub receipt: Option<Proof>,
    /// Trials and openings, oldest first.
    pub attempts: Vec<Attempt>,
    /// What stands between this bid and a sure opening, in the person's language.
    #[serde(default)]
    pub missing_told: Vec<String>,
}

/// Who can open a bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Recipient {
    /// `bidder`, `spare`, `host` or `committee`.
    pub role: String,
    /// The holder's name.
    pub holder: String,
    /// Serial number of the certificate.
    pub serial: String,
    /// The token that the key was seen on last.
    pub device: Option<Device>,
    /// Whether the key is here now.
    pub here: bool,
    /// The holder has a later certificate with another key.
    pub renewed: bool,
}

/// A token, as the ledger remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Device {
    /// What people call it.
    pub label: String,
    /// Serial number.
    pub serial: String,
    /// When the key was seen there last.
    pub seen_at: String,
}

/// A statement or receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Proof {
    /// When it was stored.
    pub at: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Whether it is over this bid.
    pub matches: Option<bool>,
}

/// A trial or opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Attempt {
    /// When.
    pub at: String,
    /// `rehearse`, `decrypt` or `open`.
    pub operation: String,
    /// `done`, or the code of the failure.
    pub result: String,
}
