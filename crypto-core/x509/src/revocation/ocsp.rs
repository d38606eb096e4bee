//! OCSP (RFC 6960): the question to a responder, and its answer.

mod certificate_id;
mod judge;
mod request;
mod response;

use thiserror::Error;

use super::window::Untimely;

pub use request::OcspRequest;
pub use response::OcspResponse;

pub(crate) use certificate_id::CertificateId;
pub(crate) use request::{AskedAbout, nonce_extension};

/// Longest answer read, in bytes.
const LONGEST: usize = 1 << 20;

/// Why an answer does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OcspRefusal {
    /// Not DER of an answer, or longer than any.
    #[error("not an OCSP response")]
    Malformed,
    /// The responder declined: tryLater, unauthorized and the like. Such answers are unsigned and prove nothing.
    #[error("the responder declined: {0}")]
    Declined(&'static str),
    /// Not a word about this certificate: another serial number or issuer.
    #[error("the answer is about other certificates")]
    OtherCertificate,
    /// The responder does not know the certificate.
    #[error("the responder does not know the certificate")]
    NotKnown,
    /// It repeats another nonce than the one that was sent.
    #[error("the answer is to another request")]
    Nonce,
    /// Neither the issuer nor somebody it appointed signed.
    #[error("the responder was not appointed by the authority")]
    Responder,
    /// The responder's own certificate may have been revoked: it lacks nocheck and no list tells.
    #[error("the responder's own status is not known")]
    ResponderUnchecked,
    /// The signature is wrong, weak or unknown.
    #[error("the answer's signature is wrong")]
    Signature,
    /// It has a critical extension that is not understood.
    #[error("the answer has an unknown critical extension")]
    Critical,
    /// It does not speak for the time asked about.
    #[error(transparent)]
    Untimely(#[from] Untimely),
}

impl OcspRefusal {
    /// The refusal's stable word among the reasons of a verdict.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "ocsp.malformed",
            Self::Declined(_) => "ocsp.declined",
            Self::OtherCertificate => "ocsp.other_certificate",
            Self::NotKnown => "ocsp.not_known",
            Self::Nonce => "ocsp.nonce",
            Self::Responder => "ocsp.responder",
            Self::ResponderUnchecked => "ocsp.responder_unchecked",
            Self::Signature => "ocsp.signature_wrong",
            Self::Critical => "ocsp.critical_extension",
            Self::Untimely(untimely) => untimely.code(),
        }
    }
}
