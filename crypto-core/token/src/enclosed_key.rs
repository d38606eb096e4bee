//! An SM2 key pair on its way to a token (GM/T 0009 §7.4 SM2EnvelopedKey 密钥对保护数据): certificate authorities make the
//! encryption key pair, encrypt its private half under a fresh key and that key to the token's signing key.

use algo::{Cbc, KeyAlgorithm, PrivateKey, PublicKey, Secret, cbc_encrypt, sm2::Ciphertext};
use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, Sequence};

use crate::TokenError;

const SM1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.102");
const SM1_ECB: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.102.1");
const SM4_ECB: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.1");
/// Length of the private key, of a coordinate and of what encrypts to as many bytes.
const LEN: usize = 32;

/// A block cipher that encloses a private key, block by block without chaining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnclosingCipher {
    /// SM1, which exists in hardware only.
    Sm1,
    /// SM4.
    Sm4,
}

/// An SM2 key pair that only the holder of one signing key can take out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnclosedKey {
    pub(crate) cipher: EnclosingCipher,
    /// The cipher's key, encrypted to the signing key.
    pub(crate) wrapped: Ciphertext,
    /// The public half.
    pub(crate) public: PublicKey,
    /// The private half, encrypted.
    pub(crate) private: [u8; LEN],
    /// A block of zeros, encrypted: known to who enclosed the key, or from an authority that padded it to 64 bytes.
    pub(crate) zeros: Option<[u8; 16]>,
}

/// Not an enclosed SM2 key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an enclosed SM2 key pair (SM2EnvelopedKey)")]
pub struct NotAnEnclosedKey;

#[derive(Sequence)]
struct AlgorithmIdentifier<'a> {
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct Sm2EnvelopedKey<'a> {
    algorithm: AlgorithmIdentifier<'a>,
    wrapped: AnyRef<'a>,
    public: BitStringRef<'a>,
    private: BitStringRef<'a>,
}

impl EnclosedKey {
    /// Reads the DER form in which authorities send it. Some pad the private key with zeros in front.
    ///
    /// # Errors
    /// [`NotAnEnclosedKey`].
    pub fn from_der(der: &[u8]) -> Result<Self, NotAnEnclosedKey> {
        let parts = Sm2EnvelopedKey::from_der(der).map_err(|_| NotAnEnclosedKey)?;
        let cipher = match parts.algorithm.oid {
            SM1 | SM1_ECB => EnclosingCipher::Sm1,
            algo::oid::SM4 | SM4_ECB => EnclosingCipher::Sm4,
            _ => return Err(NotAnEnclosedKey),
        };
        let wrapped = parts.wrapped.to_der().map_err(|_| NotAnEnclosedKey)?;
        let point = parts.public.as_bytes().ok_or(NotAnEnclosedKey)?;
        let private = parts.private.as_bytes().ok_or(NotAnEnclosedKey)?;
        Ok(Self {
            cipher,
            wrapped: Ciphertext::from_der(&wrapped).map_err(|_| NotAnEnclosedKey)?,
            public: PublicKey::from_point(KeyAlgorithm::Sm2, point).map_err(|_| NotAnEnclosedKey)?,
            private: *private.last_chunk().ok_or(NotAnEnclosedKey)?,
            zeros: private.first_chunk().copied().filter(|_| private.len() == 2 * LEN),
        })
    }

    /// Encloses a key pair to a signing key under SM4, as an authority does.
    ///
    /// # Errors
    /// [`TokenError::Algorithm`] when one of them is no SM2 key.
    pub fn enclose(key: &PrivateKey, to: &PublicKey) -> Result<Self, TokenError> {
        let no_sm2 = || TokenError::Algorithm { what: "enclosing a key other than SM2".to_owned() };
        let number = key.scalar().filter(|_| key.algorithm() == KeyAlgorithm::Sm2).ok_or_else(no_sm2)?;
        let secret = Secret::random(Cbc::Sm4.key_len())?;
        let wrapped = to.wrap(algo::KeyTransport::Sm2, secret.expose()).map_err(|_| no_sm2())?;
        let mut private = [0; LEN];
        for (plain, encrypted) in number.expose().chunks(16).zip(private.chunks_mut(16)) {
            encrypted.copy_from_slice(&one_block(&secret, plain).ok_or_else(no_sm2)?);
        }
        Ok(Self {
            cipher: EnclosingCipher::Sm4,
            wrapped: Ciphertext::from_der(&wrapped).map_err(|_| no_sm2())?,
            public: key.public().clone(),
            private,
            zeros: one_block(&secret, &[0; 16]),
        })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The DER form.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.der(&self.private)
    }

