//! Why a token proves no time, and why an authority's answer is not taken.

use thiserror::Error;

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TimeStampProblem {
    /// Not a token: not CMS, other content, a field that cannot be read, or not one signer.
    #[error("not a time stamp token")]
    Malformed,
    /// It is over other bytes, or over a digest of SHA-1, which proves nothing any more.
    #[error("the time stamp is over something else")]
    Imprint,
    /// Its signature does not hold.
    #[error("the time stamp's signature is wrong")]
    Signature,
    /// The signer's certificate is not bound into the signature (ESSCertIDv2, RFC 5816).
    #[error("the time stamp does not name its signer's certificate")]
    Unbound,
    /// The signer's certificate is not for time stamping and nothing else, marked critical (RFC 3161 §2.3).
    #[error("the signer is no time stamping authority")]
    Purpose,
    /// The signer's certificate was not valid at that time.
    #[error("the authority's certificate was not valid at that time")]
    Expired,
}

impl TimeStampProblem {
    /// The problem's stable word among the reasons of a verdict.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "timestamp.malformed",
            Self::Imprint => "timestamp.imprint",
            Self::Signature => "timestamp.signature_wrong",
            Self::Unbound => "timestamp.unbound",
            Self::Purpose => "timestamp.purpose",
            Self::Expired => "timestamp.expired",
        }
    }
}

/// Why an answer is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TimeStampRefusal {
    /// Not a response, or a granted one without a token.
    #[error("not a time stamp response")]
    Malformed,
    /// The authority did not grant it.
    #[error("the authority refused: {reason}")]
    Rejected {
        /// PKIFailureInfo or PKIStatus as a word, such as `bad_alg`.
        reason: &'static str,
    },
    /// It repeats another nonce than was sent, or none: an answer to another question.
    #[error("the answer is to another request")]
    Nonce,
    /// Under another policy than was asked for.
    #[error("the token is under another policy")]
    Policy,
    /// The token itself is not sound.
    #[error(transparent)]
    Token(#[from] TimeStampProblem),
}
