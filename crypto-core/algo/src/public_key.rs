//! Public keys: read strictly from SubjectPublicKeyInfo, verify signatures, wrap short keys.

use std::{fmt, sync::Arc};

use openssl::{
    bn::{BigNum, BigNumContext},
    ec::{EcGroup, EcPoint, PointConversionForm},
    error::ErrorStack,
    nid::Nid,
    pkey::{HasPublic, PKey, PKeyRef, Public},
    pkey_ctx::PkeyCtx,
    rsa::{Padding, Rsa},
    sign::RsaPssSaltlen,
};
use thiserror::Error;

use crate::{
    Digest, Hasher, KeyAlgorithm, KeyTransport, LibraryFailure, SignatureScheme, Sm2Id, WrapError, sm2,
    spki::{self, Kind, SubjectPublicKeyInfo},
};

/// RSA below this is broken; above, a single verification would take a noticeable time.
const RSA_BITS: std::ops::RangeInclusive<u32> = 1024..=8192;

/// Not a public key that this program can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// Neither RSA nor a named curve of ours.
    #[error("this kind of public key is not supported")]
    Unsupported,
    /// The algorithm is known, the value is no key: a point off the curve, an even exponent, trailing bytes.
    #[error("the public key is malformed")]
    Malformed,
    /// RSA outside 1024 to 8192 bits.
    #[error("an RSA key of {bits} bits is not supported")]
    RsaSize {
        /// Length of the modulus.
        bits: u32,
    },
}

/// The signature scheme does not fit the key, or the digest does not fit the scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature scheme does not fit the key")]
pub struct SchemeMismatch;

/// The signature was not made by this key over this message in this scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature is not valid")]
pub struct BadSignature;

/// A public key. Clones share their content.
#[derive(Clone)]
pub struct PublicKey {
    key: PKey<Public>,
    algorithm: KeyAlgorithm,
    spki: Arc<[u8]>,
    /// Uncompressed point `04 ‖ x ‖ y` of a key on a curve.
    point: Option<Arc<[u8]>>,
}

impl PublicKey {
    /// Reads a DER SubjectPublicKeyInfo: RSA, P-256, P-384 or SM2.
    ///
    /// # Errors
    /// [`PublicKeyError`] for other keys, explicit curve parameters, points off the curve, and trailing bytes.
    pub fn from_spki(spki: &[u8]) -> Result<Self, PublicKeyError> {
        let (info, kind) = SubjectPublicKeyInfo::parse(spki).ok_or(PublicKeyError::Unsupported)?;
        let point = match kind {
            Kind::Rsa => None,
            Kind::Curve(algorithm) => {
                Some(uncompressed(algorithm, info.key.as_bytes().ok_or(PublicKeyError::Malformed)?)?)
            }
        };
        let key = PKey::public_key_from_der(spki).map_err(|_| PublicKeyError::Malformed)?;
        let algorithm = match kind {
            Kind::Rsa => rsa_algorithm(&key)?,
            Kind::Curve(algorithm) => algorithm,
        };
        Ok(Self { key, algorithm, spki: spki.into(), point })
    }

    /// A key on a curve from its point, SEC 1 §2.3.3 (`04 ‖ x ‖ y`, or compressed), as tokens give it.
    ///
    /// # Errors
    /// [`PublicKeyError`].
    pub fn from_point(algorithm: KeyAlgorithm, point: &[u8]) -> Result<Self, PublicKeyError> {
        let point = uncompressed(algorithm, point)?;
        Self::from_spki(&spki::of_point(algorithm, &point).ok_or(PublicKeyError::Unsupported)?)
    }

    /// An RSA key from big-endian modulus and public exponent, as tokens give it.
    ///
    /// # Errors
    /// [`PublicKeyError`].
    pub fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, PublicKeyError> {
        let spki = || -> Result<Vec<u8>, ErrorStack> {
            let (n, e) = (BigNum::from_slice(modulus)?, BigNum::from_slice(exponent)?);
            PKey::from_rsa(Rsa::from_public_components(n, e)?)?.public_key_to_der()
        };
        Self::from_spki(&spki().map_err(|_| PublicKeyError::Malformed)?)
    }

