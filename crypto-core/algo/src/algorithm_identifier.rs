//! AlgorithmIdentifiers of signatures, key transports and hashes: written in the form a place expects, read in every
//! form found in practice.

use der::{
    Decode, Encode, Sequence,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use thiserror::Error;

use crate::{Cbc, Hash, KeyTransport, SignatureScheme, Sm2Id, oid, spki::AlgorithmIdentifier};

const ENCODES: &str = "an algorithm identifier is a few dozen bytes of known shape";
const NULL: AnyRef<'static> = AnyRef::NULL;

/// Where an algorithm identifier of a signature stands: the same algorithm has other names elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlgorithmForm {
    /// Certificates, requests, CRLs, and CMS of RFC 5652.
    Standard,
    /// SignerInfo of GB/T 35275: SM2 is 1.2.156.10197.1.301.1, RSA is `rsaEncryption`.
    GmSignerInfo,
}

/// An algorithm that is not known here, or whose parameters are not those we accept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AlgorithmError {
    /// Not an AlgorithmIdentifier.
    #[error("malformed algorithm identifier")]
    Malformed,
    /// An algorithm that this program does not have.
    #[error("algorithm {0} is not supported")]
    Unknown(ObjectIdentifier),
    /// The algorithm is known; its parameters ask for something else (another MGF, salt length, label).
    #[error("the parameters of algorithm {0} are not supported")]
    Parameters(ObjectIdentifier),
    /// The signature algorithm and the digest algorithm beside it contradict each other.
    #[error("signature algorithm {0} does not fit the digest algorithm")]
    DigestMismatch(ObjectIdentifier),
}

/// `RSASSA-PSS-params` (RFC 8017 §A.2.3). Absent fields mean SHA-1, MGF1 with SHA-1, 20 and 1.
#[derive(Sequence)]
struct PssParameters<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifier<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifier<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt_len: Option<u32>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u32>,
}

/// `RSAES-OAEP-params` (RFC 8017 §A.2.1). Absent fields mean SHA-1, MGF1 with SHA-1 and an empty label.
#[derive(Sequence)]
struct OaepParameters<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifier<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifier<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    label: Option<AlgorithmIdentifier<'a>>,
}

impl Hash {
    /// DER AlgorithmIdentifier as `digestAlgorithm`, parameters absent (RFC 5754 §2).
    #[must_use]
    pub fn algorithm_identifier(self) -> Vec<u8> {
        encode(self.oid(), None)
    }

    /// Reads a DER AlgorithmIdentifier of a hash, parameters absent or NULL.
    ///
    /// # Errors
    /// [`AlgorithmError`].
    pub fn from_algorithm_identifier(der: &[u8]) -> Result<Self, AlgorithmError> {
        hash_of(&AlgorithmIdentifier::from_der(der).map_err(|_| AlgorithmError::Malformed)?)
    }
}

impl SignatureScheme {
    /// DER AlgorithmIdentifier of such a signature.
    #[must_use]
    pub fn algorithm_identifier(&self, form: AlgorithmForm) -> Vec<u8> {
        match (self, form) {
            (Self::RsaPkcs1(_), AlgorithmForm::GmSignerInfo) => encode(oid::RSA_ENCRYPTION, Some(NULL)),
            (Self::RsaPkcs1(hash), AlgorithmForm::Standard) => encode(rsa_oid(*hash), Some(NULL)),
            (Self::RsaPss(hash), _) => encode_with(oid::RSASSA_PSS, &pss_parameters(*hash)),
            (Self::Ecdsa(hash), _) => encode(ecdsa_oid(*hash), None),
            (Self::Sm2(_), AlgorithmForm::Standard) => encode(oid::SM2_WITH_SM3, None),
            (Self::Sm2(_), AlgorithmForm::GmSignerInfo) => encode(oid::SM2_SIGN, None),
        }
    }

