//! The key derivation of PKCS#12 (RFC 7292 appendix B).

use algo::{Hash, Password};
use zeroize::Zeroizing;

/// What the derived bytes are for (appendix B.3).
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// Derives `out`. The password becomes a BMPString with a terminating zero (appendix B.1); characters beyond it take
/// two units, as OpenSSL writes them.
pub(super) fn derive(hash: Hash, purpose: Purpose, password: &Password, salt: &[u8], iterations: u32, out: &mut [u8]) {
    let block_len = block_len(hash);
    let text: Zeroizing<Vec<u8>> =
        Zeroizing::new(password.expose_str().encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect());
    let diversifier = vec![purpose as u8; block_len];
    let mut input = Zeroizing::new(repeat(salt, block_len));
    input.extend_from_slice(&Zeroizing::new(repeat(&text, block_len)));
    for chunk in out.chunks_mut(hash.output_len()) {
        let mut hasher = hash.hasher();
        hasher.update(&diversifier);
        hasher.update(&input);
        let mut digest = hasher.finish();
        for _ in 1..iterations {
            digest = hash.digest(digest.as_ref());
        }
        chunk.copy_from_slice(&digest.as_ref()[..chunk.len()]);
        let addend = &repeat(digest.as_ref(), block_len)[..block_len];
        input.chunks_mut(block_len).for_each(|block| add_and_one(block, addend));
    }
}

/// `text` over and over, up to the next multiple of `len` (nothing for nothing).
fn repeat(text: &[u8], len: usize) -> Vec<u8> {
    text.iter().copied().cycle().take(text.len().div_ceil(len) * len).collect()
}

/// `block = block + addend + 1 mod 2^(8·len)`.
fn add_and_one(block: &mut [u8], addend: &[u8]) {
    let mut carry = 1_u16;
    for (byte, add) in block.iter_mut().zip(addend).rev() {
        let sum = u16::from(*byte) + u16::from(*add) + carry;
        let [high, low] = sum.to_be_bytes();
        *byte = low;
        carry = u16::from(high);
    }
}

/// The hash's own block length, `v` of appendix B.2.
fn block_len(hash: Hash) -> usize {
    match hash {
        Hash::Sha1 | Hash::Sha256 | Hash::Sm3 => 64,
        Hash::Sha384 | Hash::Sha512 => 128,
    }
}
