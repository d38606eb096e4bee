//! SM4 (GB/T 32907): the expanded key, and the modes that work on many blocks at once.

#[cfg(target_arch = "x86_64")]
#[macro_use]
mod lanes;
#[cfg(target_arch = "x86_64")]
mod aes_avx2;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod basis;
#[cfg(target_arch = "x86_64")]
mod gfni_avx2;
#[cfg(target_arch = "x86_64")]
mod gfni_avx512;
mod key;
mod planes;

use zeroize::Zeroizing;

use crate::Path;

/// Length of a key in bytes.
pub const KEY_LEN: usize = 16;
/// Length of a block in bytes.
pub const BLOCK_LEN: usize = 16;

/// The round keys, in the order in which they are used and in the basis of the path that uses them.
pub(crate) type RoundKeys = [u32; 32];

/// An expanded key. It can be shared between threads, and is wiped when it goes.
pub struct Sm4 {
    encrypt: Zeroizing<RoundKeys>,
    decrypt: Zeroizing<RoundKeys>,
    path: Path,
}

impl Sm4 {
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
        assert!(path.is_available(), "this processor has no {}", path.name());
        let mut encrypt = key::expand(key);
        #[cfg(target_arch = "x86_64")]
        if matches!(path, Path::GfniAvx512 | Path::GfniAvx2) {
            basis::round_keys(&mut encrypt);
        }
        let mut decrypt = encrypt.clone();
        decrypt.reverse();
        Self { encrypt, decrypt, path }
    }

    /// The path it was expanded for.
    #[must_use]
    pub fn path(&self) -> Path {
        self.path
    }

    /// XORs the key stream of counter mode with `from`: block i of it is SM4(nonce ‖ be32(`counter` + i)). The counter
    /// wraps at 2³² as in GCM (NIST SP 800-38D §6.2, inc32).
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn counter_mode(&self, nonce: &[u8; 12], counter: u32, from: &[u8], to: &mut [u8]) {
        assert_eq!(from.len(), to.len(), "each byte has its place");
        match self.path {
            // SAFETY: a key for this path is made only after the processor was found to have its instructions.
            #[cfg(target_arch = "x86_64")]
            Path::GfniAvx512 => unsafe { gfni_avx512::counter_mode(&self.encrypt, nonce, counter, from, to) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Path::GfniAvx2 => unsafe { gfni_avx2::counter_mode(&self.encrypt, nonce, counter, from, to) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Path::AesAvx2 => unsafe { aes_avx2::counter_mode(&self.encrypt, nonce, counter, from, to) },
            _ => planes::counter_mode(&self.encrypt, nonce, counter, from, to),
        }
    }

    /// Encrypts blocks one by one (ECB), in place.
    ///
    /// # Panics
    /// When `data` is not whole blocks.
    pub fn encrypt_blocks(&self, data: &mut [u8]) {
        self.blocks(&self.encrypt, data);
    }

    /// Decrypts blocks one by one (ECB), in place.
    ///
    /// # Panics
    /// When `data` is not whole blocks.
    pub fn decrypt_blocks(&self, data: &mut [u8]) {
        self.blocks(&self.decrypt, data);
    }

    /// Decrypts CBC without looking at the padding. `plain` has the length of `cipher`.
    ///
    /// # Panics
    /// When the lengths differ or are not whole blocks.
    pub fn decrypt_cbc(&self, iv: &[u8; BLOCK_LEN], cipher: &[u8], plain: &mut [u8]) {
        plain.copy_from_slice(cipher);
        self.decrypt_blocks(plain);
        let before = iv.iter().chain(cipher);
        plain.iter_mut().zip(before).for_each(|(plain, before)| *plain ^= before);
    }

    fn blocks(&self, keys: &RoundKeys, data: &mut [u8]) {
        assert!(data.len().is_multiple_of(BLOCK_LEN), "{} bytes are not whole blocks", data.len());
        match self.path {
            // SAFETY: a key for this path is made only after the processor was found to have its instructions.
            #[cfg(target_arch = "x86_64")]
            Path::GfniAvx512 => unsafe { gfni_avx512::blocks(keys, data) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Path::GfniAvx2 => unsafe { gfni_avx2::blocks(keys, data) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Path::AesAvx2 => unsafe { aes_avx2::blocks(keys, data) },
            _ => planes::blocks(keys, data),
        }
    }
}

/// The nonce as the three words that all counter blocks share.
fn words(nonce: &[u8; 12]) -> [u32; 3] {
    let mut words = [0; 3];
    for (word, bytes) in words.iter_mut().zip(nonce.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}
