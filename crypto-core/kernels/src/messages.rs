//! Many messages of one length side by side: what SM3 and SHA-256 have in common. Each lane of a vector is a message of its own.

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;

use std::ops::Range;

/// Length of a digest in bytes.
pub const DIGEST_LEN: usize = 32;
/// Length of the blocks that are compressed.
pub(crate) const BLOCK: usize = 64;

/// One block of each of the messages of a group.
pub(crate) type Blocks<'a, const LANES: usize> = [&'a [u8; BLOCK]; LANES];

/// The ranges of messages of equal length that stand together.
pub(crate) fn alike(messages: &[[&[u8]; 2]]) -> impl Iterator<Item = Range<usize>> {
    let mut done = 0;
    let runs = messages.chunk_by(|a, b| length(a) == length(b));
    runs.map(move |run| {
        done += run.len();
        done - run.len()..done
    })
}

/// The digests of messages of one length, as many at a time as there are lanes.
pub(crate) fn groups<const LANES: usize>(
    iv: &[u32; 8],
    messages: &[[&[u8]; 2]],
    out: &mut [[u8; DIGEST_LEN]],
    compress: impl Fn(&mut [[u32; LANES]; 8], &Blocks<'_, LANES>),
) {
    for (group, out) in messages.chunks(LANES).zip(out.chunks_mut(LANES)) {
        // A group that is not full works on its first message again and again.
        let lanes: [&[&[u8]; 2]; LANES] = std::array::from_fn(|lane| group.get(lane).unwrap_or(&group[0]));
        let mut state = iv.map(|word| [word; LANES]);
        let length = length(lanes[0]);
        // One bit, zeros, and the length in bits make whole blocks.
        let blocks = (length + 9).div_ceil(BLOCK);
        let whole = lanes.map(|[first, _]| first.as_chunks::<BLOCK>().0);
        let mut buffer = [[0; BLOCK]; LANES];
        for number in 0..blocks {
            for ((block, message), whole) in buffer.iter_mut().zip(lanes).zip(whole) {
                if number >= whole.len() {
                    fill(block, message, number * BLOCK, length, blocks);
                }
            }
            compress(&mut state, &std::array::from_fn(|lane| whole[lane].get(number).unwrap_or(&buffer[lane])));
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
