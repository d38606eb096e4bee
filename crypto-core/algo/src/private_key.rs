//! Private keys held in memory: of soft tokens, of imported files, of the demonstration CA.

use std::fmt;

use der::{
    Decode, Sequence,
    asn1::{AnyRef, OctetStringRef},
};
use openssl::{
    derive::Deriver,
    ec::{EcGroup, EcKey},
    error::ErrorStack,
    nid::Nid,
    pkey::{PKey, Private},
    pkey_ctx::PkeyCtx,
    rsa::Rsa,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    Digest, Hash, KeyAlgorithm, KeyTransport, LibraryFailure, OpenKey, PublicKey, SchemeMismatch, Secret, SignDigest,
    SignatureScheme, Suite, UnwrapFailed,
    public_key::{prepare_signature, prepare_transport},
    sm2::Ciphertext,
};

/// A key pair could not be made.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// RSA keys are made with 2048 to 4096 bits, a multiple of 1024.
    #[error("RSA keys of {bits} bits are not made")]
    RsaSize {
        /// What was asked for.
        bits: u32,
    },
    /// The library failed.
    #[error(transparent)]
    Library(#[from] LibraryFailure),
}

/// The bytes are no private key that this program can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// Not PKCS#8, or damaged, or the public half does not belong to the private one.
    #[error("the private key is malformed")]
    Malformed,
    /// A kind or size of key that no suite has.
    #[error("this kind of private key is not supported")]
    Unsupported,
}

/// A signature was refused or failed.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum SignError {
    /// The scheme is of another kind of key, or the digest of another hash.
    #[error(transparent)]
    Scheme(#[from] SchemeMismatch),
    /// SHA-1 is only read.
    #[error("nothing is signed with {0}")]
    WeakHash(Hash),
    /// The library failed.
    #[error(transparent)]
    Library(#[from] LibraryFailure),
}

/// ECDH was refused or failed.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum AgreeError {
    /// The keys are not on the same NIST curve.
    #[error("these keys cannot agree on a secret")]
    Mismatch,
    /// The library failed.
    #[error(transparent)]
    Library(#[from] LibraryFailure),
}

/// `PrivateKeyInfo` (RFC 5958 §2) as far as we write it ourselves.
#[derive(Sequence)]
struct PrivateKeyInfo<'a> {
    version: u8,
    algorithm: AnyRef<'a>,
    key: &'a OctetStringRef,
}

/// `ECPrivateKey` (RFC 5915 §3).
#[derive(Sequence)]
struct EcPrivateKey<'a> {
    version: u8,
    number: &'a OctetStringRef,
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT", constructed = "true")]
    parameters: Option<AnyRef<'a>>,
    #[asn1(context_specific = "1", optional = "true", tag_mode = "EXPLICIT", constructed = "true")]
    public: Option<AnyRef<'a>>,
}

/// A private key with its public half. OpenSSL wipes it when it is dropped.
pub struct PrivateKey {
    key: PKey<Private>,
    public: PublicKey,
}

