//! What the authorities say about a certificate.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Reason;

/// Whether a certificate and those above it are revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CertificateStatus {
    /// `good`, `revoked` or `unknown`: the worst of the path.
    pub status: String,
    /// Each certificate below the root, that asked about first.
    pub checked: Vec<CheckedCertificate>,
    /// Why nothing could be asked at all.
    pub reasons: Vec<Reason>,
}

/// What was learned about one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckedCertificate {
    /// Whose it is.
    pub holder: String,
    /// Its serial number.
    pub serial: String,
    /// `good`, `revoked` or `unknown`.
    pub status: String,
    /// `ocsp` or `crl`.
    pub source: Option<String>,
    /// The address that was asked.
    pub url: Option<String>,
    /// When it was known to be so.
    pub this_update: Option<String>,
    /// Since when it is revoked.
    pub revoked_since: Option<String>,
    /// Why an answer was not taken.
    pub reasons: Vec<Reason>,
}