    /// The DER form with the private key padded to 64 bytes, as some authorities send it. A vendor whose keys want the whole
    /// field filled needs this form; `None` where the key came without the padding.
    #[must_use]
    pub fn to_padded_der(&self) -> Option<Vec<u8>> {
        self.zeros.map(|zeros| self.der(&[&zeros[..], &zeros, &self.private].concat()))
    }

    fn der(&self, private: &[u8]) -> Vec<u8> {
        const SHORT: &str = "a point, a wrapped key and 64 bytes are far below the lengths DER cannot express";
        let oid = if self.cipher == EnclosingCipher::Sm4 { SM4_ECB } else { SM1_ECB };
        let wrapped = self.wrapped.to_der();
        let parts = Sm2EnvelopedKey {
            algorithm: AlgorithmIdentifier { oid, parameters: None },
            wrapped: AnyRef::from_der(&wrapped).expect(SHORT),
            public: BitStringRef::from_bytes(self.public.point().expect("an SM2 key has a point")).expect(SHORT),
            private: BitStringRef::from_bytes(private).expect(SHORT),
        };
        parts.to_der().expect(SHORT)
    }
}

/// One block without chaining is one block of CBC under an initialisation vector of zeros.
fn one_block(key: &Secret, block: &[u8]) -> Option<[u8; 16]> {
    let encrypted = cbc_encrypt(Cbc::Sm4, key.expose(), &[0; 16], block).ok()?;
    encrypted.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that was read from a file; the library treats it differently from one that it has just made.
    fn read_key() -> PrivateKey {
        let made = PrivateKey::generate(KeyAlgorithm::Sm2).unwrap();
        let read = PrivateKey::from_pkcs8(made.to_pkcs8().unwrap().expose()).unwrap();
        assert!(made.scalar() == read.scalar());
        read
    }

    #[test]
    fn an_enclosed_key_reads_back_and_opens() {
        let (key, to) = (read_key(), read_key());
        let enclosed = EnclosedKey::enclose(&key, to.public()).unwrap();
        let read = EnclosedKey::from_der(&enclosed.to_der()).unwrap();
        assert_eq!((read.public(), &read.wrapped, read.private), (key.public(), &enclosed.wrapped, enclosed.private));
        let secret = to.unwrap_key(algo::KeyTransport::Sm2, &read.wrapped.to_der()).unwrap();
        let number = key.scalar().unwrap();
        assert_eq!(one_block(&secret, &number.expose()[..16]).unwrap(), read.private[..16]);
        assert_eq!(one_block(&secret, &number.expose()[16..]).unwrap(), read.private[16..]);
        for len in 0..enclosed.to_der().len() {
            assert!(EnclosedKey::from_der(&enclosed.to_der()[..len]).is_err(), "cut at {len}");
        }
        assert!(read.zeros.is_none() && read.to_padded_der().is_none());
        let padded = EnclosedKey::from_der(&enclosed.to_padded_der().unwrap()).unwrap();
        assert_eq!((padded.private, padded.zeros), (enclosed.private, enclosed.zeros));
    }

    #[test]
    fn only_sm2_keys_are_enclosed() {
        let sm2 = PrivateKey::generate(KeyAlgorithm::Sm2).unwrap();
        let p256 = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
        assert!(EnclosedKey::enclose(&p256, sm2.public()).is_err());
        assert!(EnclosedKey::enclose(&sm2, p256.public()).is_err());
    }
}
