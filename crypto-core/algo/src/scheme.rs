//! How a signature is made, and the trait of keys that make one.

use std::borrow::Cow;

use thiserror::Error;

use crate::{Digest, Hash, KeyAlgorithm};

/// The identity that an SM2 signature is bound to (GM/T 0009 §10). Signer and verifier have to agree on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sm2Id(Cow<'static, [u8]>);

/// The length of the id in bits has to fit 16 bits (GM/T 0003.2 §5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an SM2 id of {0} bytes is longer than 8191")]
pub struct Sm2IdTooLong(pub usize);

impl Sm2Id {
    /// `1234567812345678`, which practically every certificate and every token uses.
    pub const DEFAULT: Self = Self(Cow::Borrowed(b"1234567812345678"));
    /// No id: OpenSSL's own default, and allowed by newer texts. Try it second, and report it.
    pub const EMPTY: Self = Self(Cow::Borrowed(b""));

    /// Another id.
    ///
    /// # Errors
    /// [`Sm2IdTooLong`] above 8191 bytes.
    pub fn new(id: impl Into<Vec<u8>>) -> Result<Self, Sm2IdTooLong> {
        let id = id.into();
        if id.len() > 8191 { Err(Sm2IdTooLong(id.len())) } else { Ok(Self(Cow::Owned(id))) }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Default for Sm2Id {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How a signature is made. RSA signatures are as long as the modulus, ECDSA and SM2 signatures are DER `{r, s}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SignatureScheme {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    RsaPkcs1(Hash),
    /// RSASSA-PSS (RFC 8017 §8.1), MGF1 with the same hash, salt as long as the hash.
    RsaPss(Hash),
    /// ECDSA (FIPS 186-5).
    Ecdsa(Hash),
    /// SM2 with SM3 (GM/T 0003.2).
    Sm2(Sm2Id),
}

impl SignatureScheme {
    /// The hash function of the signature; SM2 always means SM3.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        match self {
            Self::RsaPkcs1(hash) | Self::RsaPss(hash) | Self::Ecdsa(hash) => *hash,
            Self::Sm2(_) => Hash::Sm3,
        }
    }

    /// Whether a key of this kind can make such a signature.
    #[must_use]
    pub const fn fits(&self, key: KeyAlgorithm) -> bool {
        match self {
            Self::RsaPkcs1(_) | Self::RsaPss(_) => matches!(key, KeyAlgorithm::Rsa { .. }),
            // No standard has ECDSA with SM3.
            Self::Ecdsa(hash) => matches!(key, KeyAlgorithm::P256 | KeyAlgorithm::P384) && !matches!(hash, Hash::Sm3),
            Self::Sm2(_) => matches!(key, KeyAlgorithm::Sm2),
        }
    }
}

/// A key that signs, wherever it lives.
pub trait SignDigest {
    /// What can go wrong there.
    type Error;

    /// Signs what [`PublicKey::to_sign`](crate::PublicKey::to_sign) gave: the hash of the message, for SM2 `e`.
    ///
    /// # Errors
    /// As the place of the key defines.
    fn sign_digest(&mut self, scheme: &SignatureScheme, digest: &Digest) -> Result<Vec<u8>, Self::Error>;
}
