//! What was found out about a chain.

use const_oid::ObjectIdentifier;
use thiserror::Error;
use time::OffsetDateTime;

use crate::certificate::Certificate;
use crate::signature::SignerId;

/// The verdict on a chain, one axis of the verdict on a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChainState {
    /// A path to a trusted root, all rules kept, all certificates valid at the time.
    Trusted,
    /// No path to a trusted root, or only paths that break a rule.
    Untrusted,
    /// The leaf, or a certificate of the only otherwise good path, was not valid at the time.
    Expired,
    /// Not found out: an issuer is missing, its algorithm unknown, or the search would take too long.
    Unknown,
}

/// The answer of [`validate`](crate::validate).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChainReport {
    /// The verdict.
    pub state: ChainState,
    /// Leaf first. When trusted or expired, the whole path to the root; otherwise as far as it could be built.
    pub path: Vec<Certificate>,
    /// Why it is not trusted; `None` exactly when it is.
    pub problem: Option<ChainProblem>,
    /// For each signature checked on the path, with which SM2 signer id it held; `None` for RSA and ECDSA.
    pub signer_ids: Vec<Option<SignerId>>,
}

impl ChainReport {
    /// Whether the chain is trusted.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.state == ChainState::Trusted
    }
}

/// The one thing that keeps a chain from being trusted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChainProblem {
    /// Not valid any more at the time asked about.
    #[error("{} expired at {not_after}", .certificate.subject())]
    Expired {
        /// The certificate.
        certificate: Certificate,
        /// The end of its validity.
        not_after: OffsetDateTime,
    },
    /// Not valid yet at the time asked about.
    #[error("{} is valid only from {not_before}", .certificate.subject())]
    NotYetValid {
        /// The certificate.
        certificate: Certificate,
        /// The start of its validity.
        not_before: OffsetDateTime,
    },
    /// No certificate of the issuer is at hand.
    #[error("the certificate of the issuer {} is missing", .certificate.issuer())]
    IssuerMissing {
        /// The certificate whose issuer is missing.
        certificate: Certificate,
    },
    /// The path ends in a self-signed certificate that is not among the trusted roots.
    #[error("the root {} is not trusted here", .root.subject())]
    RootNotTrusted {
        /// The root.
        root: Certificate,
    },
    /// A signature does not hold.
    #[error("the signature on {} is wrong", .certificate.subject())]
    WrongSignature {
        /// The certificate.
        certificate: Certificate,
    },
    /// Signed with MD5 or SHA-1.
    #[error("{} is signed with {hash}, which is broken", .certificate.subject())]
    WeakSignature {
        /// The certificate.
        certificate: Certificate,
        /// The broken hash function.
        hash: &'static str,
    },
    /// An RSA key below 2048 bits.
    #[error("the key of {} has only {bits} bits", .certificate.subject())]
    WeakKey {
        /// The certificate.
        certificate: Certificate,
        /// Length of its modulus.
        bits: u32,
    },
    /// The signature algorithm is for another kind of key than the issuer has, or the certificate names two.
    #[error("the signature algorithm of {} does not fit the issuer's key", .certificate.subject())]
    AlgorithmMismatch {
        /// The certificate.
        certificate: Certificate,
    },
    /// The signature algorithm is not one of the suites'.
    #[error("the signature algorithm of {} is unknown", .certificate.subject())]
    UnknownAlgorithm {
        /// The certificate.
        certificate: Certificate,
    },
    /// The issuer is no authority: basicConstraints is missing or says so.
    #[error("{} is not a certification authority", .issuer.subject())]
    NotAnAuthority {
        /// The issuer.
        issuer: Certificate,
    },
    /// The issuer's key usage lacks keyCertSign.
    #[error("the key of {} may not sign certificates", .issuer.subject())]
    MayNotCertify {
        /// The issuer.
        issuer: Certificate,
    },
    /// More authorities below this one than its path length allows.
    #[error("{} allows {allowed} authorities below it, not {found}", .issuer.subject())]
    PathLength {
        /// The issuer with the limit.
        issuer: Certificate,
        /// Its limit.
        allowed: u8,
        /// Authorities below it in this path.
        found: usize,
    },
    /// A name lies outside what an authority may issue for.
    #[error("{} may not issue for {name}", .issuer.subject())]
    NameNotAllowed {
        /// The authority with the constraint.
        issuer: Certificate,
        /// The name.
        name: String,
    },
    /// A name constraint of a form that is not evaluated applies to a name in the path.
    #[error("a name constraint of {} cannot be evaluated", .issuer.subject())]
    NameConstraintNotUnderstood {
        /// The authority with the constraint.
        issuer: Certificate,
    },
    /// An extension that must be understood is not.
    #[error("{} has the unknown critical extension {oid}", .certificate.subject())]
    UnknownCriticalExtension {
        /// The certificate.
        certificate: Certificate,
        /// The extension.
        oid: ObjectIdentifier,
    },
    /// The path would be longer than [`DEPTH_CAP`](crate::DEPTH_CAP).
    #[error("the path is longer than {} certificates", super::DEPTH_CAP)]
    TooDeep,
    /// More than [`SIGNATURE_BUDGET`](crate::SIGNATURE_BUDGET) signatures, or very many names, would have to be checked.
    #[error("the certificates are arranged so that checking them would take too long")]
    TooMuchWork,
}

impl ChainProblem {
    /// The verdict that this problem leads to.
    #[must_use]
    pub(super) fn state(&self) -> ChainState {
        match self {
            Self::Expired { .. } | Self::NotYetValid { .. } => ChainState::Expired,
            Self::IssuerMissing { .. } | Self::UnknownAlgorithm { .. } | Self::TooDeep | Self::TooMuchWork => {
                ChainState::Unknown
            }
            _ => ChainState::Untrusted,
        }
    }
}
