//! SM3 (GB/T 32905) over many messages of one length at once: each lane of a vector is a message of its own. A single
//! message has no parallel steps to speak of; a tree of chunks has sixteen.

#[macro_use]
mod compress;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

use crate::Path;
use crate::messages::{DIGEST_LEN, alike, groups};

/// GB/T 32905 §4.1.
const IV: [u32; 8] =
    [0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600, 0xa96f_30bc, 0x1631_38aa, 0xe38d_ee4d, 0xb0fb_0e4e];

/// The digest of each message, which is the concatenation of its two pieces. Messages of equal length that stand together
/// are hashed together.
///
/// # Panics
/// When `out` has not as many places as there are messages, or the processor has not that path.
pub fn digests(path: Path, messages: &[[&[u8]; 2]], out: &mut [[u8; DIGEST_LEN]]) {
    assert_eq!(messages.len(), out.len(), "each message has its place");
    assert!(path.is_available(), "this processor has no {}", path.name());
    for range in alike(messages) {
        run(path, &messages[range.clone()], &mut out[range]);
    }
}

/// Messages of one length, in groups as wide as the path's vectors.
fn run(path: Path, messages: &[[&[u8]; 2]], out: &mut [[u8; DIGEST_LEN]]) {
    match path {
        #[cfg(target_arch = "x86_64")]
        Path::GfniAvx512 => groups::<16>(&IV, messages, out, |state, blocks| {
            // SAFETY: the path was found to be available.
            unsafe { avx512::compress(state, blocks) }
        }),
        #[cfg(target_arch = "x86_64")]
        Path::GfniAvx2 | Path::AesAvx2 => groups::<8>(&IV, messages, out, |state, blocks| {
            // SAFETY: the path was found to be available.
            unsafe { avx2::compress(state, blocks) }
        }),
        _ => groups::<1>(&IV, messages, out, portable::compress),
    }
}
