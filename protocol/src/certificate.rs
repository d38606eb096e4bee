//! The person's certificates.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Parameters of [`crate::Method::Certificates`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CertificatesParams {
    /// How many to pass over.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub from: usize,
}

/// Result of [`crate::Method::Certificates`]: one page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Certificates {
    /// This page.
    pub certificates: Vec<CertificateInfo>,
    /// `from` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<usize>,
}

/// One certificate of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CertificateInfo {
    /// SHA-256 thumbprint, hexadecimal: the name by which the other methods take it.
    pub sha256: String,
    /// Whom it was issued to.
    pub holder: String,
    /// Who issued it.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Unified social credit code, if it carries one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub credit_code: Option<String>,
    /// Algorithm of its key.
    pub algorithm: String,
    /// May sign.
    pub can_sign: bool,
    /// May be encrypted to.
    pub can_encrypt: bool,
    /// First moment of validity, RFC 3339.
    pub valid_from: String,
    /// Last moment of validity, RFC 3339.
    pub valid_to: String,
    /// The certificate, DER in base64.
    pub der: String,
}