    /// Reads a DER AlgorithmIdentifier. `digest` is the digest algorithm that CMS names beside it; certificates have none.
    /// SM2 comes out with the default id.
    ///
    /// # Errors
    /// [`AlgorithmError`], also when a name that leaves the digest open comes without `digest`.
    pub fn from_algorithm_identifier(der: &[u8], digest: Option<Hash>) -> Result<Self, AlgorithmError> {
        let identifier = AlgorithmIdentifier::from_der(der).map_err(|_| AlgorithmError::Malformed)?;
        Self::from_parts(identifier.algorithm, identifier.parameters, digest)
    }

    /// The same from the parts of an AlgorithmIdentifier.
    ///
    /// # Errors
    /// As [`Self::from_algorithm_identifier`].
    pub fn from_parts(
        algorithm: ObjectIdentifier,
        parameters: Option<AnyRef<'_>>,
        digest: Option<Hash>,
    ) -> Result<Self, AlgorithmError> {
        let identifier = AlgorithmIdentifier { algorithm, parameters };
        let scheme = if algorithm == oid::RSASSA_PSS { read_pss(&identifier)? } else { by_name(&identifier, digest)? };
        match digest {
            Some(digest) if digest != scheme.hash() => Err(AlgorithmError::DigestMismatch(algorithm)),
            _ => Ok(scheme),
        }
    }
}

impl KeyTransport {
    /// DER AlgorithmIdentifier as `keyEncryptionAlgorithm`. SM2 is written as `sm2`, one of [`oid::SM2`],
    /// [`oid::SM2_EXCHANGE`] and [`oid::SM2_ENCRYPT`]: receivers differ in what they accept.
    #[must_use]
    pub fn algorithm_identifier(self, sm2: ObjectIdentifier) -> Vec<u8> {
        match self {
            Self::RsaPkcs1 => encode(oid::RSA_ENCRYPTION, Some(NULL)),
            Self::RsaOaep(hash) => encode_with(oid::RSAES_OAEP, &oaep_parameters(hash)),
            Self::Sm2 => encode(sm2, None),
        }
    }

    /// Reads a DER AlgorithmIdentifier.
    ///
    /// # Errors
    /// [`AlgorithmError`].
    pub fn from_algorithm_identifier(der: &[u8]) -> Result<Self, AlgorithmError> {
        let identifier = AlgorithmIdentifier::from_der(der).map_err(|_| AlgorithmError::Malformed)?;
        let algorithm = identifier.algorithm;
        match algorithm {
            oid::RSAES_OAEP => read_oaep(&identifier),
            _ if !identifier.has_no_parameters() => Err(AlgorithmError::Parameters(algorithm)),
            oid::RSA_ENCRYPTION => Ok(Self::RsaPkcs1),
            oid::SM2 | oid::SM2_EXCHANGE | oid::SM2_ENCRYPT => Ok(Self::Sm2),
            _ => Err(AlgorithmError::Unknown(algorithm)),
        }
    }
}

impl Cbc {
    /// DER AlgorithmIdentifier as `contentEncryptionAlgorithm`: the parameters are the IV (RFC 3565 §4.1).
    ///
    /// # Panics
    /// Never: sixteen bytes can always be encoded.
    #[must_use]
    pub fn algorithm_identifier(self, iv: &[u8; 16]) -> Vec<u8> {
        let iv = OctetStringRef::new(iv).and_then(|iv| iv.to_der()).expect(ENCODES);
        encode_with(self.oid(), &iv)
    }

    /// Reads a DER AlgorithmIdentifier of a CBC cipher with its IV.
    ///
    /// # Errors
    /// [`AlgorithmError`].
    pub fn from_algorithm_identifier(der: &[u8]) -> Result<(Self, [u8; 16]), AlgorithmError> {
        let AlgorithmIdentifier { algorithm, parameters } =
            AlgorithmIdentifier::from_der(der).map_err(|_| AlgorithmError::Malformed)?;
        let cbc = Self::from_oid(algorithm).ok_or(AlgorithmError::Unknown(algorithm))?;
        let iv = parameters.and_then(|any| any.decode_as::<&OctetStringRef>().ok());
        let iv = iv.and_then(|iv| iv.as_bytes().try_into().ok()).ok_or(AlgorithmError::Parameters(algorithm))?;
        Ok((cbc, iv))
    }
}

