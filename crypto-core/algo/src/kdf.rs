//! Key derivation: HKDF (RFC 5869), PBKDF2 (RFC 8018), Argon2id (RFC 9106), and the X9.63 KDF of ECDH (SEC 1 §3.6.1).

use argon2::{Algorithm, Argon2, Block, Params, Version};
use openssl::pkcs5;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::{Digest, Hash, hmac};

/// A key derivation was asked for something its standard does not define.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KdfError {
    /// More output than the function can give (or none at all).
    #[error("this key derivation cannot give {asked} bytes")]
    OutputLength {
        /// Bytes asked for.
        asked: usize,
    },
    /// Cost parameters or salt outside the standard's range.
    #[error("the cost parameters or the salt of the key derivation are out of range")]
    Parameters,
}

/// HKDF-Extract (RFC 5869 §2.2). An empty salt counts as a string of zeros of the hash length.
#[must_use]
pub fn hkdf_extract(hash: Hash, salt: &[u8], input: &[u8]) -> Digest {
    let zeros = [0; 64];
    let salt = if salt.is_empty() { &zeros[..hash.output_len()] } else { salt };
    hmac(hash, salt, &[input])
}

/// HKDF-Expand (RFC 5869 §2.3) over the concatenation of `info`. The length of `prk` is not checked: the bid format
/// uses a 32-byte input key directly.
///
/// # Errors
/// [`KdfError::OutputLength`] when `out` is longer than 255 hash outputs.
pub fn hkdf_expand(hash: Hash, prk: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), KdfError> {
    let blocks = out.chunks_mut(hash.output_len());
    if blocks.len() > 255 {
        return Err(KdfError::OutputLength { asked: out.len() });
    }
    let mut previous = Zeroizing::new(Vec::new());
    for (block, counter) in blocks.zip(1_u8..=255) {
        let counter = [counter];
        let parts: Vec<&[u8]> =
            [previous.as_slice()].into_iter().chain(info.iter().copied()).chain([counter.as_slice()]).collect();
        let mac = hmac(hash, prk, &parts);
        block.copy_from_slice(&mac.as_ref()[..block.len()]);
        *previous = mac.as_ref().to_vec();
    }
    Ok(())
}

/// PBKDF2 with HMAC (RFC 8018 §5.2). Limits on `iterations` are the file format's to set.
///
/// # Errors
/// [`KdfError`] when `iterations` is 0 or `out` is empty.
pub fn pbkdf2(hash: Hash, password: &[u8], salt: &[u8], iterations: u32, out: &mut [u8]) -> Result<(), KdfError> {
    let iterations = usize::try_from(iterations).ok().filter(|&n| n > 0).ok_or(KdfError::Parameters)?;
    if out.is_empty() {
        return Err(KdfError::OutputLength { asked: 0 });
    }
    pkcs5::pbkdf2_hmac(password, salt, iterations, hash.message_digest(), out).map_err(|_| KdfError::Parameters)
}

/// Cost of an Argon2id derivation (RFC 9106 §3.1), version 0x13.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Params {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes (computed one after the other here; they change the result).
    pub lanes: u32,
}

/// Argon2id. The memory it worked in is wiped.
///
/// # Errors
/// [`KdfError::Parameters`] when cost, salt (8 bytes or more) or output length (4 bytes or more) are out of range.
pub fn argon2id(params: &Argon2Params, password: &[u8], salt: &[u8], out: &mut [u8]) -> Result<(), KdfError> {
    let Argon2Params { memory_kib, passes, lanes } = *params;
    let params = Params::new(memory_kib, passes, lanes, Some(out.len())).map_err(|_| KdfError::Parameters)?;
    let mut memory = vec![Block::default(); params.block_count()];
    let result = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password, salt, out, &mut memory)
        .map_err(|_| KdfError::Parameters);
    memory.iter_mut().for_each(Zeroize::zeroize);
    result
}

/// The KDF of ANSI X9.63 as CMS uses it for ECDH (RFC 5753 §7.2, SEC 1 §3.6.1): H(z ‖ counter ‖ info) for counter 1, 2, …
///
/// # Errors
/// [`KdfError::OutputLength`] when `out` needs more than 2³² − 1 blocks.
pub fn ecdh_x963_kdf(hash: Hash, z: &[u8], shared_info: &[u8], out: &mut [u8]) -> Result<(), KdfError> {
    let asked = out.len();
    for (block, counter) in out.chunks_mut(hash.output_len()).zip(1_u64..) {
        let counter = u32::try_from(counter).map_err(|_| KdfError::OutputLength { asked })?;
        let mut hasher = hash.hasher();
        hasher.update(z);
        hasher.update(&counter.to_be_bytes());
        hasher.update(shared_info);
        block.copy_from_slice(&hasher.finish().as_ref()[..block.len()]);
    }
    Ok(())
}
