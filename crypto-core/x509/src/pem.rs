//! Certificates and requests in the forms in which people have them: DER, PEM, several in a file, bare base64.

use base64ct::{Base64, Encoding};
use thiserror::Error;

use crate::certificate::{Certificate, CertificateError};

/// Labels of PEM blocks that hold a certificate (RFC 7468 §5.1 and older spellings).
const CERTIFICATE: &[&str] = &["CERTIFICATE", "X509 CERTIFICATE"];

/// Most certificates read from one file.
const MOST: usize = 1000;

/// Why no certificates could be read from a file.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Neither DER nor PEM nor base64, or PEM of something else.
    #[error("there is no certificate in it")]
    NoCertificate,
    /// More certificates than any chain or bundle needs.
    #[error("there are more than {MOST} certificates in it")]
    TooMany,
    /// A block is not base64.
    #[error("block {block} is not base64")]
    Base64 {
        /// Number of the block, from 1.
        block: usize,
    },
    /// A certificate is not usable.
    #[error("certificate {block} cannot be used")]
    Certificate {
        /// Number of the block, from 1.
        block: usize,
        /// What is wrong with it.
        #[source]
        source: CertificateError,
    },
}

impl Certificate {
    /// Reads one certificate in PEM form. Text around it is ignored.
    ///
    /// # Errors
    /// There is none, or it cannot be used. With several, the first is taken.
    pub fn from_pem(pem: &str) -> Result<Self, BundleError> {
        Self::from_any(pem.as_bytes())?.into_iter().next().ok_or(BundleError::NoCertificate)
    }

    /// Reads what a person has: one DER certificate, PEM blocks (other kinds of block are passed over), or the base64
    /// of DER without armour, as portals hand it out.
    ///
    /// # Errors
    /// Nothing was found, or one of the certificates is not usable.
    pub fn from_any(bytes: &[u8]) -> Result<Vec<Self>, BundleError> {
        let ders = ders(bytes, CERTIFICATE)?;
        if ders.is_empty() {
            return Err(BundleError::NoCertificate);
        }
        let numbered = ders.iter().zip(1..);
        numbered
            .map(|(der, block)| Self::from_der(der).map_err(|source| BundleError::Certificate { block, source }))
            .collect()
    }

    /// PEM, 64 characters a line (RFC 7468 §5.1).
    #[must_use]
    pub fn to_pem(&self) -> String {
        armoured("CERTIFICATE", self.der())
    }
}

/// DER of every block whose label is one of `labels`.
pub(crate) fn ders(bytes: &[u8], labels: &[&str]) -> Result<Vec<Vec<u8>>, BundleError> {
    // The tag of SEQUENCE is the character `0`, with which neither PEM nor the base64 of a sequence can begin.
    if bytes.first() == Some(&0x30) {
        return Ok(vec![bytes.to_vec()]);
    }
    // Latin-1 rather than UTF-8: text around the blocks may be in any encoding, the blocks themselves are ASCII.
    let text: String = bytes.iter().map(|octet| char::from(*octet)).collect();
    if !text.contains("-----BEGIN ") {
        return Ok(base64(&text).filter(|der| der.first() == Some(&0x30)).into_iter().collect());
    }
    let mut found = Vec::new();
    for (block, part) in text.split("-----BEGIN ").skip(1).enumerate() {
        let Some((label, rest)) = part.split_once("-----") else { continue };
        if !labels.contains(&label) {
            continue;
        }
        let body = rest.split_once("-----END ").map(|(body, _)| body);
        let der = body.and_then(base64).ok_or(BundleError::Base64 { block: block + 1 })?;
        found.push(der);
        if found.len() > MOST {
            return Err(BundleError::TooMany);
        }
    }
    Ok(found)
}

/// PEM armour around `der`.
pub(crate) fn armoured(label: &str, der: &[u8]) -> String {
    let base64 = Base64::encode_string(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in base64.as_bytes().chunks(64) {
        pem.extend(line.iter().map(|octet| char::from(*octet)));
        pem.push('\n');
    }
    pem.push_str("-----END ");
    pem.push_str(label);
    pem.push_str("-----\n");
    pem
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    Base64::decode_vec(&compact).ok()
}
