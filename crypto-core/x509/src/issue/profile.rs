//! Which extensions each kind of certificate has.

use algo::{KeyAlgorithm, PublicKey};

use super::NewExtension;
use crate::key_usage::KeyUsage;
use crate::oid::purpose;

/// A kind of certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// A root authority.
    Root,
    /// An authority below another, with a limit on authorities below itself.
    Intermediate {
        /// Most authorities below it.
        path_len: u8,
    },
    /// The signing half of a double certificate (签名证书).
    Sign,
    /// The encryption half of a double certificate (加密证书).
    Encrypt,
    /// A time stamping authority (RFC 3161 §2.3).
    TimeStamping,
}

impl Profile {
    /// The extensions for a holder with `key`, issued by the authority with the key identifier `authority_key_id`.
    #[must_use]
    pub fn extensions(self, key: &PublicKey, authority_key_id: &[u8]) -> Vec<NewExtension> {
        let mut extensions = vec![
            self.basic_constraints(),
            NewExtension::key_usage(self.key_usage(key.algorithm())),
            NewExtension::subject_key_id(key),
            NewExtension::authority_key_id(authority_key_id),
        ];
        extensions.extend(self.purposes());
        extensions
    }

    /// Key usage of this kind. Keys on a curve may also agree on keys; RSA keys cannot.
    #[must_use]
    pub fn key_usage(self, key: KeyAlgorithm) -> KeyUsage {
        match self {
            Self::Root | Self::Intermediate { .. } => KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN),
            Self::Sign | Self::TimeStamping => KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::NON_REPUDIATION),
            Self::Encrypt => {
                let wrap = KeyUsage::KEY_ENCIPHERMENT.with(KeyUsage::DATA_ENCIPHERMENT);
                match key {
                    KeyAlgorithm::Rsa { .. } => wrap,
                    KeyAlgorithm::Sm2 | KeyAlgorithm::P256 | KeyAlgorithm::P384 => wrap.with(KeyUsage::KEY_AGREEMENT),
                }
            }
        }
    }

    fn basic_constraints(self) -> NewExtension {
        match self {
            Self::Root => NewExtension::basic_constraints(true, None),
            Self::Intermediate { path_len } => NewExtension::basic_constraints(true, Some(path_len)),
            Self::Sign | Self::Encrypt | Self::TimeStamping => NewExtension::basic_constraints(false, None),
        }
    }

    fn purposes(self) -> Option<NewExtension> {
        match self {
            Self::Root | Self::Intermediate { .. } | Self::Encrypt => None,
            Self::Sign => Some(NewExtension::purposes(&[purpose::CLIENT_AUTH, purpose::EMAIL_PROTECTION], false)),
            // RFC 3161 §2.3: critical, and the only purpose.
            Self::TimeStamping => Some(NewExtension::purposes(&[purpose::TIME_STAMPING], true)),
        }
    }
}
