//! CBC mode with PKCS#7 padding: the content cipher of key envelopes (RFC 3565, GB/T 35275). It protects no integrity;
//! whoever uses it checks what comes out by a MAC and gives one error for everything.

use openssl::{
    cipher::{Cipher, CipherRef},
    cipher_ctx::CipherCtx,
    error::ErrorStack,
};
use subtle::{ConstantTimeEq, ConstantTimeGreater};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{LibraryFailure, Secret};

/// A block cipher in CBC mode. Blocks and initialisation vectors are 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cbc {
    /// SM4, 16-byte key (GB/T 32907).
    Sm4,
    /// AES-128.
    Aes128,
    /// AES-192, read only by old envelopes.
    Aes192,
    /// AES-256.
    Aes256,
}

impl Cbc {
    /// Length of a key in bytes.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Sm4 | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    fn cipher(self) -> &'static CipherRef {
        match self {
            Self::Sm4 => Cipher::sm4_cbc(),
            Self::Aes128 => Cipher::aes_128_cbc(),
            Self::Aes192 => Cipher::aes_192_cbc(),
            Self::Aes256 => Cipher::aes_256_cbc(),
        }
    }
}

/// Encryption was refused or failed.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum CbcError {
    /// The key has not the cipher's length.
    #[error("a key of {got} bytes where {expected} are needed")]
    KeyLength {
        /// The cipher's key length.
        expected: usize,
        /// Length of what was given.
        got: usize,
    },
    /// The library failed.
    #[error(transparent)]
    Library(#[from] LibraryFailure),
}

/// Wrong key, wrong length or wrong padding: deliberately not told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the data cannot be decrypted")]
pub struct DecryptFailed;

/// Encrypts `plain`; the result is 1 to 16 bytes longer.
///
/// # Errors
/// [`CbcError::KeyLength`].
pub fn cbc_encrypt(cbc: Cbc, key: &[u8], iv: &[u8; 16], plain: &[u8]) -> Result<Vec<u8>, CbcError> {
    if key.len() != cbc.key_len() {
        return Err(CbcError::KeyLength { expected: cbc.key_len(), got: key.len() });
    }
    let encrypt = || -> Result<Vec<u8>, ErrorStack> {
        let mut context = CipherCtx::new()?;
        context.encrypt_init(Some(cbc.cipher()), Some(key), Some(iv))?;
        let mut out = vec![0; plain.len() + 32];
        let written = context.cipher_update(plain, Some(&mut out))?;
        let last = context.cipher_final(&mut out[written..])?;
        out.truncate(written + last);
        Ok(out)
    };
    encrypt().map_err(|failure| LibraryFailure::from(failure).into())
}

/// Decrypts and removes the padding.
///
/// # Errors
/// [`DecryptFailed`] for every reason.
pub fn cbc_decrypt(cbc: Cbc, key: &[u8], iv: &[u8; 16], cipher: &[u8]) -> Result<Secret, DecryptFailed> {
    if key.len() != cbc.key_len() {
        return Err(DecryptFailed);
    }
    if let (Cbc::Sm4, true, Ok(key)) = (cbc, cfg!(target_arch = "x86_64"), key.try_into()) {
        return sm4_decrypt(key, iv, cipher);
    }
    let decrypt = || -> Result<Secret, ErrorStack> {
        let mut context = CipherCtx::new()?;
        context.decrypt_init(Some(cbc.cipher()), Some(key), Some(iv))?;
        let mut out = Zeroizing::new(vec![0; cipher.len() + 32]);
        let written = context.cipher_update(cipher, Some(&mut out))?;
        let last = context.cipher_final(&mut out[written..])?;
        out.truncate(written + last);
        Ok(Secret::from(std::mem::take(&mut *out)))
    };
    decrypt().map_err(|_| DecryptFailed)
}

/// SM4 by our own kernel: the library's looks up tables by secret bytes.
fn sm4_decrypt(key: &[u8; 16], iv: &[u8; 16], cipher: &[u8]) -> Result<Secret, DecryptFailed> {
    if cipher.is_empty() || !cipher.len().is_multiple_of(kernels::BLOCK_LEN) {
        return Err(DecryptFailed);
    }
    let mut plain = Secret::from(vec![0; cipher.len()]);
    kernels::Sm4::new(key).decrypt_cbc(iv, cipher, plain.expose_mut());
    cbc_unpad(plain)
}

/// Takes the padding off what a token decrypted block by block. Whether it is right is found without a branch on its
/// bytes.
///
/// # Errors
/// [`DecryptFailed`] for every reason.
pub fn cbc_unpad(plain: Secret) -> Result<Secret, DecryptFailed> {
    let mut plain = plain.into_inner();
    if plain.is_empty() || !plain.len().is_multiple_of(kernels::BLOCK_LEN) {
        return Err(DecryptFailed);
    }
    let padding = plain[plain.len() - 1];
    let mut good = padding.ct_gt(&0) & !padding.ct_gt(&16);
    for (place, byte) in (1_u8..=16).zip(plain.iter().rev()) {
        good &= place.ct_gt(&padding) | byte.ct_eq(&padding);
    }
    if !bool::from(good) {
        return Err(DecryptFailed);
    }
    let length = plain.len() - usize::from(padding);
    plain.truncate(length);
    Ok(Secret::from(std::mem::take(&mut *plain)))
}
