//! What is special about SM2: the value Z of a signer, and the forms of a ciphertext.

use der::{
    Decode, Encode, Sequence,
    asn1::{OctetStringRef, UintRef},
};
use thiserror::Error;

use crate::{Digest, Hash, Hasher, Sm2Id};

/// Coefficients and base point of the curve, a ‖ b ‖ x_G ‖ y_G (GM/T 0003.5 §2).
const CURVE: [u8; 128] = *b"\
\xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xfc\
\x28\xe9\xfa\x9e\x9d\x9f\x5e\x34\x4d\x5a\x9e\x4b\xcf\x65\x09\xa7\xf3\x97\x89\xf5\x15\xab\x8f\x92\xdd\xbc\xbd\x41\x4d\x94\x0e\x93\
\x32\xc4\xae\x2c\x1f\x19\x81\x19\x5f\x99\x04\x46\x6a\x39\xc9\x94\x8f\xe3\x0b\xbf\xf2\x66\x0b\xe1\x71\x5a\x45\x89\x33\x4c\x74\xc7\
\xbc\x37\x36\xa2\xf4\xf6\x77\x9c\x59\xbd\xce\xe3\x6b\x69\x21\x53\xd0\xa9\x87\x7c\xc6\x2a\x47\x40\x02\xdf\x32\xe5\x21\x39\xf0\xa0";

/// Z = SM3(ENTL ‖ id ‖ a ‖ b ‖ x_G ‖ y_G ‖ x_A ‖ y_A), GM/T 0003.2 §5.5. `point` is x_A ‖ y_A.
pub(crate) fn z(id: &Sm2Id, point: &[u8]) -> Digest {
    let bits = u16::try_from(id.as_bytes().len() * 8).expect("Sm2Id::new bounds the length");
    let mut hasher = Hash::Sm3.hasher();
    hasher.update(&bits.to_be_bytes());
    hasher.update(id.as_bytes());
    hasher.update(&CURVE);
    hasher.update(point);
    hasher.finish()
}

/// A hasher that already took Z, so that the message gives e = SM3(Z ‖ M).
pub(crate) fn message_hasher(z: &Digest) -> Hasher {
    let mut hasher = Hash::Sm3.hasher();
    hasher.update(z.as_ref());
    hasher
}

/// Order of the parts in a ciphertext without DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawOrder {
    /// Point, hash, cipher text: GM/T 0003 since 2012.
    C1C3C2,
    /// Point, cipher text, hash: the drafts before, and old libraries.
    C1C2C3,
}

/// Not an SM2 ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an SM2 ciphertext")]
pub struct NotACiphertext;

/// An SM2 ciphertext taken apart. That the point lies on the curve is checked when it is decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ciphertext {
    /// x-coordinate of C1.
    pub x: [u8; 32],
    /// y-coordinate of C1.
    pub y: [u8; 32],
    /// C3, the hash.
    pub hash: [u8; 32],
    /// C2, as long as the plain text.
    pub cipher: Vec<u8>,
}

/// `SM2Cipher ::= SEQUENCE { XCoordinate INTEGER, YCoordinate INTEGER, HASH OCTET STRING, CipherText OCTET STRING }`,
/// GM/T 0009 §7.2.
#[derive(Sequence)]
struct Sm2Cipher<'a> {
    x: UintRef<'a>,
    y: UintRef<'a>,
    hash: &'a OctetStringRef,
    cipher: &'a OctetStringRef,
}

impl Ciphertext {
    /// Reads GM/T 0009 DER.
    ///
    /// # Errors
    /// [`NotACiphertext`].
    pub fn from_der(der: &[u8]) -> Result<Self, NotACiphertext> {
        let parts = Sm2Cipher::from_der(der).map_err(|_| NotACiphertext)?;
        Ok(Self {
            x: left_padded(parts.x.as_bytes()).ok_or(NotACiphertext)?,
            y: left_padded(parts.y.as_bytes()).ok_or(NotACiphertext)?,
            hash: parts.hash.as_bytes().try_into().map_err(|_| NotACiphertext)?,
            cipher: parts.cipher.as_bytes().to_vec(),
        })
    }

    /// Reads the parts set side by side, without a leading 04.
    ///
    /// # Errors
    /// [`NotACiphertext`] when there are fewer than 97 bytes.
    pub fn from_raw(raw: &[u8], order: RawOrder) -> Result<Self, NotACiphertext> {
        let (x, rest) = raw.split_first_chunk().ok_or(NotACiphertext)?;
        let (y, rest) = rest.split_first_chunk().ok_or(NotACiphertext)?;
        let (hash, cipher) = match order {
            RawOrder::C1C3C2 => rest.split_first_chunk().ok_or(NotACiphertext)?,
            RawOrder::C1C2C3 => {
                let (cipher, hash) = rest.split_last_chunk().ok_or(NotACiphertext)?;
                (hash, cipher)
            }
        };
        if cipher.is_empty() {
            return Err(NotACiphertext);
        }
        Ok(Self { x: *x, y: *y, hash: *hash, cipher: cipher.to_vec() })
    }

    /// All that `wrapped` may mean, the likeliest first: DER; raw with and without a leading 04, either order. The forms
    /// cannot be told apart by looking, but C3 proves the right one on decryption.
    #[must_use]
    pub fn candidates(wrapped: &[u8]) -> Vec<Self> {
        if let Ok(ciphertext) = Self::from_der(wrapped) {
            return vec![ciphertext];
        }
        let without_prefix = wrapped.strip_prefix(&[4]);
        let raw = |bytes| [RawOrder::C1C3C2, RawOrder::C1C2C3].map(|order| Self::from_raw(bytes, order));
        without_prefix.into_iter().chain([wrapped]).flat_map(raw).flatten().collect()
    }

    /// GM/T 0009 DER.
    ///
    /// # Panics
    /// Only for a cipher text of 256 MiB and more, which is no wrapped key.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        const SHORT: &str = "coordinates and a wrapped key are far below the lengths DER cannot express";
        let parts = Sm2Cipher {
            x: UintRef::new(&self.x).expect(SHORT),
            y: UintRef::new(&self.y).expect(SHORT),
            hash: OctetStringRef::new(&self.hash).expect(SHORT),
            cipher: OctetStringRef::new(&self.cipher).expect(SHORT),
        };
        parts.to_der().expect(SHORT)
    }

    /// The parts set side by side, without a leading 04.
    #[must_use]
    pub fn to_raw(&self, order: RawOrder) -> Vec<u8> {
        match order {
            RawOrder::C1C3C2 => [&self.x[..], &self.y, &self.hash, &self.cipher].concat(),
            RawOrder::C1C2C3 => [&self.x[..], &self.y, &self.cipher, &self.hash].concat(),
        }
    }
}

/// Strips or adds zeros in front: encodings of integers differ in that, lengths of coordinates do not.
fn left_padded(bytes: &[u8]) -> Option<[u8; 32]> {
    let mut padded = [0; 32];
    padded[32_usize.checked_sub(bytes.len())?..].copy_from_slice(bytes);
    Some(padded)
}
