//! A suite: one named choice of algorithms.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{Aead, Cbc, Hash, SignatureScheme, Sm2Id};

/// One named choice of key, hash, signature and cipher. Adding one touches this crate only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Suite {
    /// SM2, SM3, SM4.
    Sm,
    /// RSA of at least 2048 bits, SHA-256, AES-256.
    Rsa,
    /// ECDSA on P-256, SHA-256, AES-256.
    P256,
    /// ECDSA on P-384, SHA-384, AES-256.
    P384,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 4] = [Self::Sm, Self::Rsa, Self::P256, Self::P384];

    /// The keys that this suite generates.
    #[must_use]
    pub const fn key_algorithm(self) -> KeyAlgorithm {
        match self {
            Self::Sm => KeyAlgorithm::Sm2,
            Self::Rsa => KeyAlgorithm::Rsa { bits: 2048 },
            Self::P256 => KeyAlgorithm::P256,
            Self::P384 => KeyAlgorithm::P384,
        }
    }

    /// The hash function.
    #[must_use]
    pub const fn hash(self) -> Hash {
        match self {
            Self::Sm => Hash::Sm3,
            Self::Rsa | Self::P256 => Hash::Sha256,
            Self::P384 => Hash::Sha384,
        }
    }

    /// How this suite signs unless a caller asks otherwise. RSA: PKCS#1 v1.5, which every PDF reader and token knows.
    #[must_use]
    pub const fn signature_scheme(self) -> SignatureScheme {
        match self {
            Self::Sm => SignatureScheme::Sm2(Sm2Id::DEFAULT),
            Self::Rsa => SignatureScheme::RsaPkcs1(self.hash()),
            Self::P256 | Self::P384 => SignatureScheme::Ecdsa(self.hash()),
        }
    }

    /// The cipher for bulk data.
    #[must_use]
    pub const fn aead(self) -> Aead {
        match self {
            Self::Sm => Aead::Sm4Gcm,
            Self::Rsa | Self::P256 | Self::P384 => Aead::Aes256Gcm,
        }
    }

    /// The content cipher of a key envelope, which tokens can open by themselves.
    #[must_use]
    pub const fn cbc(self) -> Cbc {
        match self {
            Self::Sm => Cbc::Sm4,
            Self::Rsa | Self::P256 | Self::P384 => Cbc::Aes256,
        }
    }

    /// The name used on the command line and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm => "sm",
            Self::Rsa => "rsa",
            Self::P256 => "p256",
            Self::P384 => "p384",
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Not the name of a suite.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown suite {0:?}: sm, rsa, p256 or p384")]
pub struct UnknownSuite(pub String);

impl FromStr for Suite {
    type Err = UnknownSuite;

    fn from_str(name: &str) -> Result<Self, UnknownSuite> {
        Self::ALL.into_iter().find(|suite| suite.name() == name).ok_or_else(|| UnknownSuite(name.to_owned()))
    }
}

/// The kind of a key, and its size where that varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// SM2 on the curve of GM/T 0003.5.
    Sm2,
    /// RSA.
    Rsa {
        /// Length of the modulus in bits.
        bits: u32,
    },
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
}

impl KeyAlgorithm {
    /// The suite that such a key belongs to; none for RSA below 2048 bits, which can only be looked at.
    #[must_use]
    pub const fn suite(self) -> Option<Suite> {
        match self {
            Self::Sm2 => Some(Suite::Sm),
            Self::Rsa { bits } if bits < 2048 => None,
            Self::Rsa { .. } => Some(Suite::Rsa),
            Self::P256 => Some(Suite::P256),
            Self::P384 => Some(Suite::P384),
        }
    }

    /// Length of a coordinate of a point in bytes, for keys on a curve.
    #[must_use]
    pub const fn field_len(self) -> Option<usize> {
        match self {
            Self::Sm2 | Self::P256 => Some(32),
            Self::P384 => Some(48),
            Self::Rsa { .. } => None,
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sm2 => f.write_str("SM2"),
            Self::Rsa { bits } => write!(f, "RSA-{bits}"),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
        }
    }
}
