//! What a verifier can find wrong with one signature. Every finding has its own value and a stable code.

use const_oid::ObjectIdentifier;

use crate::oid;

/// What a finding takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// The content is not known to be what was signed.
    Intact,
    /// The signature is not known to be the certificate holder's, or not by means that can be trusted.
    Signature,
    /// Both hold, but the message breaks a rule that strict verifiers insist on.
    Form,
}

/// One finding about a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The content is detached, and none was presented.
    #[error("the signed content was not presented")]
    ContentMissing,
    /// Content was presented for a message that carries its own: two answers to "what was signed?".
    #[error("the message carries content of its own")]
    ContentUnexpected,
    /// The signature is over the content itself, so its bytes are needed, not only a digest.
    #[error("the signature is over the content itself: its digest is not enough")]
    ContentNeeded,
    /// The content's digest is not the one that was signed.
    #[error("the content is not what was signed")]
    ContentAltered,
    /// The content of a signature without attributes is itself a set of attributes: a signature over attributes that
    /// was passed off as one over content.
    #[error("the content is a set of signed attributes")]
    ContentIsAttributes,
    /// No signed attributes, and neither the family nor the algorithm allows that.
    #[error("signed attributes are missing")]
    NoSignedAttributes,
    /// Attribute `contentType` is missing.
    #[error("attribute contentType is missing")]
    ContentTypeMissing,
    /// Attribute `contentType` names another type than the message.
    #[error("attribute contentType disagrees with the message")]
    ContentTypeWrong,
    /// Attribute `messageDigest` is missing.
    #[error("attribute messageDigest is missing")]
    MessageDigestMissing,
    /// An attribute that may stand once, with one value, stands more than once or has several.
    #[error("attribute {attribute} has more than one value")]
    AttributeRepeated {
        /// Which attribute.
        attribute: ObjectIdentifier,
    },
    /// An attribute's value cannot be read.
    #[error("attribute {attribute} is malformed")]
    AttributeMalformed {
        /// Which attribute.
        attribute: ObjectIdentifier,
    },
    /// The signed attributes cannot be read at all.
    #[error("the signed attributes are malformed")]
    AttributesMalformed,
    /// The digest algorithm is broken: MD5, SHA-1.
    #[error("digest algorithm {algorithm} is broken")]
    DigestWeak {
        /// Which algorithm.
        algorithm: ObjectIdentifier,
    },
    /// The digest algorithm is not known here.
    #[error("digest algorithm {algorithm} is not known")]
    DigestUnknown {
        /// Which algorithm.
        algorithm: ObjectIdentifier,
    },
    /// The signature algorithm hashes with a broken function.
    #[error("signature algorithm {algorithm} is broken")]
    SignatureAlgorithmWeak {
        /// Which algorithm.
        algorithm: ObjectIdentifier,
    },
    /// The signature algorithm, or its parameters, are not known here.
    #[error("signature algorithm {algorithm} is not known, or not with these parameters")]
    SignatureAlgorithmUnknown {
        /// Which algorithm.
        algorithm: ObjectIdentifier,
    },
    /// The signature algorithm hashes with another function than the digest algorithm says.
    #[error("digest and signature algorithm disagree")]
    AlgorithmsDisagree,
    /// The signature algorithm is not one of the certificate's key.
    #[error("the signature algorithm does not fit the certificate's key")]
    KeyMismatch,
    /// An RSA key below 2048 bits.
    #[error("the key has only {bits} bits")]
    KeyShort {
        /// Its length.
        bits: u32,
    },
    /// The signer's certificate is neither in the message nor presented.
    #[error("the signer's certificate is missing")]
    CertificateMissing,
    /// Attribute `signingCertificateV2` is missing: the certificate is not bound into the signature.
    #[error("attribute signingCertificateV2 is missing")]
    SigningCertificateMissing,
    /// Attribute `signingCertificateV2` names another certificate.
    #[error("attribute signingCertificateV2 names another certificate")]
    SigningCertificateMismatch,
    /// The signature value does not verify.
    #[error("the signature is wrong")]
    SignatureWrong,
    /// The message's list of digest algorithms does not name the signer's.
    #[error("the signer's digest algorithm is not listed")]
    DigestNotListed,
    /// A version number that does not go with the structure.
    #[error("a version number disagrees with the structure")]
    VersionWrong,
    /// One signer was expected.
    #[error("{found} signers where one is expected")]
    SignerCount {
        /// How many there are.
        found: usize,
    },
}

impl Problem {
    /// What the finding takes away.
    #[must_use]
    pub fn axis(&self) -> Axis {
        use Problem as P;
        match self {
            P::ContentMissing
            | P::ContentUnexpected
            | P::ContentNeeded
            | P::ContentAltered
            | P::ContentIsAttributes
            | P::ContentTypeMissing
            | P::ContentTypeWrong
            | P::MessageDigestMissing
            | P::AttributesMalformed => Axis::Intact,
            P::AttributeRepeated { attribute } | P::AttributeMalformed { attribute }
                if [oid::CONTENT_TYPE, oid::MESSAGE_DIGEST].contains(attribute) =>
            {
                Axis::Intact
            }
            P::NoSignedAttributes
            | P::AttributeRepeated { .. }
            | P::AttributeMalformed { .. }
            | P::DigestWeak { .. }
            | P::DigestUnknown { .. }
            | P::SignatureAlgorithmWeak { .. }
            | P::SignatureAlgorithmUnknown { .. }
            | P::AlgorithmsDisagree
            | P::KeyMismatch
            | P::KeyShort { .. }
            | P::CertificateMissing
            | P::SigningCertificateMismatch
            | P::SignatureWrong
            | P::SignerCount { .. } => Axis::Signature,
            P::SigningCertificateMissing | P::DigestNotListed | P::VersionWrong => Axis::Form,
        }
    }

    /// The finding's name in `reasons` of a verdict; it never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use Problem as P;
        match self {
            P::ContentMissing => "cms.content_missing",
            P::ContentUnexpected => "cms.content_unexpected",
            P::ContentNeeded => "cms.content_needed",
            P::ContentAltered => "cms.content_altered",
            P::ContentIsAttributes => "cms.content_is_attributes",
            P::NoSignedAttributes => "cms.no_signed_attributes",
            P::ContentTypeMissing => "cms.content_type_missing",
            P::ContentTypeWrong => "cms.content_type_wrong",
            P::MessageDigestMissing => "cms.message_digest_missing",
            P::AttributeRepeated { .. } => "cms.attribute_repeated",
            P::AttributeMalformed { .. } => "cms.attribute_malformed",
            P::AttributesMalformed => "cms.attributes_malformed",
            P::DigestWeak { .. } => "cms.digest_weak",
            P::DigestUnknown { .. } => "cms.digest_unknown",
            P::SignatureAlgorithmWeak { .. } => "cms.signature_algorithm_weak",
            P::SignatureAlgorithmUnknown { .. } => "cms.signature_algorithm_unknown",
            P::AlgorithmsDisagree => "cms.algorithms_disagree",
            P::KeyMismatch => "cms.key_mismatch",
            P::KeyShort { .. } => "cms.key_short",
            P::CertificateMissing => "cms.certificate_missing",
            P::SigningCertificateMissing => "cms.signing_certificate_missing",
            P::SigningCertificateMismatch => "cms.signing_certificate_mismatch",
            P::SignatureWrong => "cms.signature_wrong",
            P::DigestNotListed => "cms.digest_not_listed",
            P::VersionWrong => "cms.version_wrong",
            P::SignerCount { .. } => "cms.signer_count",
        }
    }
}
