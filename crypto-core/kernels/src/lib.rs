//! Kernels for the bulk of a bid: SM4 (GB/T 32907) in counter and CBC mode, SM4-GCM (RFC 8998), and SM3 (GB/T 32905) and
//! SHA-256 (FIPS 180-4) over many messages at once.
//!
//! Nobody else's library is fast at these: OpenSSL looks SM4's S-box up in tables, a byte at a time. Here the S-box is an
//! inversion between two affine maps, which processors do for 64 bytes in two instructions (GFNI), or by way of AES's own
//! S-box (AES-NI); without either it is a circuit over bit planes. Counter blocks are made transposed, so that a vector
//! holds one word of many blocks and no shuffle stands in the rounds. No path looks anything up by a secret.
//!
//! A [`Path`] is chosen once, at run time; tests force each in turn.

// Everything unsafe here is a vector load or store of a checked length, or a call behind a test of the processor.
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod gcm;
mod ghash;
mod messages;
mod path;
pub mod sha256;
mod sm3;
mod sm4;
#[cfg(target_arch = "x86_64")]
mod vectors;

pub use gcm::{GcmKey, NONCE_LEN, OpenFailed, TAG_LEN};
pub use messages::DIGEST_LEN;
pub use path::Path;
pub use sm3::digests;
pub use sm4::{BLOCK_LEN, KEY_LEN, Sm4};
