//! Containers (容器): where a signing and an encryption key with their certificates belong together.

use std::fmt;
use std::str::FromStr;

use algo::{KeyAlgorithm, PublicKey};
use x509::Certificate;

/// Name of a container on one token: 1 to 64 of the characters `0-9 A-Z a-z . _ -`, so that it can also name a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerId(String);

impl ContainerId {
    /// A fresh name that no container has: 16 random hexadecimal digits.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn random() -> Result<Self, algo::RandomFailure> {
        let bytes = algo::random::<8>()?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ContainerId {
    type Err = ContainerIdInvalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        // A leading dot would make a hidden file, or one of the two special names.
        let valid = (1..=64).contains(&text.len()) && !text.starts_with('.') && text.bytes().all(allowed);
        if valid { Ok(Self(text.to_owned())) } else { Err(ContainerIdInvalid(text.to_owned())) }
    }
}

impl fmt::Display for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no container name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a container name (1 to 64 of 0-9 A-Z a-z . _ -)")]
pub struct ContainerIdInvalid(pub String);

/// Which of the two keys of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyUse {
    /// The signing key (签名密钥), made on the token.
    Sign,
    /// The encryption key (加密密钥); Chinese CAs make it and keep a copy.
    Encrypt,
}

impl KeyUse {
    /// `sign` or `encrypt`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Encrypt => "encrypt",
        }
    }
}

/// Names one key of a token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId {
    /// The container it lies in.
    pub container: ContainerId,
    /// Which of the container's two keys.
    pub key_use: KeyUse,
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.container, self.key_use.name())
    }
}

/// One key of a container, as far as it is visible without a PIN.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeyEntry {
    /// Its name on the token.
    pub key: KeyId,
    /// Its algorithm.
    pub algorithm: KeyAlgorithm,
    /// Its public half; a token may hold a certificate's key without telling it.
    pub public_key: PublicKey,
    /// Its certificate, once imported.
    pub certificate: Option<Certificate>,
}

/// A container with its keys.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Container {
    /// Its name on the token.
    pub id: ContainerId,
    /// What the token calls it for people; the id where it has no label.
    pub label: String,
    /// The signing key.
    pub sign: Option<KeyEntry>,
    /// The encryption key.
    pub encrypt: Option<KeyEntry>,
}

impl Container {
    /// The key for this use.
    #[must_use]
    pub fn key(&self, key_use: KeyUse) -> Option<&KeyEntry> {
        match key_use {
            KeyUse::Sign => self.sign.as_ref(),
            KeyUse::Encrypt => self.encrypt.as_ref(),
        }
    }

    /// Both keys, as far as they exist.
    pub fn keys(&self) -> impl Iterator<Item = &KeyEntry> {
        self.sign.iter().chain(self.encrypt.iter())
    }
}

/// What [`Token::delete`](crate::Token::delete) removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerPart {
    /// Only the certificate of one key; the key stays.
    Certificate(KeyUse),
    /// One key with its certificate.
    Key(KeyUse),
    /// The container with everything in it.
    All,
}
