//! How a person names a certificate on the command line.

use std::fmt;
use std::str::FromStr;

use algo::Hash;
use thiserror::Error;

use crate::certificate::Certificate;

/// Fewest hexadecimal digits of a thumbprint that plain text is compared with: shorter ones would match by chance.
const SHORTEST_THUMBPRINT: usize = 8;

/// `serial:…`, `sha256:…` (a prefix is enough), `subject:…`, or plain text that matches one of them.
///
/// ```
/// use x509::CertificateSelector;
/// let selector = CertificateSelector::parse("sha256:AB:CD")?;
/// assert_eq!(selector.to_string(), "sha256:abcd");
/// # Ok::<(), x509::SelectorError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateSelector {
    /// The whole serial number, in hexadecimal.
    Serial(String),
    /// The beginning of the SHA-256 thumbprint, in hexadecimal.
    Sha256(String),
    /// Text that occurs in the subject, in one of its attributes or across its RFC 4514 form.
    Subject(String),
    /// Any of the three.
    Text(String),
}

/// Why a text names no certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SelectorError {
    /// Nothing to look for.
    #[error("`{typed}` names no certificate")]
    Empty {
        /// What was typed.
        typed: String,
    },
    /// Something else than hexadecimal digits after `serial:` or `sha256:`.
    #[error("`{typed}` is not hexadecimal")]
    NotHex {
        /// What was typed.
        typed: String,
    },
}

impl CertificateSelector {
    /// Reads what a person typed. Digits may be grouped by colons or spaces and be of either case.
    ///
    /// # Errors
    /// [`SelectorError`] when nothing is left to compare.
    pub fn parse(typed: &str) -> Result<Self, SelectorError> {
        let (kind, rest) = match typed.split_once(':') {
            Some((kind @ ("serial" | "sha256" | "subject"), rest)) => (kind, rest.trim()),
            _ => ("", typed.trim()),
        };
        if rest.is_empty() {
            return Err(SelectorError::Empty { typed: typed.to_owned() });
        }
        let hex = || hexadecimal(rest).ok_or_else(|| SelectorError::NotHex { typed: typed.to_owned() });
        Ok(match kind {
            "serial" => Self::Serial(hex()?),
            "sha256" => Self::Sha256(hex()?),
            "subject" => Self::Subject(rest.to_owned()),
            _ => Self::Text(rest.to_owned()),
        })
    }

    /// Whether the certificate is meant.
    #[must_use]
    pub fn matches(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Serial(hex) => is_serial(certificate, hex),
            Self::Sha256(hex) => certificate.thumbprint(Hash::Sha256).to_string().starts_with(hex),
            Self::Subject(text) => is_in_subject(certificate, text),
            Self::Text(text) => is_in_subject(certificate, text) || is_number(certificate, text),
        }
    }
}

/// Plain text as a serial number or the beginning of a thumbprint.
fn is_number(certificate: &Certificate, text: &str) -> bool {
    let Some(hex) = hexadecimal(text) else { return false };
    let thumbprint = certificate.thumbprint(Hash::Sha256).to_string();
    is_serial(certificate, &hex) || hex.len() >= SHORTEST_THUMBPRINT && thumbprint.starts_with(&hex)
}

/// Leading zeros make no difference: programs show serial numbers with and without them.
fn is_serial(certificate: &Certificate, hex: &str) -> bool {
    let serial = certificate.serial().to_string().to_ascii_lowercase();
    serial.trim_start_matches('0') == hex.trim_start_matches('0')
}

fn is_in_subject(certificate: &Certificate, text: &str) -> bool {
    let text = text.to_lowercase();
    let subject = certificate.subject();
    let mut values = subject.attributes().filter_map(crate::Attribute::text);
    values.any(|value| value.to_lowercase().contains(&text)) || subject.to_string().to_lowercase().contains(&text)
}

/// Lower-case digits without separators; `None` when there is anything else or nothing.
fn hexadecimal(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
    let all_hex = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit());
    all_hex.then(|| digits.to_ascii_lowercase())
}

impl FromStr for CertificateSelector {
    type Err = SelectorError;

    fn from_str(typed: &str) -> Result<Self, SelectorError> {
        Self::parse(typed)
    }
}

impl fmt::Display for CertificateSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial(hex) => write!(f, "serial:{hex}"),
            Self::Sha256(hex) => write!(f, "sha256:{hex}"),
            Self::Subject(text) => write!(f, "subject:{text}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
