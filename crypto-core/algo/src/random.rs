//! Random bytes from OpenSSL's DRBG (seeded by the operating system), and comparison without early exit.

use openssl::rand;
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::LibraryFailure;

/// The operating system gave no randomness. Nothing that needs a key or a nonce may go on.
#[derive(Debug, Clone, Error)]
#[error("no random numbers from the operating system")]
pub struct RandomFailure(#[source] LibraryFailure);

/// Fills `out` with random bytes fit for keys.
///
/// # Errors
/// [`RandomFailure`] when the generator cannot be seeded.
pub fn random_bytes(out: &mut [u8]) -> Result<(), RandomFailure> {
    rand::rand_priv_bytes(out).map_err(|failure| RandomFailure(failure.into()))
}

/// `N` random bytes fit for keys, salts and nonces.
///
/// # Errors
/// [`RandomFailure`] when the generator cannot be seeded.
pub fn random<const N: usize>() -> Result<[u8; N], RandomFailure> {
    let mut bytes = [0; N];
    random_bytes(&mut bytes)?;
    Ok(bytes)
}

/// Compares two byte strings in a time that depends on their lengths only.
#[must_use]
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
