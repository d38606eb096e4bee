//! GHASH (NIST SP 800-38D §6.4), reckoned as POLYVAL (RFC 8452 §3 and appendix A): blocks read backwards are plain
//! polynomials, and a product needs no shift.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use zeroize::Zeroizing;

use crate::Path;

/// Powers of the key that are kept: as many blocks are multiplied before one reduction.
const POWERS: usize = 32;
/// Length of a block in bytes.
const BLOCK: usize = 16;

/// A hash key with its powers, highest first. Wiped when it goes.
pub(crate) struct GhashKey {
    powers: Zeroizing<[u128; POWERS]>,
    path: Path,
}

impl GhashKey {
    /// The key that GCM calls H.
    pub(crate) fn new(h: &[u8; BLOCK], path: Path) -> Self {
        let first = portable::times_x(u128::from_be_bytes(*h));
        let mut powers = Zeroizing::new([first; POWERS]);
        for i in (0..POWERS - 1).rev() {
            powers[i] = portable::multiply(powers[i + 1], first);
        }
        Self { powers, path }
    }

    /// GHASH over the associated data, the ciphertext and their lengths.
    pub(crate) fn hash(&self, aad: &[u8], cipher: &[u8]) -> [u8; BLOCK] {
        let bits = |bytes: &[u8]| (bytes.len() as u64) * 8;
        let mut lengths = [0; BLOCK];
        lengths[..8].copy_from_slice(&bits(aad).to_be_bytes());
        lengths[8..].copy_from_slice(&bits(cipher).to_be_bytes());
        let state = self.padded(0, aad);
        let state = self.padded(state, cipher);
        self.blocks(state, &[lengths]).to_be_bytes()
    }

    /// Takes data in, padded with zeros to whole blocks.
    fn padded(&self, state: u128, data: &[u8]) -> u128 {
        let (blocks, rest) = data.as_chunks::<BLOCK>();
        let state = self.blocks(state, blocks);
        if rest.is_empty() {
            return state;
        }
        let mut last = [0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        self.blocks(state, &[last])
    }

    fn blocks(&self, state: u128, blocks: &[[u8; BLOCK]]) -> u128 {
        match self.path {
            // SAFETY: a key for this path is made only after the processor was found to have its instructions.
            #[cfg(target_arch = "x86_64")]
            Path::GfniAvx512 => unsafe { x86::blocks_512(&self.powers, state, blocks) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Path::GfniAvx2 | Path::AesAvx2 => unsafe { x86::blocks_128(&self.powers, state, blocks) },
            _ => portable::blocks(self.powers[POWERS - 1], state, blocks),
        }
    }
}