    /// The DER SubjectPublicKeyInfo, byte for byte as it was read.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Kind and size.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The point `04 ‖ x ‖ y` of a key on a curve.
    #[must_use]
    pub fn point(&self) -> Option<&[u8]> {
        self.point.as_deref()
    }

    /// The longest signature this key can have, in bytes.
    #[must_use]
    pub fn max_signature_len(&self) -> usize {
        self.key.size()
    }

    /// Z of this SM2 key under `id` (GM/T 0003.2 §5.5); none for other keys.
    #[must_use]
    pub fn sm2_z(&self, id: &Sm2Id) -> Option<Digest> {
        let point = self.point().filter(|_| self.algorithm == KeyAlgorithm::Sm2)?;
        Some(sm2::z(id, &point[1..]))
    }

    /// What a signer of `message` signs: its hash, or for SM2 e = SM3(Z ‖ message).
    ///
    /// # Errors
    /// [`SchemeMismatch`] when keys of this kind cannot sign so.
    pub fn to_sign(&self, scheme: &SignatureScheme, message: &[u8]) -> Result<Digest, SchemeMismatch> {
        let mut hasher = self.to_sign_hasher(scheme)?;
        hasher.update(message);
        Ok(hasher.finish())
    }

    /// The same for a message that comes piece by piece.
    ///
    /// # Errors
    /// [`SchemeMismatch`] when keys of this kind cannot sign so.
    pub fn to_sign_hasher(&self, scheme: &SignatureScheme) -> Result<Hasher, SchemeMismatch> {
        match scheme {
            _ if !scheme.fits(self.algorithm) => Err(SchemeMismatch),
            SignatureScheme::Sm2(id) => Ok(sm2::message_hasher(&self.sm2_z(id).ok_or(SchemeMismatch)?)),
            _ => Ok(scheme.hash().hasher()),
        }
    }

    /// Verifies a signature over `message`.
    ///
    /// # Errors
    /// [`BadSignature`] for every reason.
    pub fn verify(&self, scheme: &SignatureScheme, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let digest = self.to_sign(scheme, message).map_err(|_| BadSignature)?;
        self.verify_digest(scheme, &digest, signature)
    }

    /// Verifies a signature over what [`Self::to_sign`] gives.
    ///
    /// # Errors
    /// [`BadSignature`] for every reason.
    pub fn verify_digest(
        &self,
        scheme: &SignatureScheme,
        digest: &Digest,
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        if !scheme.fits(self.algorithm) || digest.len() != scheme.hash().output_len() {
            return Err(BadSignature);
        }
        let verified = || -> Result<bool, ErrorStack> {
            let mut context = PkeyCtx::new(&self.key)?;
            context.verify_init()?;
            prepare_signature(&mut context, scheme)?;
            context.verify(digest.as_ref(), signature)
        };
        if verified().unwrap_or(false) { Ok(()) } else { Err(BadSignature) }
    }

    /// Encrypts a short key to this key. SM2 gives GM/T 0009 DER.
    ///
    /// # Errors
    /// [`WrapError`]: another kind of key, or too much for an RSA key of this size.
    pub fn wrap(&self, transport: KeyTransport, key: &[u8]) -> Result<Vec<u8>, WrapError> {
        let length = WrapError::Length { got: key.len() };
        match (transport, self.algorithm) {
            _ if key.is_empty() => Err(length),
            (KeyTransport::Sm2, KeyAlgorithm::Sm2) => Ok(self.encrypt(transport, key)?),
            (KeyTransport::RsaOaep(_) | KeyTransport::RsaPkcs1, KeyAlgorithm::Rsa { bits }) => {
                let fits = usize::try_from(bits / 8).is_ok_and(|size| key.len() + overhead(transport) <= size);
                if fits { Ok(self.encrypt(transport, key)?) } else { Err(length) }
            }
            _ => Err(WrapError::TransportMismatch),
        }
    }

    pub(crate) fn openssl(&self) -> &PKeyRef<Public> {
        &self.key
    }

    fn encrypt(&self, transport: KeyTransport, key: &[u8]) -> Result<Vec<u8>, LibraryFailure> {
        let mut context = PkeyCtx::new(&self.key)?;
        context.encrypt_init()?;
        prepare_transport(&mut context, transport)?;
        let mut wrapped = Vec::new();
        context.encrypt_to_vec(key, &mut wrapped)?;
        Ok(wrapped)
    }
}

