//! SM4-GCM: `AEAD_SM4_GCM` of RFC 8998 §3, with nonces of twelve bytes and tags of sixteen.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::ghash::GhashKey;
use crate::{KEY_LEN, Path, Sm4};

/// Length of a nonce in bytes.
pub const NONCE_LEN: usize = 12;
/// Length of a tag in bytes.
pub const TAG_LEN: usize = 16;

/// The sealed bytes were not made with this key, nonce and associated data, or were altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed data was altered or does not belong to this key")]
pub struct OpenFailed;

/// A key of SM4-GCM. It can be shared between threads, and is wiped when it goes.
pub struct GcmKey {
    cipher: Sm4,
    hash: GhashKey,
}

impl GcmKey {
    /// Expands a key for the fastest path of this processor.
    #[must_use]
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        Self::forced(key, Path::best())
    }

    /// Expands a key for a path.
    ///
    /// # Panics
    /// When this processor has not that path.
    #[must_use]
    pub fn forced(key: &[u8; KEY_LEN], path: Path) -> Self {
        let cipher = Sm4::forced(key, path);
        let mut h = [0; 16];
        cipher.encrypt_blocks(&mut h);
        let hash = GhashKey::new(&h, path);
        h.zeroize();
        Self { cipher, hash }
    }

    /// Encrypts `plain` into `cipher` and gives its tag. A nonce may be used once under a key.
    ///
    /// # Panics
    /// When the lengths differ.
    #[must_use]
    pub fn seal(&self, nonce: &[u8; NONCE_LEN], aad: &[u8], plain: &[u8], cipher: &mut [u8]) -> [u8; TAG_LEN] {
        let mask = self.mask(nonce);
        self.cipher.counter_mode(nonce, 2, plain, cipher);
        self.tag(mask, aad, cipher)
    }

    /// Checks the tag and decrypts `cipher` into `plain`, which stays as it was when the tag does not hold.
    ///
    /// # Errors
    /// [`OpenFailed`].
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        cipher: &[u8],
        tag: &[u8; TAG_LEN],
        plain: &mut [u8],
    ) -> Result<(), OpenFailed> {
        if !bool::from(self.tag(self.mask(nonce), aad, cipher).ct_eq(tag)) {
            return Err(OpenFailed);
        }
        self.cipher.counter_mode(nonce, 2, cipher, plain);
        Ok(())
    }

    /// What hides the hash in the tag. A single block waits for each of its rounds: begun first, it is computed beside the others.
    fn mask(&self, nonce: &[u8; NONCE_LEN]) -> u128 {
        let mut mask = [0; TAG_LEN];
        self.cipher.counter_mode(nonce, 1, &[0; TAG_LEN], &mut mask);
        u128::from_ne_bytes(mask)
    }

    fn tag(&self, mask: u128, aad: &[u8], cipher: &[u8]) -> [u8; TAG_LEN] {
        (mask ^ u128::from_ne_bytes(self.hash.hash(aad, cipher))).to_ne_bytes()
    }
}