/// Every name but RSASSA-PSS, which has parameters to read.
fn by_name(identifier: &AlgorithmIdentifier<'_>, digest: Option<Hash>) -> Result<SignatureScheme, AlgorithmError> {
    use SignatureScheme::{Ecdsa, RsaPkcs1, Sm2};
    let name = identifier.algorithm;
    // In CMS an id-ecPublicKey or a bare SM2 name means "the digest beside it".
    let scheme = match (name, digest) {
        (oid::RSA_ENCRYPTION, Some(digest)) => RsaPkcs1(digest),
        (oid::SHA1_WITH_RSA, _) => RsaPkcs1(Hash::Sha1),
        (oid::SHA256_WITH_RSA, _) => RsaPkcs1(Hash::Sha256),
        (oid::SHA384_WITH_RSA, _) => RsaPkcs1(Hash::Sha384),
        (oid::SHA512_WITH_RSA, _) => RsaPkcs1(Hash::Sha512),
        (oid::SM3_WITH_RSA, _) => RsaPkcs1(Hash::Sm3),
        (oid::ECDSA_WITH_SHA1, _) => Ecdsa(Hash::Sha1),
        (oid::ECDSA_WITH_SHA256, _) => Ecdsa(Hash::Sha256),
        (oid::ECDSA_WITH_SHA384, _) => Ecdsa(Hash::Sha384),
        (oid::ECDSA_WITH_SHA512, _) => Ecdsa(Hash::Sha512),
        (oid::SM2_WITH_SM3, _) => Sm2(Sm2Id::DEFAULT),
        (oid::SM2_SIGN | oid::SM2 | oid::EC_PUBLIC_KEY, Some(Hash::Sm3)) => Sm2(Sm2Id::DEFAULT),
        (oid::EC_PUBLIC_KEY, Some(digest)) => Ecdsa(digest),
        (oid::SM2_SIGN | oid::SM2, Some(_)) => return Err(AlgorithmError::DigestMismatch(name)),
        _ => return Err(AlgorithmError::Unknown(name)),
    };
    // id-ecPublicKey is often copied from the key together with its curve.
    if !identifier.has_no_parameters() && name != oid::EC_PUBLIC_KEY {
        return Err(AlgorithmError::Parameters(name));
    }
    Ok(scheme)
}

