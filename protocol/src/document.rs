//! Documents: handles of bytes that travel by HTTP.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Parameters of [`crate::Method::DocumentOpen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenDocument {
    /// How the person will see it named. Only the last part counts; it is a name, not a path.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
}

/// Result of [`crate::Method::DocumentOpen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenedDocument {
    /// Its handle.
    pub id: String,
    /// Permission to send and fetch its bytes: the header `Authorization: Bearer TICKET` of this origin's requests.
    pub ticket: String,
    /// Where: `PUT` slices with `Content-Range`, `GET` with `Range`.
    pub path: String,
}

/// Parameters of [`crate::Method::DocumentClose`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The handle.
    pub id: String,
}

/// A document that the agent made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Document {
    /// Its handle.
    pub id: String,
    /// Permission to fetch its bytes, as in [`OpenedDocument::ticket`].
    pub ticket: String,
    /// Where to `GET` it.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256, hexadecimal; absent for a bid, whose digest is its root.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sha256: Option<String>,
}
