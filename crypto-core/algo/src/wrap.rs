//! AES key wrap (RFC 3394, NIST SP 800-38F KW), which key-agreement recipients of CMS use (RFC 5753).

use openssl::{
    cipher::{Cipher, CipherRef},
    cipher_ctx::{CipherCtx, CipherCtxFlags},
    error::ErrorStack,
};
use zeroize::Zeroizing;

use crate::{LibraryFailure, Secret, UnwrapFailed, WrapError};

/// Wraps `key` under `kek`. Both are whole numbers of 8-byte blocks: the wrapping key 16, 24 or 32 bytes, the wrapped
/// one 16 or more. The result is 8 bytes longer than `key`.
///
/// # Errors
/// [`WrapError::Length`] for other lengths.
pub fn aes_key_wrap(kek: &[u8], key: &[u8]) -> Result<Vec<u8>, WrapError> {
    let Some(cipher) = cipher(kek.len()).filter(|_| key.len() >= 16 && key.len().is_multiple_of(8)) else {
        return Err(WrapError::Length { got: key.len() });
    };
    let wrap = || -> Result<Vec<u8>, ErrorStack> {
        let mut context = context()?;
        context.encrypt_init(Some(cipher), Some(kek), None)?;
        let mut out = vec![0; key.len() + 16];
        let written = context.cipher_update(key, Some(&mut out))?;
        out.truncate(written);
        Ok(out)
    };
    wrap().map_err(|failure| LibraryFailure::from(failure).into())
}

/// Unwraps what [`aes_key_wrap`] made; its built-in check value is verified.
///
/// # Errors
/// [`UnwrapFailed`] for every reason.
pub fn aes_key_unwrap(kek: &[u8], wrapped: &[u8]) -> Result<Secret, UnwrapFailed> {
    let Some(cipher) = cipher(kek.len()).filter(|_| wrapped.len() >= 24 && wrapped.len().is_multiple_of(8)) else {
        return Err(UnwrapFailed);
    };
    let unwrap = || -> Result<Secret, ErrorStack> {
        let mut context = context()?;
        context.decrypt_init(Some(cipher), Some(kek), None)?;
        let mut out = Zeroizing::new(vec![0; wrapped.len() + 16]);
        let written = context.cipher_update(wrapped, Some(&mut out))?;
        out.truncate(written);
        Ok(Secret::from(std::mem::take(&mut *out)))
    };
    unwrap().map_err(|_| UnwrapFailed)
}

fn cipher(kek_len: usize) -> Option<&'static CipherRef> {
    match kek_len {
        16 => Some(Cipher::aes_128_wrap()),
        24 => Some(Cipher::aes_192_wrap()),
        32 => Some(Cipher::aes_256_wrap()),
        _ => None,
    }
}

fn context() -> Result<CipherCtx, ErrorStack> {
    let mut context = CipherCtx::new()?;
    context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
    Ok(context)
}
