//! What is shown of a certificate.

use algo::Hash;
use serde::Serialize;
use token::{Container, KeyEntry};
use x509::Certificate;

use crate::consent::{holder, rfc3339};

/// One key of a token.
#[derive(Clone, Debug, Serialize)]
pub struct KeyReport {
    /// Name of its container.
    pub container: String,
    /// `sign` or `encrypt`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// Its algorithm.
    pub algorithm: String,
    /// Its certificate, once imported.
    pub certificate: Option<CertificateReport>,
}

impl KeyReport {
    pub(crate) fn of_container(container: &Container) -> Vec<Self> {
        container.keys().map(Self::of).collect()
    }

    fn of(entry: &KeyEntry) -> Self {
        Self {
            container: entry.key.container.to_string(),
            key_use: entry.key.key_use.name(),
            algorithm: entry.algorithm.to_string(),
            certificate: entry.certificate.as_ref().map(CertificateReport::of),
        }
    }
}

/// A certificate, as `cert show` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateReport {
    /// Whom it was issued to.
    pub holder: String,
    /// The whole subject name (RFC 4514).
    pub subject: String,
    /// The issuer's whole name.
    pub issuer: String,
    /// Serial number (证书号), hexadecimal.
    pub serial: String,
    /// SHA-256 thumbprint.
    pub sha256: String,
    /// SM3 thumbprint.
    pub sm3: String,
    /// Algorithm of its key.
    pub algorithm: String,
    /// May sign (签名证书).
    pub can_sign: bool,
    /// May be encrypted to (加密证书).
    pub can_encrypt: bool,
    /// First moment of validity, RFC 3339.
    pub valid_from: String,
    /// Last moment of validity, RFC 3339.
    pub valid_to: String,
    /// Unified social credit code (统一社会信用代码), if it carries one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_code: Option<String>,
    /// Device number (设备号), if it carries one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_number: Option<String>,
    /// Label of the token it lies on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl CertificateReport {
    /// What is shown of `certificate`.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        let usage = certificate.key_usage();
        let (from, to) = certificate.validity();
        Self {
            holder: holder(certificate),
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: certificate.serial().to_string(),
            sha256: certificate.thumbprint(Hash::Sha256).to_string(),
            sm3: certificate.thumbprint(Hash::Sm3).to_string(),
            algorithm: certificate.public_key().algorithm().to_string(),
            can_sign: usage.can_sign(),
            can_encrypt: usage.can_encrypt(),
            valid_from: rfc3339(from),
            valid_to: rfc3339(to),
            credit_code: certificate.unit_ids().uscc.map(|code| code.as_str().to_owned()),
            device_number: certificate.device_number(),
            token: None,
        }
    }

    /// The same, with the token it lies on.
    #[must_use]
    pub(crate) fn on(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }
}