impl PrivateKey {
    /// Makes a new key pair.
    ///
    /// # Errors
    /// [`GenerateError`].
    ///
    /// # Panics
    /// Never: a key pair that was just made can be read back.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, GenerateError> {
        let key = match algorithm {
            KeyAlgorithm::Rsa { bits: bits @ (2048 | 3072 | 4096) } => {
                PKey::from_rsa(Rsa::generate(bits).map_err(LibraryFailure::from)?).map_err(LibraryFailure::from)?
            }
            KeyAlgorithm::Rsa { bits } => return Err(GenerateError::RsaSize { bits }),
            KeyAlgorithm::Sm2 => generate_on(Nid::SM2)?,
            KeyAlgorithm::P256 => generate_on(Nid::X9_62_PRIME256V1)?,
            KeyAlgorithm::P384 => generate_on(Nid::SECP384R1)?,
        };
        Ok(Self::with_public(key).expect("a key pair that was just made is complete and of a known kind"))
    }

    /// Reads an unencrypted DER PKCS#8 key (RFC 5958 version 1). A trial signature proves that both halves belong
    /// together: a key damaged in its file would otherwise leak itself through wrong RSA-CRT signatures.
    ///
    /// # Errors
    /// [`PrivateKeyError`].
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, PrivateKeyError> {
        let key = PKey::private_key_from_pkcs8(pkcs8).map_err(|_| PrivateKeyError::Malformed)?;
        let key = Self::with_public(key)?;
        let suite = key.public.algorithm().suite().ok_or(PrivateKeyError::Unsupported)?;
        key.proves_possession(suite)?;
        Ok(key)
    }

    /// The key as unencrypted DER PKCS#8.
    ///
    /// # Errors
    /// [`LibraryFailure`].
    pub fn to_pkcs8(&self) -> Result<Secret, LibraryFailure> {
        Ok(Secret::from(self.key.private_key_to_pkcs8()?))
    }

    /// The secret number of a key on a curve, as long as the field; none for RSA. For tokens that take the bare number.
    #[must_use]
    pub fn scalar(&self) -> Option<Secret> {
        let len = self.algorithm().field_len()?;
        // The library gives the number of an SM2 key that it read from PKCS#8 in no other way.
        let pkcs8 = self.to_pkcs8().ok()?;
        let info = PrivateKeyInfo::from_der(pkcs8.expose()).ok()?;
        let number = EcPrivateKey::from_der(info.key.as_bytes()).ok()?.number.as_bytes();
        let mut padded = Secret::from(vec![0; len]);
        padded.expose_mut()[len.checked_sub(number.len())?..].copy_from_slice(number);
        Some(padded)
    }

    /// An RSA key as DER RSAPrivateKey (RFC 8017 §A.1.2); none for other keys.
    #[must_use]
    pub fn to_pkcs1(&self) -> Option<Secret> {
        Some(Secret::from(self.key.rsa().ok()?.private_key_to_der().ok()?))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Kind and size.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.public.algorithm()
    }

    /// Signs `message`.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(&self, scheme: &SignatureScheme, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.sign_digest(scheme, &self.public.to_sign(scheme, message)?)
    }

    /// Signs what [`PublicKey::to_sign`] gave.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign_digest(&self, scheme: &SignatureScheme, digest: &Digest) -> Result<Vec<u8>, SignError> {
        if !scheme.fits(self.algorithm()) || digest.len() != scheme.hash().output_len() {
            return Err(SchemeMismatch.into());
        }
        if scheme.hash() == Hash::Sha1 {
            return Err(SignError::WeakHash(Hash::Sha1));
        }
        let sign = || -> Result<Vec<u8>, ErrorStack> {
            let mut context = PkeyCtx::new(&self.key)?;
            context.sign_init()?;
            prepare_signature(&mut context, scheme)?;
            let mut signature = Vec::new();
            context.sign_to_vec(digest.as_ref(), &mut signature)?;
            Ok(signature)
        };
        sign().map_err(|failure| LibraryFailure::from(failure).into())
    }

    /// Opens a wrapped key. RSA PKCS#1 v1.5 with bad padding does not fail but gives random bytes (OpenSSL's implicit
    /// rejection); whoever uses them finds out by the MAC or length of what they protect.
    ///
    /// # Errors
    /// [`UnwrapFailed`] for every reason.
    pub fn unwrap_key(&self, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, UnwrapFailed> {
        match (transport, self.algorithm()) {
            (KeyTransport::Sm2, KeyAlgorithm::Sm2) => Ciphertext::candidates(wrapped)
                .iter()
                .find_map(|ciphertext| self.decrypt(transport, &ciphertext.to_der()).ok())
                .ok_or(UnwrapFailed),
            // As long as the modulus (RFC 8017 §7.1.2 and §7.2.2): the library takes a number without its leading zeros too.
            (KeyTransport::RsaOaep(_) | KeyTransport::RsaPkcs1, KeyAlgorithm::Rsa { .. })
                if wrapped.len() == self.key.size() =>
            {
                self.decrypt(transport, wrapped).map_err(|_| UnwrapFailed)
            }
            _ => Err(UnwrapFailed),
        }
    }

    /// ECDH on P-256 or P-384: the x-coordinate of the shared point, as long as a field element.
    ///
    /// # Errors
    /// [`AgreeError`].
    pub fn agree(&self, peer: &PublicKey) -> Result<Secret, AgreeError> {
        let same = self.algorithm() == peer.algorithm();
        if !same || !matches!(peer.algorithm(), KeyAlgorithm::P256 | KeyAlgorithm::P384) {
            return Err(AgreeError::Mismatch);
        }
        let derive = || -> Result<Vec<u8>, ErrorStack> {
            let mut deriver = Deriver::new(&self.key)?;
            deriver.set_peer(peer.openssl())?;
            deriver.derive_to_vec()
        };
        Ok(Secret::from(derive().map_err(LibraryFailure::from)?))
    }

    fn with_public(key: PKey<Private>) -> Result<Self, PrivateKeyError> {
        let spki = key.public_key_to_der().map_err(|_| PrivateKeyError::Malformed)?;
        let public = PublicKey::from_spki(&spki).map_err(|_| PrivateKeyError::Unsupported)?;
        Ok(Self { key, public })
    }

    fn proves_possession(&self, suite: Suite) -> Result<(), PrivateKeyError> {
        let scheme = suite.signature_scheme();
        let signature = self.sign(&scheme, b"trial").map_err(|_| PrivateKeyError::Malformed)?;
        self.public.verify(&scheme, b"trial", &signature).map_err(|_| PrivateKeyError::Malformed)
    }

    fn decrypt(&self, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, ErrorStack> {
        let mut context = PkeyCtx::new(&self.key)?;
        context.decrypt_init()?;
        prepare_transport(&mut context, transport)?;
        let mut opened = Zeroizing::new(vec![0; context.decrypt(wrapped, None)?]);
        let len = context.decrypt(wrapped, Some(&mut opened))?;
        opened.truncate(len);
        Ok(Secret::from(std::mem::take(&mut *opened)))
    }
}

impl SignDigest for PrivateKey {
    type Error = SignError;

    fn sign_digest(&mut self, scheme: &SignatureScheme, digest: &Digest) -> Result<Vec<u8>, SignError> {
        Self::sign_digest(self, scheme, digest)
    }
}

impl OpenKey for PrivateKey {
    type Error = UnwrapFailed;

    fn unwrap_key(&mut self, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, UnwrapFailed> {
        Self::unwrap_key(self, transport, wrapped)
    }

    fn agree(&mut self, peer: &PublicKey) -> Result<Secret, UnwrapFailed> {
        Self::agree(self, peer).map_err(|_| UnwrapFailed)
    }
}

impl fmt::Debug for PrivateKey {
    /// The kind of key, nothing of the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", self.algorithm())
    }
}

fn generate_on(curve: Nid) -> Result<PKey<Private>, LibraryFailure> {
    let group = EcGroup::from_curve_name(curve)?;
    Ok(PKey::from_ec_key(EcKey::generate(&group)?)?)
}
