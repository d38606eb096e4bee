//! The key schedule (GB/T 32907 §7.3), without a table that a key's bytes would index.

use zeroize::Zeroizing;

use super::planes::substitute;
use super::{KEY_LEN, RoundKeys};

/// FK, the system parameter.
const FK: [u32; 4] = [0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc];

/// CK, the fixed parameter of a round: byte j is 7·(4·round + j).
const fn ck(round: u32) -> u32 {
    ((28 * round) & 0xff) << 24
        | ((28 * round + 7) & 0xff) << 16
        | ((28 * round + 14) & 0xff) << 8
        | ((28 * round + 21) & 0xff)
}

/// The round keys of encryption.
pub(super) fn expand(key: &[u8; KEY_LEN]) -> Zeroizing<RoundKeys> {
    let mut keys = Zeroizing::new([0; 32]);
    let mut k = Zeroizing::new([0_u32; 4]);
    for (word, (bytes, fk)) in k.iter_mut().zip(key.as_chunks().0.iter().zip(FK)) {
        *word = u32::from_be_bytes(*bytes) ^ fk;
    }
    for (round, out) in (0..).zip(keys.iter_mut()) {
        let t = substitute(k[1] ^ k[2] ^ k[3] ^ ck(round));
        let next = k[0] ^ t ^ t.rotate_left(13) ^ t.rotate_left(23);
        *k = [k[1], k[2], k[3], next];
        *out = next;
    }
    keys
}
