//! Making SignedData (RFC 5652 §5) around a key that may live elsewhere: the builder gives the digest to be signed,
//! takes the signature back, and lets nothing out that does not verify.

use algo::{Digest, Hash, KeyAlgorithm, SignDigest, SignatureScheme};
use const_oid::ObjectIdentifier;
use time::OffsetDateTime;
use x509::Certificate;

use super::{attributes, encode, scheme, signing_certificate};
use crate::Family;
use crate::asn1::{self, SET};

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// These bytes, carried in the message.
    Attached(&'a [u8]),
    /// Content that stays outside, by its digest under the scheme's hash function. For SM2 this is plain SM3 of the
    /// content: Z enters when the attributes are signed.
    Detached(Digest),
}

/// A SignedData in the making: one signer, with signed attributes.
#[derive(Debug, Clone)]
pub struct SignedDataBuilder<'a> {
    certificate: Certificate,
    scheme: SignatureScheme,
    family: Family,
    chain: Vec<Certificate>,
    content: Option<Content<'a>>,
    content_type: ObjectIdentifier,
    signing_time: Option<OffsetDateTime>,
    pades: bool,
}

/// Why a message is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No content was given.
    #[error("no content was given")]
    ContentMissing,
    /// The digest of the detached content is not as long as the scheme's hash function makes it.
    #[error("the content's digest has {found} bytes where {hash:?} has {}", .hash.output_len())]
    DigestLength {
        /// The scheme's hash function.
        hash: Hash,
        /// Length of the digest given, in bytes.
        found: usize,
    },
    /// The scheme is not one of the certificate's key.
    #[error("the signature scheme does not fit the certificate's key")]
    KeyMismatch,
    /// An RSA key below 2048 bits.
    #[error("the key has only {bits} bits")]
    KeyShort {
        /// Its length.
        bits: u32,
    },
    /// SHA-1 is not written.
    #[error("{hash:?} is broken")]
    HashWeak {
        /// Which function.
        hash: Hash,
    },
    /// GB/T 35275 knows SM2 only.
    #[error("a GB/T 35275 message is signed with SM2")]
    FamilyNeedsSm2,
    /// PAdES forbids the attribute signingTime: the time stands in the signature dictionary (EN 319 142-1).
    #[error("a PAdES signature has no signingTime")]
    PadesTime,
    /// PAdES signs the file around the message, never content inside it.
    #[error("a PAdES signature is detached")]
    PadesAttached,
    /// The signing time lies before 1970 or after 9999.
    #[error("the signing time cannot be written")]
    TimeRange,
}

/// The signature that came back does not verify against the certificate: the wrong key, or a token that answers garbage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify against the certificate")]
pub struct SignatureRejected;

