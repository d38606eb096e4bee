//! Batches: a list that is fixed before one consent, a result for each item, and going on after a lost connection.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Document, Place, RemoteError};

/// Parameters of [`crate::Method::BatchSign`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BatchSignParams {
    /// The documents' handles, at most [`crate::MAX_BATCH`].
    pub documents: Vec<String>,
    /// SHA-256 of the certificate.
    pub certificate: String,
    /// The signatures alone, beside the documents.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub detached: bool,
}

/// Parameters of [`crate::Method::BatchSeal`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BatchSealParams {
    /// The documents' handles, at most [`crate::MAX_BATCH`].
    pub documents: Vec<String>,
    /// SHA-256 of the certificate.
    pub certificate: String,
    /// Name of a seal that the person keeps.
    pub seal: String,
    /// Where it goes.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub place: Place,
    /// Why they are signed.
    #[serde(default)]
    #[ts(optional)]
    pub reason: Option<String>,
}

/// Parameters of [`crate::Method::BatchResume`]: a batch whose connection was lost, and the documents whose results are
/// still wanted, sent once more. They must be those to which the person said yes, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BatchResumeParams {
    /// The batch, as [`Batch::batch`] or the news of it named it.
    pub batch: String,
    /// The items that are still wanted.
    pub items: Vec<BatchUpload>,
}

/// A document of a batch, sent once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BatchUpload {
    /// Its place in the list, from 0.
    pub item: usize,
    /// The document's handle on this connection.
    pub document: String,
}

/// Result of the batch methods.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Batch {
    /// The batch's name, by which it is resumed within ten minutes after its connection was lost.
    pub batch: String,
    /// What became of each item that was wanted.
    pub results: Vec<BatchItem>,
}

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct BatchItem {
    /// Its place in the list, from 0.
    pub item: usize,
    /// The result.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub document: Option<Document>,
    /// Why there is none; the others are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<RemoteError>,
}
