//! Logging in, signing, sealing, verifying.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Document, RemoteError};

/// Parameters of [`crate::Method::Login`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LoginParams {
    /// SHA-256 of the certificate.
    pub certificate: String,
    /// The server's nonce, base64, 44 to 128 characters.
    pub nonce: String,
}

/// Result of [`crate::Method::Login`]: the Web eID authentication token, or its SM2 twin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    /// The certificate, DER in base64; the server judges it.
    pub unverified_certificate: String,
    /// Such as `ES256`, `PS256`, `RS256` or `SM2SM3`.
    pub algorithm: String,
    /// The signature, base64; r‖s for ECDSA and SM2.
    pub signature: String,
    /// `web-eid:1.0`.
    pub format: String,
    /// The program's name and version.
    pub app_version: String,
}

/// Parameters of [`crate::Method::Sign`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SignParams {
    /// The document's handle.
    pub document: String,
    /// SHA-256 of the certificate.
    pub certificate: String,
    /// The signature alone, beside the document.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub detached: bool,
}

/// Result of [`crate::Method::Sign`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Signed {
    /// The signed document, or the signature.
    pub document: Document,
    /// `cms` or `pdf`.
    pub kind: String,
}

/// Parameters of [`crate::Method::Seal`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SealParams {
    /// The documents' handles.
    pub documents: Vec<String>,
    /// SHA-256 of the certificate.
    pub certificate: String,
    /// Name of a seal that the person keeps.
    pub seal: String,
    /// Where it goes.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub place: Place,
    /// Why it is signed.
    #[serde(default)]
    #[ts(optional)]
    pub reason: Option<String>,
}

/// Where a seal goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// `all`, `odd`, `even` or `1,3-5`; without it, the last page that the command line takes by itself.
    #[serde(default)]
    #[ts(optional)]
    pub pages: Option<String>,
    /// The seal's centre in millimetres from the top left of the page as displayed.
    #[serde(default)]
    #[ts(optional)]
    pub at_mm: Option<(f64, f64)>,
}

/// Result of [`crate::Method::Seal`], in the order of the documents.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Sealed {
    /// Each document's result.
    pub results: Vec<Seal>,
}

/// What became of one document.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// The sealed document.
    Document(Document),
    /// Why there is none; the others are done.
    Error(RemoteError),
}

/// Parameters of [`crate::Method::Verify`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VerifyParams {
    /// The document's handle.
    pub document: String,
    /// The handle of its separate signature.
    #[serde(default)]
    #[ts(optional)]
    pub signature: Option<String>,
}