impl PartialEq for PublicKey {
    /// The same key, however its SubjectPublicKeyInfo was encoded.
    fn eq(&self, other: &Self) -> bool {
        match (&self.point, &other.point) {
            (Some(a), Some(b)) => self.algorithm == other.algorithm && a == b,
            (None, None) => self.key.public_eq(&other.key),
            _ => false,
        }
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.algorithm)
    }
}

/// Sets what OpenSSL must know besides key and digest. An SM2 context takes e as it is.
pub(crate) fn prepare_signature<T: HasPublic>(
    context: &mut PkeyCtx<T>,
    scheme: &SignatureScheme,
) -> Result<(), ErrorStack> {
    match scheme {
        SignatureScheme::RsaPkcs1(hash) => {
            context.set_rsa_padding(Padding::PKCS1)?;
            context.set_signature_md(hash.md())
        }
        SignatureScheme::RsaPss(hash) => {
            context.set_rsa_padding(Padding::PKCS1_PSS)?;
            context.set_signature_md(hash.md())?;
            context.set_rsa_mgf1_md(hash.md())?;
            context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)
        }
        SignatureScheme::Ecdsa(hash) => context.set_signature_md(hash.md()),
        SignatureScheme::Sm2(_) => Ok(()),
    }
}

/// Sets padding and hash of an encryption or decryption.
pub(crate) fn prepare_transport<T>(context: &mut PkeyCtx<T>, transport: KeyTransport) -> Result<(), ErrorStack> {
    match transport {
        KeyTransport::RsaOaep(hash) => {
            context.set_rsa_padding(Padding::PKCS1_OAEP)?;
            context.set_rsa_oaep_md(hash.md())?;
            context.set_rsa_mgf1_md(hash.md())
        }
        KeyTransport::RsaPkcs1 => context.set_rsa_padding(Padding::PKCS1),
        KeyTransport::Sm2 => Ok(()),
    }
}

/// Bytes of the modulus that a message cannot use (RFC 8017 §7.1.1, §7.2.1).
fn overhead(transport: KeyTransport) -> usize {
    match transport {
        KeyTransport::RsaOaep(hash) => 2 * hash.output_len() + 2,
        KeyTransport::RsaPkcs1 => 11,
        KeyTransport::Sm2 => 0,
    }
}

fn rsa_algorithm(key: &PKeyRef<Public>) -> Result<KeyAlgorithm, PublicKeyError> {
    let rsa = key.rsa().map_err(|_| PublicKeyError::Malformed)?;
    if !rsa.e().is_odd() || rsa.e().num_bits() < 2 || !rsa.n().is_odd() {
        return Err(PublicKeyError::Malformed);
    }
    let bits = key.bits();
    if RSA_BITS.contains(&bits) { Ok(KeyAlgorithm::Rsa { bits }) } else { Err(PublicKeyError::RsaSize { bits }) }
}

/// The point as `04 ‖ x ‖ y`; reading it proves that it lies on the curve.
fn uncompressed(algorithm: KeyAlgorithm, point: &[u8]) -> Result<Arc<[u8]>, PublicKeyError> {
    let (nid, field_len) = match (algorithm, algorithm.field_len()) {
        (KeyAlgorithm::Sm2, Some(len)) => (Nid::SM2, len),
        (KeyAlgorithm::P256, Some(len)) => (Nid::X9_62_PRIME256V1, len),
        (KeyAlgorithm::P384, Some(len)) => (Nid::SECP384R1, len),
        _ => return Err(PublicKeyError::Unsupported),
    };
    // The point at infinity (one zero byte) and the hybrid form are encodings too, but no keys.
    match (point.first(), point.len()) {
        (Some(4), len) if len == 1 + 2 * field_len => {}
        (Some(2 | 3), len) if len == 1 + field_len => {}
        _ => return Err(PublicKeyError::Malformed),
    }
    let convert = || -> Result<Vec<u8>, ErrorStack> {
        let group = EcGroup::from_curve_name(nid)?;
        let mut numbers = BigNumContext::new()?;
        let point = EcPoint::from_bytes(&group, point, &mut numbers)?;
        point.to_bytes(&group, PointConversionForm::UNCOMPRESSED, &mut numbers)
    };
    convert().map(Arc::from).map_err(|_| PublicKeyError::Malformed)
}
