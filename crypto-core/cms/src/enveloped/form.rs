//! The forms in which an envelope is written for a recipient.

use algo::{Cbc, Hash, KeyAlgorithm, KeyTransport};
use const_oid::ObjectIdentifier;

/// The identifier that names SM2 encryption; programs disagree, and some accept only their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sm2KeyEncryption {
    /// `1.2.156.10197.1.301.3`, public-key encryption in GB/T 33560.
    #[default]
    Encryption,
    /// `1.2.156.10197.1.301.2`, properly key exchange: what GmSSL writes and the only one that it accepts.
    Exchange,
}

impl Sm2KeyEncryption {
    /// The identifier.
    #[must_use]
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Encryption => algo::oid::SM2_ENCRYPT,
            Self::Exchange => algo::oid::SM2_EXCHANGE,
        }
    }
}

/// How a key reaches its recipient, and the cipher of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecipientForm {
    /// RSAES-OAEP with SHA-256; AES-256-CBC.
    RsaOaepSha256,
    /// RSAES-OAEP with SHA-1, for tokens that know no other; AES-256-CBC. SHA-1's collisions do not touch OAEP.
    RsaOaepSha1,
    /// RSAES-PKCS1-v1_5, for old tokens; AES-256-CBC.
    RsaPkcs1,
    /// RSAES-PKCS1-v1_5 with SM4-CBC, for SKF tokens, which import SM4 session keys only.
    RsaPkcs1Sm4,
    /// SM2 with SM4-CBC in a GB/T 35275 message.
    Sm2 {
        /// Which identifier names the encryption.
        named: Sm2KeyEncryption,
    },
    /// Ephemeral-static ECDH on the recipient's curve, X9.63 KDF, AES-256 key wrap (RFC 5753); AES-256-CBC.
    EcdhKari,
}

impl RecipientForm {
    /// The form for a recipient of whom nothing is known but the key.
    #[must_use]
    pub fn for_key(key: KeyAlgorithm) -> Self {
        match key {
            KeyAlgorithm::Sm2 => Self::Sm2 { named: Sm2KeyEncryption::default() },
            KeyAlgorithm::Rsa { .. } => Self::RsaOaepSha256,
            KeyAlgorithm::P256 | KeyAlgorithm::P384 => Self::EcdhKari,
        }
    }

    /// Whether it can be written for this kind of key.
    #[must_use]
    pub fn fits(self, key: KeyAlgorithm) -> bool {
        match self {
            Self::RsaOaepSha256 | Self::RsaOaepSha1 | Self::RsaPkcs1 | Self::RsaPkcs1Sm4 => {
                matches!(key, KeyAlgorithm::Rsa { .. })
            }
            Self::Sm2 { .. } => key == KeyAlgorithm::Sm2,
            Self::EcdhKari => matches!(key, KeyAlgorithm::P256 | KeyAlgorithm::P384),
        }
    }

    /// The cipher of the content.
    #[must_use]
    pub fn cipher(self) -> Cbc {
        match self {
            Self::RsaPkcs1Sm4 | Self::Sm2 { .. } => Cbc::Sm4,
            Self::RsaOaepSha256 | Self::RsaOaepSha1 | Self::RsaPkcs1 | Self::EcdhKari => Cbc::Aes256,
        }
    }

    /// The encryption of the key; nothing for key agreement.
    pub(super) fn transport(self) -> Option<KeyTransport> {
        match self {
            Self::RsaOaepSha256 => Some(KeyTransport::RsaOaep(Hash::Sha256)),
            Self::RsaOaepSha1 => Some(KeyTransport::RsaOaep(Hash::Sha1)),
            Self::RsaPkcs1 | Self::RsaPkcs1Sm4 => Some(KeyTransport::RsaPkcs1),
            Self::Sm2 { .. } => Some(KeyTransport::Sm2),
            Self::EcdhKari => None,
        }
    }
}
