//! What a bid says about itself in the clear. It is authenticated with the header, and names nothing of the content.

use crate::limits::{MAX_FILES, MAX_PAYLOAD_LEN, MAX_TEXT_LEN};
use der::asn1::{GeneralizedTime, OctetString};
use der::{Choice, Sequence};
use std::time::Duration;
use time::OffsetDateTime;

/// What the bidder states about the bid. Empty texts mean "not stated".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The project's number or name.
    pub project: String,
    /// The lot (标段).
    pub lot: String,
    /// The bidder's name.
    pub bidder: String,
    /// The bidder's unified social credit code, or another registration number.
    pub credit_code: String,
    /// When the bids are opened; whole seconds.
    pub opens_at: Option<OffsetDateTime>,
    /// The platform's origin, such as `https://example.org`.
    pub platform_origin: Option<String>,
    /// The platform's encryption certificate, or the one that issued it.
    pub platform_certificate: Option<CertificateHash>,
}

/// The hash of a certificate's DER. It is an identifier and does not follow the bid's profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateHash {
    /// SHA-256.
    Sha256([u8; 32]),
    /// SM3.
    Sm3([u8; 32]),
}

/// The claims with the numbers that the writer adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What the bidder states.
    pub claims: Claims,
    /// Length of the payload in bytes.
    pub total_length: u64,
    /// Number of files.
    pub file_count: u64,
}

/// A claim that the format cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimFault {
    /// Too many bytes.
    #[error("`{field}` is longer than {MAX_TEXT_LEN} bytes")]
    TooLong {
        /// The name of the claim, as in [`Claims`].
        field: &'static str,
    },
    /// A line break or another control character.
    #[error("`{field}` holds a control character")]
    ControlCharacter {
        /// The name of the claim, as in [`Claims`].
        field: &'static str,
    },
    /// Before 1970 or after 9999.
    #[error("`opens_at` is out of range")]
    OpensAt,
}

impl Claims {
    /// Checks what the types do not.
    ///
    /// # Errors
    /// [`ClaimFault`], the first that is found.
    pub fn check(&self) -> Result<(), ClaimFault> {
        let texts = [
            ("project", self.project.as_str()),
            ("lot", &self.lot),
            ("bidder", &self.bidder),
            ("credit_code", &self.credit_code),
            ("platform_origin", self.platform_origin.as_deref().unwrap_or_default()),
        ];
        for (field, text) in texts {
            check_text(field, text)?;
        }
        self.opens_at.map_or(Ok(()), |at| generalized_time(at).map(drop).ok_or(ClaimFault::OpensAt))
    }
}

/// The one rule for texts in the header: short, and harmless on a terminal and in a log.
pub(crate) fn check_text(field: &'static str, text: &str) -> Result<(), ClaimFault> {
    if text.len() > MAX_TEXT_LEN {
        return Err(ClaimFault::TooLong { field });
    }
    if text.chars().any(char::is_control) {
        return Err(ClaimFault::ControlCharacter { field });
    }
    Ok(())
}

/// `Metadata ::= SEQUENCE`, see docs/bid-format.md.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct MetadataDer {
    project: String,
    lot: String,
    bidder: String,
    credit_code: String,
    #[asn1(context_specific = "0", optional = "true")]
    opens_at: Option<GeneralizedTime>,
    #[asn1(context_specific = "1", optional = "true")]
    platform_origin: Option<String>,
    #[asn1(context_specific = "2", optional = "true")]
    platform_certificate: Option<CertificateHashDer>,
    total_length: u64,
    file_count: u64,
}

/// `CertificateHash ::= CHOICE`
#[derive(Clone, Debug, Choice)]
enum CertificateHashDer {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", constructed = "true")]
    Sha256(OctetString),
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    Sm3(OctetString),
}

impl MetadataDer {
    pub(crate) fn of(metadata: &Metadata) -> der::Result<Self> {
        let claims = &metadata.claims;
        let opens_at = claims.opens_at.map(|at| generalized_time(at).ok_or(der::ErrorKind::DateTime)).transpose()?;
        Ok(Self {
            project: claims.project.clone(),
            lot: claims.lot.clone(),
            bidder: claims.bidder.clone(),
            credit_code: claims.credit_code.clone(),
            opens_at,
            platform_origin: claims.platform_origin.clone(),
            platform_certificate: claims.platform_certificate.map(CertificateHashDer::of).transpose()?,
            total_length: metadata.total_length,
            file_count: metadata.file_count,
        })
    }

    /// The metadata, if it keeps the limits of the format.
    pub(crate) fn check(&self) -> Option<Metadata> {
        let claims = Claims {
            project: self.project.clone(),
            lot: self.lot.clone(),
            bidder: self.bidder.clone(),
            credit_code: self.credit_code.clone(),
            opens_at: self.opens_at.map(|at| OffsetDateTime::UNIX_EPOCH + at.to_unix_duration()),
            platform_origin: self.platform_origin.clone(),
            platform_certificate: match &self.platform_certificate {
                Some(hash) => Some(hash.check()?),
                None => None,
            },
        };
        claims.check().ok()?;
        let in_range = self.total_length <= MAX_PAYLOAD_LEN && (1..=MAX_FILES).contains(&self.file_count);
        in_range.then_some(Metadata { claims, total_length: self.total_length, file_count: self.file_count })
    }
}

impl CertificateHashDer {
    fn of(hash: CertificateHash) -> der::Result<Self> {
        Ok(match hash {
            CertificateHash::Sha256(bytes) => Self::Sha256(OctetString::new(bytes)?),
            CertificateHash::Sm3(bytes) => Self::Sm3(OctetString::new(bytes)?),
        })
    }

    fn check(&self) -> Option<CertificateHash> {
        Some(match self {
            Self::Sha256(bytes) => CertificateHash::Sha256(bytes.as_bytes().try_into().ok()?),
            Self::Sm3(bytes) => CertificateHash::Sm3(bytes.as_bytes().try_into().ok()?),
        })
    }
}

/// Whole seconds, UTC, 1970 to 9999.
pub(crate) fn generalized_time(at: OffsetDateTime) -> Option<GeneralizedTime> {
    let seconds = u64::try_from(at.unix_timestamp()).ok()?;
    GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).ok()
}
