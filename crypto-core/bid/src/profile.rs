//! The two sets of algorithms a bid may use. A file names its profile; nothing is negotiated.

use algo::{Aead, Hash};
use std::fmt;

/// One fixed set of algorithms for the body of a bid. The slots follow their certificates instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// SM3 and SM4-GCM (RFC 8998).
    Sm,
    /// SHA-256, SHA-512 in the key derivation, and AES-256-GCM.
    Intl,
}

impl Profile {
    /// Both profiles.
    pub const ALL: [Self; 2] = [Self::Sm, Self::Intl];

    /// The number that stands in the file.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Self::Sm => 1,
            Self::Intl => 2,
        }
    }

    pub(crate) fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.number() == number)
    }

    /// H: the hash of the context and of the tree.
    #[must_use]
    pub fn hash(self) -> Hash {
        match self {
            Self::Sm => Hash::Sm3,
            Self::Intl => Hash::Sha256,
        }
    }

    /// The hash inside HKDF-Expand. The MAC over the header uses [`Self::hash`].
    pub(crate) fn derivation_hash(self) -> Hash {
        match self {
            Self::Sm => Hash::Sm3,
            Self::Intl => Hash::Sha512,
        }
    }

    pub(crate) fn aead(self) -> Aead {
        match self {
            Self::Sm => Aead::Sm4Gcm,
            Self::Intl => Aead::Aes256Gcm,
        }
    }

    /// The AEAD's name in the registry of IANA; C2SP puts it into the derivation.
    pub(crate) fn aead_name(self) -> &'static str {
        match self {
            Self::Sm => "AEAD_SM4_GCM",
            Self::Intl => "AEAD_AES_256_GCM",
        }
    }

    /// Length in bytes of the AEAD's key.
    pub(crate) fn key_len(self) -> usize {
        match self {
            Self::Sm => 16,
            Self::Intl => 32,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sm => "sm",
            Self::Intl => "intl",
        })
    }
}