/// Why [`sign`] gave no message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError<E> {
    /// The message cannot be made as asked; the key was not used.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The key did not sign.
    #[error("the key did not sign")]
    Key(#[source] E),
    /// The key answered with something that is not its signature.
    #[error(transparent)]
    Rejected(#[from] SignatureRejected),
}

impl<'a> SignedDataBuilder<'a> {
    /// Starts a message signed by the holder of `certificate`.
    #[must_use]
    pub fn new(certificate: &Certificate, scheme: SignatureScheme, family: Family) -> Self {
        Self {
            certificate: certificate.clone(),
            scheme,
            family,
            chain: Vec::new(),
            content: None,
            content_type: family.data(),
            signing_time: None,
            pades: false,
        }
    }

    /// Carries these certificates beside the signer's own, which is always carried.
    #[must_use]
    pub fn chain(mut self, certificates: &[Certificate]) -> Self {
        self.chain = certificates.to_vec();
        self
    }

    /// Sets what is signed.
    #[must_use]
    pub fn content(mut self, content: Content<'a>) -> Self {
        self.content = Some(content);
        self
    }

    /// Sets what kind of content is signed; without this it is the family's plain data.
    #[must_use]
    pub fn content_type(mut self, content_type: ObjectIdentifier) -> Self {
        self.content_type = content_type;
        self
    }

    /// Adds the time that the signer claims.
    #[must_use]
    pub fn signing_time(mut self, time: Option<OffsetDateTime>) -> Self {
        self.signing_time = time;
        self
    }

    /// Holds the message to the rules of PAdES baseline signatures (EN 319 142-1): detached, no signingTime.
    #[must_use]
    pub fn pades(mut self) -> Self {
        self.pades = true;
        self
    }

    /// Checks the choices and makes the bytes that will be signed.
    ///
    /// # Errors
    /// [`BuildError`], before any key is touched.
    pub fn prepare(self) -> Result<Unsigned, BuildError> {
        let content = self.content.ok_or(BuildError::ContentMissing)?;
        self.check_key()?;
        self.check_pades(content)?;
        let attributes = self.signed_attributes(&self.content_digest(content)?)?;
        let certificates = std::iter::once(&self.certificate).chain(&self.chain).map(|c| c.der().to_vec()).collect();
        Ok(Unsigned {
            to_sign: self
                .certificate
                .public_key()
                .to_sign(&self.scheme, &attributes)
                .map_err(|_| BuildError::KeyMismatch)?,
            certificate: self.certificate,
            scheme: self.scheme,
            family: self.family,
            certificates,
            content_type: self.content_type,
            content: match content {
                Content::Attached(bytes) => Some(bytes.to_vec()),
                Content::Detached(_) => None,
            },
            attributes,
        })
    }

    fn check_key(&self) -> Result<(), BuildError> {
        let hash = self.scheme.hash();
        if hash == Hash::Sha1 {
            return Err(BuildError::HashWeak { hash });
        }
        let key = self.certificate.public_key().algorithm();
        if !self.scheme.fits(key) {
            return Err(BuildError::KeyMismatch);
        }
        match key {
            KeyAlgorithm::Rsa { bits } if bits < scheme::SHORTEST_RSA => Err(BuildError::KeyShort { bits }),
            KeyAlgorithm::Sm2 => Ok(()),
            _ if self.family == Family::Gm => Err(BuildError::FamilyNeedsSm2),
            _ => Ok(()),
        }
    }

    fn check_pades(&self, content: Content<'_>) -> Result<(), BuildError> {
        match (self.pades, content) {
            (true, Content::Attached(_)) => Err(BuildError::PadesAttached),
            (true, _) if self.signing_time.is_some() => Err(BuildError::PadesTime),
            _ => Ok(()),
        }
    }

    fn content_digest(&self, content: Content<'_>) -> Result<Digest, BuildError> {
        let hash = self.scheme.hash();
        match content {
            Content::Attached(bytes) => Ok(hash.digest(bytes)),
            Content::Detached(digest) if digest.len() == hash.output_len() => Ok(digest),
            Content::Detached(digest) => Err(BuildError::DigestLength { hash, found: digest.len() }),
        }
    }

    fn signed_attributes(&self, digest: &Digest) -> Result<Vec<u8>, BuildError> {
        let mut all = vec![
            attributes::content_type(self.content_type),
            attributes::message_digest(digest),
            signing_certificate::attribute(&self.certificate, self.scheme.hash()),
        ];
        if let Some(time) = self.signing_time {
            all.push(attributes::signing_time(time).ok_or(BuildError::TimeRange)?);
        }
        Ok(asn1::set_of(SET, all))
    }
}

/// A message that lacks its signature only.
#[derive(Debug, Clone)]
pub struct Unsigned {
    pub(super) certificate: Certificate,
    pub(super) scheme: SignatureScheme,
    pub(super) family: Family,
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) content_type: ObjectIdentifier,
    pub(super) content: Option<Vec<u8>>,
    pub(super) attributes: Vec<u8>,
    to_sign: Digest,
}

impl Unsigned {
    /// The digest that the key signs; for SM2 this is e = SM3(Z ‖ attributes).
    #[must_use]
    pub fn to_sign(&self) -> Digest {
        self.to_sign
    }

    /// The scheme to sign with.
    #[must_use]
    pub fn scheme(&self) -> &SignatureScheme {
        &self.scheme
    }

    /// The bytes whose signature is wanted, DER SET OF Attribute: for keys that hash themselves.
    #[must_use]
    pub fn attributes(&self) -> &[u8] {
        &self.attributes
    }

    /// Completes the message: ContentInfo in DER.
    ///
    /// # Errors
    /// [`SignatureRejected`] when the signature does not verify against the certificate.
    pub fn finish(&self, signature: &[u8]) -> Result<Vec<u8>, SignatureRejected> {
        self.certificate
            .public_key()
            .verify_digest(&self.scheme, &self.to_sign, signature)
            .map_err(|_| SignatureRejected)?;
        Ok(encode::signed_data(self, signature))
    }
}

/// Makes the whole message with a key at hand.
///
/// # Errors
/// [`SignError`]
pub fn sign<K: SignDigest + ?Sized>(
    builder: SignedDataBuilder<'_>,
    key: &mut K,
) -> Result<Vec<u8>, SignError<K::Error>> {
    let unsigned = builder.prepare()?;
    let signature = key.sign_digest(&unsigned.scheme, &unsigned.to_sign).map_err(SignError::Key)?;
    Ok(unsigned.finish(&signature)?)
}
