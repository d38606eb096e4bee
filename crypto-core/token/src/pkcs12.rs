//! PKCS#12 files (RFC 7292): reading private keys and certificates that a CA or another program exported.
//!
//! Files of OpenSSL 1.1 (3DES and RC2 under the PKCS#12 key derivation, SHA-1 MAC), of OpenSSL 3 (PBES2, AES, SHA-256
//! MAC) and of Chinese tools (PBES2 with SM4-CBC and HMAC-SM3) are read. Nothing is written: a key leaves our tokens by
//! no way.

mod asn1;
mod bags;
mod encryption;
mod kdf;
mod mac;

use algo::{Password, PrivateKey};
use x509::Certificate;

/// What a PKCS#12 file held.
#[non_exhaustive]
pub struct Pkcs12 {
    /// Private keys, each with the certificate of its public key.
    pub keys: Vec<Pkcs12Key>,
    /// Certificates without a key here: the CA's, usually.
    pub others: Vec<Certificate>,
}

/// One private key of a file.
#[non_exhaustive]
pub struct Pkcs12Key {
    /// The key.
    pub key: PrivateKey,
    /// The certificate that belongs to it, found by its public key.
    pub certificate: Option<Certificate>,
    /// The name it was exported under (friendlyName).
    pub name: Option<String>,
}

/// A PKCS#12 file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs12Error {
    /// No PKCS#12 file, or a damaged one.
    #[error("not a PKCS#12 file: {0}")]
    Malformed(String),
    /// The password is wrong (its MAC does not fit), or the file was altered: the format cannot tell one from the other.
    #[error("wrong password")]
    PasswordWrong,
    /// An algorithm that is not supported, by its OID, or a cost beyond reason.
    #[error("the file uses {0}, which is not supported")]
    Unsupported(String),
    /// The file has no private key.
    #[error("the file has no private key")]
    NoKey,
}

impl Pkcs12 {
    /// Reads a file. The MAC is checked before anything is decrypted.
    ///
    /// # Errors
    /// [`Pkcs12Error`].
    pub fn open(bytes: &[u8], password: &Password) -> Result<Self, Pkcs12Error> {
        let contents = mac::authenticated_contents(bytes, password)?;
        let found = bags::read(&contents, password)?;
        if found.keys.is_empty() {
            return Err(Pkcs12Error::NoKey);
        }
        let mut others = found.certificates;
        let keys = found
            .keys
            .into_iter()
            .map(|(key, name)| {
                let fits = |certificate: &Certificate| certificate.public_key().spki() == key.public().spki();
                let certificate = others.iter().position(fits).map(|index| others.remove(index));
                Pkcs12Key { key, certificate, name }
            })
            .collect();
        Ok(Self { keys, others })
    }
}

fn malformed(error: der::Error) -> Pkcs12Error {
    Pkcs12Error::Malformed(error.to_string())
}