fn read_pss(identifier: &AlgorithmIdentifier<'_>) -> Result<SignatureScheme, AlgorithmError> {
    let refused = AlgorithmError::Parameters(identifier.algorithm);
    let parameters = identifier.parameters.and_then(|any| any.decode_as::<PssParameters<'_>>().ok());
    let parameters = parameters.ok_or(refused.clone())?;
    let hash = hash_or_sha1(parameters.hash.as_ref())?;
    let salt_len = parameters.salt_len.unwrap_or(20);
    let usual = mask_hash(parameters.mask.as_ref())? == hash
        && usize::try_from(salt_len).is_ok_and(|len| len == hash.output_len())
        && parameters.trailer.unwrap_or(1) == 1;
    if usual { Ok(SignatureScheme::RsaPss(hash)) } else { Err(refused) }
}

fn read_oaep(identifier: &AlgorithmIdentifier<'_>) -> Result<KeyTransport, AlgorithmError> {
    let refused = AlgorithmError::Parameters(identifier.algorithm);
    let parameters = identifier.parameters.and_then(|any| any.decode_as::<OaepParameters<'_>>().ok());
    let parameters = parameters.ok_or(refused.clone())?;
    let hash = hash_or_sha1(parameters.hash.as_ref())?;
    let no_label = parameters.label.is_none_or(|label| {
        let value = label.parameters.and_then(|any| any.decode_as::<&OctetStringRef>().ok());
        label.algorithm == oid::P_SPECIFIED && value.is_some_and(OctetStringRef::is_empty)
    });
    if no_label && mask_hash(parameters.mask.as_ref())? == hash {
        Ok(KeyTransport::RsaOaep(hash))
    } else {
        Err(refused)
    }
}

fn hash_of(identifier: &AlgorithmIdentifier<'_>) -> Result<Hash, AlgorithmError> {
    let hash = Hash::from_oid(identifier.algorithm).ok_or(AlgorithmError::Unknown(identifier.algorithm))?;
    if identifier.has_no_parameters() { Ok(hash) } else { Err(AlgorithmError::Parameters(identifier.algorithm)) }
}

fn hash_or_sha1(identifier: Option<&AlgorithmIdentifier<'_>>) -> Result<Hash, AlgorithmError> {
    identifier.map_or(Ok(Hash::Sha1), hash_of)
}

/// The hash inside MGF1.
fn mask_hash(mask: Option<&AlgorithmIdentifier<'_>>) -> Result<Hash, AlgorithmError> {
    let Some(mask) = mask else { return Ok(Hash::Sha1) };
    if mask.algorithm != oid::MGF1 {
        return Err(AlgorithmError::Unknown(mask.algorithm));
    }
    let inner = mask.parameters.and_then(|any| any.decode_as::<AlgorithmIdentifier<'_>>().ok());
    hash_of(&inner.ok_or(AlgorithmError::Parameters(mask.algorithm))?)
}

/// All fields but the trailer written out, unless they are the defaults that DER forbids to write.
fn pss_parameters(hash: Hash) -> Vec<u8> {
    let hash_identifier = AlgorithmIdentifier { algorithm: hash.oid(), parameters: Some(NULL) };
    let inner = hash_identifier.to_der().expect(ENCODES);
    let explicit = hash != Hash::Sha1;
    let parameters = PssParameters {
        hash: explicit.then_some(hash_identifier),
        mask: explicit.then(|| mgf1(&inner)),
        salt_len: explicit.then(|| u32::try_from(hash.output_len()).expect(ENCODES)),
        trailer: None,
    };
    parameters.to_der().expect(ENCODES)
}

fn oaep_parameters(hash: Hash) -> Vec<u8> {
    let hash_identifier = AlgorithmIdentifier { algorithm: hash.oid(), parameters: Some(NULL) };
    let inner = hash_identifier.to_der().expect(ENCODES);
    let explicit = hash != Hash::Sha1;
    let parameters =
        OaepParameters { hash: explicit.then_some(hash_identifier), mask: explicit.then(|| mgf1(&inner)), label: None };
    parameters.to_der().expect(ENCODES)
}

fn mgf1(hash_identifier: &[u8]) -> AlgorithmIdentifier<'_> {
    let parameters = AnyRef::try_from(hash_identifier).expect(ENCODES);
    AlgorithmIdentifier { algorithm: oid::MGF1, parameters: Some(parameters) }
}

const fn rsa_oid(hash: Hash) -> ObjectIdentifier {
    match hash {
        Hash::Sha1 => oid::SHA1_WITH_RSA,
        Hash::Sha256 => oid::SHA256_WITH_RSA,
        Hash::Sha384 => oid::SHA384_WITH_RSA,
        Hash::Sha512 => oid::SHA512_WITH_RSA,
        Hash::Sm3 => oid::SM3_WITH_RSA,
    }
}

const fn ecdsa_oid(hash: Hash) -> ObjectIdentifier {
    match hash {
        Hash::Sha1 => oid::ECDSA_WITH_SHA1,
        // No standard names ECDSA with SM3, and `SignatureScheme::fits` refuses it.
        Hash::Sha256 | Hash::Sm3 => oid::ECDSA_WITH_SHA256,
        Hash::Sha384 => oid::ECDSA_WITH_SHA384,
        Hash::Sha512 => oid::ECDSA_WITH_SHA512,
    }
}

fn encode(algorithm: ObjectIdentifier, parameters: Option<AnyRef<'_>>) -> Vec<u8> {
    AlgorithmIdentifier { algorithm, parameters }.to_der().expect(ENCODES)
}

/// `parameters` are DER already.
fn encode_with(algorithm: ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    encode(algorithm, Some(AnyRef::try_from(parameters).expect(ENCODES)))
}
