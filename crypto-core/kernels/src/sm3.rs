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

/// Length of a digest in bytes.
pub const DIGEST_LEN: usize = 32;
/// Length of the blocks that are compressed.
const BLOCK: usize = 64;
/// GB/T 32905 §4.1.
const IV: [u32; 8] =
    [0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600, 0xa96f_30bc, 0x1631_38aa, 0xe38d_ee4d, 0xb0fb_0e4e];

/// One block of each of the messages of a group.
type Blocks<const LANES: usize> = [[u8; BLOCK]; LANES];

/// The digest of each message, which is the concatenation of its two pieces. Messages of equal length that stand together
/// are hashed together.
///
/// # Panics
/// When `out` has not as many places as there are messages, or the processor has not that path.
pub fn digests(path: Path, messages: &[[&[u8]; 2]], out: &mut [[u8; DIGEST_LEN]]) {
    assert_eq!(messages.len(), out.len(), "each message has its place");
    assert!(path.is_available(), "this processor has no {}", path.name());
    let mut done = 0;
    while done < messages.len() {
        let length = length(&messages[done]);
        let alike = messages[done..].iter().take_while(|message| self::length(message) == length).count();
        run(path, &messages[done..done + alike], &mut out[done..done + alike]);
        done += alike;
    }
}

/// Messages of one length, in groups as wide as the path's vectors.
fn run(path: Path, messages: &[[&[u8]; 2]], out: &mut [[u8; DIGEST_LEN]]) {
    match path {
        #[cfg(target_arch = "x86_64")]
        Path::GfniAvx512 => groups::<16>(messages, out, |state, blocks| {
            // SAFETY: the path was found to be available.
            unsafe { avx512::compress(state, blocks) }
        }),
        #[cfg(target_arch = "x86_64")]
        Path::GfniAvx2 | Path::AesAvx2 => groups::<8>(messages, out, |state, blocks| {
            // SAFETY: the path was found to be available.
            unsafe { avx2::compress(state, blocks) }
        }),
        _ => groups::<1>(messages, out, portable::compress),
    }
}

fn groups<const LANES: usize>(
    messages: &[[&[u8]; 2]],
    out: &mut [[u8; DIGEST_LEN]],
    compress: impl Fn(&mut [[u32; LANES]; 8], &Blocks<LANES>),
) {
    for (group, out) in messages.chunks(LANES).zip(out.chunks_mut(LANES)) {
        // A group that is not full works on its first message again and again.
        let lanes: [&[&[u8]; 2]; LANES] = std::array::from_fn(|lane| group.get(lane).unwrap_or(&group[0]));
        let mut state = IV.map(|word| [word; LANES]);
        let length = length(lanes[0]);
        // One bit, zeros, and the length in bits make whole blocks.
        let blocks = (length + 9).div_ceil(BLOCK);
        let mut buffer = [[0; BLOCK]; LANES];
        for number in 0..blocks {
            for (block, message) in buffer.iter_mut().zip(lanes) {
                fill(block, message, number * BLOCK, length, blocks);
            }
            compress(&mut state, &buffer);
        }
        for (lane, out) in out.iter_mut().enumerate() {
            for (word, bytes) in state.iter().zip(out.as_chunks_mut::<4>().0) {
                *bytes = word[lane].to_be_bytes();
            }
        }
    }
}

/// The block of a padded message that starts at `from`.
fn fill(block: &mut [u8; BLOCK], message: &[&[u8]; 2], from: usize, length: usize, blocks: usize) {
    let [first, second] = message;
    if let Some(whole) = first.get(from..from + BLOCK) {
        block.copy_from_slice(whole);
        return;
    }
    *block = [0; BLOCK];
    let mut at = 0;
    for (piece, start) in [(first, 0), (second, first.len())] {
        let skip = from.saturating_sub(start).min(piece.len());
        let take = (piece.len() - skip).min(BLOCK - at);
        if from + at == start + skip {
            block[at..at + take].copy_from_slice(&piece[skip..skip + take]);
            at += take;
        }
    }
    if at < BLOCK && from + at == length {
        block[at] = 0x80;
    }
    if from + BLOCK == blocks * BLOCK {
        block[BLOCK - 8..].copy_from_slice(&(length as u64 * 8).to_be_bytes());
    }
}

fn length(message: &[&[u8]; 2]) -> usize {
    message[0].len() + message[1].len()
}
