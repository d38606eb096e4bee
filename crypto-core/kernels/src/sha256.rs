//! SHA-256 (FIPS 180-4) over many messages of one length at once. One message has an instruction of its own on most
//! processors, which is why only the widest vectors are worth it.

#[cfg(target_arch = "x86_64")]
mod avx512;

use crate::Path;
use crate::messages::DIGEST_LEN;
#[cfg(target_arch = "x86_64")]
use crate::messages::{alike, groups};

/// FIPS 180-4 §5.3.3.
#[cfg(target_arch = "x86_64")]
const IV: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Whether this processor has vectors wide enough for [`digests`].
#[must_use]
pub fn is_available() -> bool {
    Path::best() == Path::GfniAvx512
}

/// The digest of each message, which is the concatenation of its two pieces. Messages of equal length that stand together
/// are hashed together.
///
/// # Panics
/// When `out` has not as many places as there are messages, or [`is_available`] says no.
pub fn digests(messages: &[[&[u8]; 2]], out: &mut [[u8; DIGEST_LEN]]) {
    assert_eq!(messages.len(), out.len(), "each message has its place");
    assert!(is_available(), "this processor has no vectors of 512 bits");
    #[cfg(target_arch = "x86_64")]
    for range in alike(messages) {
        groups::<16>(&IV, &messages[range.clone()], &mut out[range], |state, blocks| {
            // SAFETY: the vectors were found to be available.
            unsafe { avx512::compress(state, blocks) }
        });
    }
}
