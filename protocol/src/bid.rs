//! Encrypted bids. Bids, their headers and the recipients' certificates travel as documents.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Document;

/// Parameters of [`crate::Method::BidEncrypt`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BidEncryptParams {
    /// Name of the bid that is made.
    pub name: String,
    /// What goes into it, in this order.
    pub files: Vec<BidFile>,
    /// Handles of the recipients' certificates. The first is the bidder's, further ones are spare; one of them must be the
    /// person's own.
    pub to: Vec<String>,
    /// Handles of certificates of hosts, each of which could open the bid alone; refused unless the person has turned it on.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub host: Vec<String>,
    /// Handles of the certificates of a committee, `threshold` of whom are needed beside the bidder.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub committee: Vec<String>,
    /// How many of the committee are needed; given exactly with one.
    #[serde(default)]
    #[ts(optional)]
    pub threshold: Option<u8>,
    /// The tender. Its platform is the page that asks.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub meta: BidMeta,
    /// Leave the sealing statement out.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub no_statement: bool,
}

/// One file of a bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BidFile {
    /// The document's handle; its name becomes the file's.
    pub document: String,
    /// The folder inside the bid in which it stands, with `/` between the names of several.
    #[serde(default)]
    #[ts(optional)]
    pub folder: Option<String>,
}

/// What everybody can read on the outside of a bid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct BidMeta {
    /// The project.
    #[ts(as = "Option<_>", optional)]
    pub project: String,
    /// The lot.
    #[ts(as = "Option<_>", optional)]
    pub lot: String,
    /// The bidder.
    #[ts(as = "Option<_>", optional)]
    pub bidder: String,
    /// The bidder's unified social credit code.
    #[ts(as = "Option<_>", optional)]
    pub credit_code: String,
    /// When bids are opened, RFC 3339.
    #[ts(optional)]
    pub opens_at: Option<String>,
    /// Handle of the platform's certificate or its issuer's, to which a bid may be opened header-only.
    #[ts(optional)]
    pub platform_certificate: Option<String>,
}

/// Result of [`crate::Method::BidEncrypt`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BidEncrypted {
    /// The bid.
    pub bid: Document,
    /// Its sealing statement (封装证明).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub statement: Option<Document>,
    /// `sm` or `intl`.
    pub profile: String,
    /// Number of files in it.
    pub files: u64,
    /// Root of its hash tree, hexadecimal: what a receipt names.
    pub root: String,
    /// It was opened on trial with the person's key.
    pub rehearsed: bool,
}

/// Parameters of [`crate::Method::BidDecrypt`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BidDecryptParams {
    /// The bid's handle.
    pub bid: String,
    /// SHA-256 of the certificate whose key opens it; without it, the only one that is here.
    #[serde(default)]
    #[ts(optional)]
    pub certificate: Option<String>,
}

/// Result of [`crate::Method::BidDecrypt`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BidDecrypted {
    /// Number of files.
    pub files: u64,
    /// Their lengths together, in bytes.
    pub size: u64,
    /// A document that is a [`BidContents`] as JSON: a message would be too short for the list of a large bid.
    pub contents: Document,
}

/// The files of a bid that was decrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BidContents {
    /// Each of them, in the order of the bid.
    pub files: Vec<BidContent>,
}

/// One file of a bid that was decrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BidContent {
    /// Its path inside the bid.
    pub file: String,
    /// Its bytes.
    pub document: Document,
}

/// Parameters of [`crate::Method::BidOpen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BidOpenParams {
    /// Handle of the bid's first 68 KiB, or of all of it.
    pub header: String,
    /// Handle of the certificate of the platform, which gets the key; its issuers may follow it.
    pub platform: String,
    /// SHA-256 of the certificate whose key opens it; without it, the only one that is here.
    #[serde(default)]
    #[ts(optional)]
    pub certificate: Option<String>,
}

/// Result of [`crate::Method::BidOpen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BidOpened {
    /// The bid's key, encrypted to the platform.
    pub response: Document,
}
