//! A certificate as it was received, and what can be read from it.

use std::fmt;
use std::hash::{Hash as StdHash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use algo::{Digest, Hash, PublicKey, PublicKeyError, Suite};
use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, ContextSpecific};
use der::{Decode, DecodeValue, Reader, Tag, TagMode, TagNumber, Tagged};
use rfc5280::ext::Extension;
use rfc5280::time::Time;
use thiserror::Error;
use time::OffsetDateTime;

use crate::extensions::{Extensions, ExtensionsError};
use crate::key_usage::KeyUsage;
use crate::name::Name;
use crate::raw::{Signed, whole};
use crate::serial::Serial;
use crate::signature::{self, SignatureError, SignerId};
use crate::units::{self, UnitIds};

/// Longest certificate read. Real ones have one to three KiB; picture-bearing ones stay below this.
pub(crate) const LONGEST: usize = 256 * 1024;

/// An X.509 certificate (RFC 5280 §4.1, GB/T 20518), v1 to v3. Cloning is cheap.
///
/// Two certificates are equal when their bytes are.
#[derive(Clone)]
pub struct Certificate(Arc<Inner>);

struct Inner {
    der: Box<[u8]>,
    to_be_signed: Range<usize>,
    signature_algorithm: Box<[u8]>,
    inner_algorithm: Box<[u8]>,
    signature: Box<[u8]>,
    serial: Serial,
    issuer: Name,
    validity: (OffsetDateTime, OffsetDateTime),
    subject: Name,
    public_key: PublicKey,
    extensions: Extensions,
}

/// Why bytes are not a certificate that can be used.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not DER, or not the structure of a certificate.
    #[error("the certificate is malformed")]
    Malformed(#[from] der::Error),
    /// Longer than any certificate has reason to be.
    #[error("{length} bytes are too long for a certificate")]
    TooLong {
        /// Length in bytes.
        length: usize,
    },
    /// Version 1 and 2 have no extensions; versions above 3 do not exist.
    #[error("version {version} of a certificate is unknown or does not fit its content")]
    Version {
        /// The version as people count it: 1, 2, 3.
        version: u32,
    },
    /// An extension stands there twice (RFC 5280 §4.2).
    #[error("extension {oid} stands there twice")]
    ExtensionTwice {
        /// Type of the extension.
        oid: ObjectIdentifier,
    },
    /// A known extension has another content than it should.
    #[error("extension {oid} is malformed")]
    Extension {
        /// Type of the extension.
        oid: ObjectIdentifier,
        /// What is wrong with it.
        #[source]
        source: der::Error,
    },
    /// The key is of a kind that no suite uses, or no valid key.
    #[error("the public key cannot be used")]
    PublicKey(#[source] PublicKeyError),
}

impl Certificate {
    /// Reads one DER certificate. Anything after it is an error.
    ///
    /// # Errors
    /// [`CertificateError`] says what is wrong with it.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > LONGEST {
            return Err(CertificateError::TooLong { length: der.len() });
        }
        let signed = Signed::parse(der)?;
        let fields = whole(signed.to_be_signed, |reader| reader.sequence(Fields::read))?;
        let to_be_signed = range_within(der, signed.to_be_signed);
        Ok(Self(Arc::new(Inner {
            der: der.into(),
            to_be_signed,
            signature_algorithm: signed.algorithm.into(),
            inner_algorithm: fields.algorithm.into(),
            signature: signed.signature.into(),
            serial: fields.serial,
            issuer: fields.issuer,
            validity: fields.validity,
            subject: fields.subject,
            extensions: fields.extensions.checked(fields.version)?,
            public_key: PublicKey::from_spki(fields.spki).map_err(CertificateError::PublicKey)?,
        })))
    }

    /// The whole certificate as it was received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// tbsCertificate as it was received: what the issuer signed.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.0.der[self.0.to_be_signed.clone()]
    }

    /// signatureAlgorithm, an AlgorithmIdentifier in DER.
    #[must_use]
    pub fn signature_algorithm(&self) -> &[u8] {
        &self.0.signature_algorithm
    }

    /// The signature's octets: big-endian for RSA, DER { r, s } for ECDSA and SM2.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.0.signature
    }

    /// Whom the certificate is for.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.0.subject
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// Serial number (证书号).
    #[must_use]
    pub fn serial(&self) -> &Serial {
        &self.0.serial
    }

    /// The holder's public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// The suite of the key; `None` for keys that may only be looked at, such as short RSA keys.
    #[must_use]
    pub fn suite(&self) -> Option<Suite> {
        self.0.public_key.algorithm().suite()
    }

    /// notBefore and notAfter, both inclusive, in UTC.
    #[must_use]
    pub fn validity(&self) -> (OffsetDateTime, OffsetDateTime) {
        self.0.validity
    }

    /// Whether `at` lies within the validity period.
    #[must_use]
    pub fn is_valid_at(&self, at: OffsetDateTime) -> bool {
        let (not_before, not_after) = self.0.validity;
        // notAfter names a whole second: 23:59:59.7 is still within 23:59:59.
        (not_before..not_after + time::Duration::SECOND).contains(&at)
    }

    /// What the key may be used for; everything when the certificate does not say (RFC 5280 §4.2.1.3).
    #[must_use]
    pub fn key_usage(&self) -> KeyUsage {
        self.0.extensions.key_usage.unwrap_or(KeyUsage::UNRESTRICTED)
    }

    /// The purposes of extKeyUsage; `None` without the extension, which restricts nothing.
    #[must_use]
    pub fn extended_key_usage(&self) -> Option<&[ObjectIdentifier]> {
        self.0.extensions.purposes.as_deref()
    }

    /// basicConstraints says that the holder is an authority.
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.0.extensions.basic_constraints.as_ref().is_some_and(|constraints| constraints.ca)
    }

    /// How many authorities may stand between this one and the end of the path, where it is limited.
    #[must_use]
    pub fn path_len(&self) -> Option<u8> {
        self.0.extensions.basic_constraints.as_ref().and_then(|constraints| constraints.path_len_constraint)
    }

    /// Subject and issuer are the same name, as in roots and in links between an authority's own keys.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.0.subject == self.0.issuer
    }

    /// subjectKeyIdentifier.
    #[must_use]
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key_id.as_deref()
    }

    /// keyIdentifier of authorityKeyIdentifier.
    #[must_use]
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.authority_key_id.as_deref()
    }

    /// The content of any extension by its type.
    #[must_use]
    pub fn extension(&self, oid: ObjectIdentifier) -> Option<&[u8]> {
        self.0.extensions.value(oid)
    }

    /// Whether an extension stands there and is marked critical.
    #[must_use]
    pub fn is_critical(&self, oid: ObjectIdentifier) -> bool {
        self.0.extensions.is_critical(oid)
    }

    /// Credit code and other numbers of the unit.
    #[must_use]
    pub fn unit_ids(&self) -> UnitIds {
        UnitIds::find(&self.0.subject, &self.0.extensions)
    }

    /// Number of the USB key (CA设备号), where the authority wrote one: the subject's serialNumber (RFC 4519 §2.31).
    #[must_use]
    pub fn device_number(&self) -> Option<String> {
        units::device_number(&self.0.subject)
    }

    /// Hash over the whole certificate.
    #[must_use]
    pub fn thumbprint(&self, hash: Hash) -> Digest {
        hash.digest(&self.0.der)
    }

    /// Verifies this certificate's signature with the key of `issuer`, and nothing else: names, dates and the right to
    /// issue are [`validate`](crate::validate)'s matter. For SM2 the answer says which signer id held.
    ///
    /// # Errors
    /// [`SignatureError`]: wrong, weak, of another kind than the key, or of an unknown algorithm.
    pub fn verify_signed_by(&self, issuer: &Self) -> Result<Option<SignerId>, SignatureError> {
        // RFC 5280 §4.1.1.2: both must be the same; only the inner one is protected by the signature.
        if self.0.inner_algorithm != self.0.signature_algorithm {
            return Err(SignatureError::AlgorithmsDiffer);
        }
        signature::verify(issuer.public_key(), &self.0.signature_algorithm, self.to_be_signed(), &self.0.signature)
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }
}

