//! C2SP chunked-encryption, version 1 (<https://c2sp.org/chunked-encryption>): one message, cut into chunks that are
//! sealed on their own, with a commitment to the key.

use crate::Profile;
use crate::limits::{CHUNK_LEN, HASH_LEN, SALT_LEN, TAG_LEN};
use algo::{AeadKey, hkdf_expand};
use zeroize::Zeroizing;

#[cfg(test)]
mod wycheproof;

const NONCE_LEN: usize = 12;
const LABEL: &[u8] = b"c2sp.org/chunked-encryption@v1+";

/// 24 random bytes, fresh for each message.
pub(crate) type Salt = [u8; SALT_LEN];

/// A value that only one key, salt and context have. It is compared before anything is opened: GCM alone lets one
/// ciphertext open under two keys to two prices.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commitment(pub(crate) [u8; HASH_LEN]);

/// The key of one message, for all threads at once.
pub(crate) struct MessageKey {
    aead: AeadKey,
    base_nonce: [u8; NONCE_LEN],
}

/// A chunk's tag did not hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ChunkAltered;

impl MessageKey {
    /// Derives the key of the message and its commitment. `input_key` is the PRK itself: there is no extract step.
    pub(crate) fn derive(profile: Profile, input_key: &[u8; 32], salt: &Salt, context: &[u8]) -> (Self, Commitment) {
        let mut okm = Zeroizing::new(vec![0; profile.key_len() + NONCE_LEN + HASH_LEN]);
        let info = [LABEL, profile.aead_name().as_bytes(), &[0], salt, context];
        hkdf_expand(profile.derivation_hash(), input_key, &info, &mut okm)
            .expect("the output is far shorter than 255 hashes");
        let (key, rest) = okm.split_at(profile.key_len());
        let (nonce, commitment) = rest.split_at(NONCE_LEN);
        let message_key = Self {
            aead: AeadKey::new(profile.aead(), key).expect("the profile's own key length"),
            base_nonce: nonce.try_into().expect("split at this length"),
        };
        (message_key, Commitment(commitment.try_into().expect("what is left of this length")))
    }

    /// Seals chunk number `index` into `sealed`, which is [`TAG_LEN`] bytes longer than `plain`.
    pub(crate) fn seal_chunk(&self, index: u64, plain: &[u8], sealed: &mut [u8]) {
        debug_assert!(plain.len() <= CHUNK_LEN);
        self.aead.seal(&self.nonce(index), &[], plain, sealed).expect("the lengths fit and the cipher is there");
    }

    /// Opens chunk number `index` into `plain`, which is [`TAG_LEN`] bytes shorter than `sealed`.
    pub(crate) fn open_chunk(&self, index: u64, sealed: &[u8], plain: &mut [u8]) -> Result<(), ChunkAltered> {
        debug_assert!(sealed.len() >= TAG_LEN);
        self.aead.open(&self.nonce(index), &[], sealed, plain).map_err(|_| ChunkAltered)
    }

    /// The base nonce XOR the chunk's number as a big-endian integer.
    fn nonce(&self, index: u64) -> [u8; NONCE_LEN] {
        let mut nonce = self.base_nonce;
        for (byte, count) in nonce[NONCE_LEN - 8..].iter_mut().zip(index.to_be_bytes()) {
            *byte ^= count;
        }
        nonce
    }
}

impl Commitment {
    /// Compares in constant time.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        algo::constant_time_eq(&self.0, &other.0)
    }
}