/// tbsCertificate, taken apart.
struct Fields<'a> {
    version: u32,
    serial: Serial,
    algorithm: &'a [u8],
    issuer: Name,
    validity: (OffsetDateTime, OffsetDateTime),
    subject: Name,
    spki: &'a [u8],
    extensions: RawExtensions,
}

impl<'a> Fields<'a> {
    fn read<R: Reader<'a>>(reader: &mut R) -> der::Result<Self> {
        Ok(Self {
            version: ContextSpecific::<u8>::decode_explicit(reader, TagNumber(0))?
                .map_or(1, |v| u32::from(v.value) + 1),
            serial: serial(AnyRef::decode(reader)?)?,
            algorithm: reader.tlv_bytes()?,
            issuer: Name::from_der(reader.tlv_bytes()?)?,
            validity: reader.sequence(|inner| Ok::<_, der::Error>((moment(inner)?, moment(inner)?)))?,
            subject: Name::from_der(reader.tlv_bytes()?)?,
            spki: reader.tlv_bytes()?,
            extensions: RawExtensions::read(reader)?,
        })
    }
}

fn serial(integer: AnyRef<'_>) -> der::Result<Serial> {
    integer.tag().assert_eq(Tag::Integer)?;
    Serial::from_content(integer.value())
}

fn moment<'a, R: Reader<'a>>(reader: &mut R) -> der::Result<OffsetDateTime> {
    Ok(OffsetDateTime::UNIX_EPOCH + Time::decode(reader)?.to_unix_duration())
}

/// The optional end of tbsCertificate: unique identifiers, which are skipped, and extensions.
struct RawExtensions(Option<Vec<Extension>>);

impl RawExtensions {
    fn read<'a, R: Reader<'a>>(reader: &mut R) -> der::Result<Self> {
        for number in [TagNumber(1), TagNumber(2)] {
            reader.context_specific::<SkippedBits>(number, TagMode::Implicit)?;
        }
        reader.context_specific::<Vec<Extension>>(TagNumber(3), TagMode::Explicit).map(Self)
    }

    fn checked(self, version: u32) -> Result<Extensions, CertificateError> {
        if !(1..=3).contains(&version) || self.0.is_some() && version != 3 {
            return Err(CertificateError::Version { version });
        }
        Ok(Extensions::new(self.0.unwrap_or_default())?)
    }
}

/// issuerUniqueID and subjectUniqueID: deprecated, without meaning here.
struct SkippedBits;

impl der::FixedTag for SkippedBits {
    const TAG: Tag = Tag::BitString;
}

impl<'a> DecodeValue<'a> for SkippedBits {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: der::Header) -> der::Result<Self> {
        reader.read_slice(header.length()).map(|_| Self)
    }
}

/// Where `part` lies in `whole`, of which it is a slice.
fn range_within(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

impl From<ExtensionsError> for CertificateError {
    fn from(error: ExtensionsError) -> Self {
        match error {
            ExtensionsError::Twice(oid) => Self::ExtensionTwice { oid },
            ExtensionsError::Malformed(oid, source) => Self::Extension { oid, source },
        }
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

impl StdHash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.der.hash(state);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, serial {}, issued by {})", self.subject(), self.serial(), self.issuer())
    }
}
