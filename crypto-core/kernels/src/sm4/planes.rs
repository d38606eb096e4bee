//! Bit planes: bit i of plane b is bit b of a word of block i. Rotations are renamings, and the S-box is a circuit over
//! GF((2⁴)²): no secret ever becomes an address.

use zeroize::Zeroizing;

use super::{BLOCK_LEN, RoundKeys, words};

/// Blocks that are worked on at once.
const BLOCKS: usize = 64;
const BATCH: usize = BLOCKS * BLOCK_LEN;

/// 32 planes: one word of each of the 64 blocks.
type Word = [u64; 32];
/// 8 planes: one byte of each.
type Byte = [u64; 8];
/// 4 planes: in each lane an element of GF(2⁴), the polynomials over GF(2) modulo x⁴ + x + 1.
type Nibble = [u64; 4];

// S(x) = OUT · inverse(IN · x + IN_CONSTANT) + OUT_CONSTANT, the inverse taken in GF(2⁴)[y]/(y² + y + x³). The maps join
// the affine map of the standard with the change of basis; a row holds the input bits that make up one output bit. A test
// compares all 256 values with the standard's table.
const IN: [u8; 8] = [0x33, 0x7d, 0xf1, 0xa3, 0x68, 0x3f, 0xbb, 0x7f];
const IN_CONSTANT: u8 = 0xc3;
const OUT: [u8; 8] = [0xf5, 0x73, 0x9c, 0xc3, 0x12, 0x32, 0xc9, 0x97];
const OUT_CONSTANT: u8 = 0xd3;

pub(super) fn counter_mode(keys: &RoundKeys, nonce: &[u8; 12], counter: u32, from: &[u8], to: &mut [u8]) {
    let [a, b, c] = words(nonce).map(same);
    let mut stream = Zeroizing::new([0; BATCH]);
    let mut first = counter;
    for (from, to) in from.chunks(BATCH).zip(to.chunks_mut(BATCH)) {
        let mut lanes = [0_u32; BLOCKS];
        lanes.iter_mut().zip(0..).for_each(|(lane, number)| *lane = first.wrapping_add(number));
        let out = rounds(keys, [a, b, c, planes(&lanes)]);
        write(&out, &mut stream);
        to.iter_mut().zip(from).zip(stream.iter()).for_each(|((to, from), key)| *to = from ^ key);
        first = first.wrapping_add(64);
    }
}

pub(super) fn blocks(keys: &RoundKeys, data: &mut [u8]) {
    let mut whole = Zeroizing::new([0; BATCH]);
    for batch in data.chunks_mut(BATCH) {
        whole[..batch.len()].copy_from_slice(batch);
        let state = [0, 1, 2, 3].map(|word| {
            let mut lanes = [0_u32; BLOCKS];
            for (lane, block) in lanes.iter_mut().zip(whole.as_chunks::<4>().0.as_chunks::<4>().0) {
                *lane = u32::from_be_bytes(block[word]);
            }
            planes(&lanes)
        });
        let out = rounds(keys, state);
        write(&out, &mut whole);
        batch.copy_from_slice(&whole[..batch.len()]);
    }
}

/// The S-box on each byte of one word, for the key schedule.
pub(super) fn substitute(word: u32) -> u32 {
    let mut lanes = [0; 8];
    for (bit, lane) in lanes.iter_mut().enumerate() {
        for byte in 0..4 {
            *lane |= u64::from(word >> (8 * byte + bit) & 1) << byte;
        }
    }
    let lanes = s_box(&lanes);
    let mut out = 0;
    for (bit, lane) in lanes.iter().enumerate() {
        for byte in 0..4 {
            out |= u32::from(lane >> byte & 1 == 1) << (8 * byte + bit);
        }
    }
    out
}

/// The 32 rounds and the final reversal of words.
fn rounds(keys: &RoundKeys, mut x: [Word; 4]) -> [Word; 4] {
    for (round, key) in keys.iter().enumerate() {
        let [i, a, b, c] = [0, 1, 2, 3].map(|word| (round + word) % 4);
        let mut t = [0; 32];
        for (bit, plane) in t.iter_mut().enumerate() {
            // all ones where the key's bit is one
            let key = u64::from(key >> bit & 1).wrapping_neg();
            *plane = x[a][bit] ^ x[b][bit] ^ x[c][bit] ^ key;
        }
        for byte in t.as_chunks_mut::<8>().0 {
            *byte = s_box(byte);
        }
        for bit in 0..32 {
            // rotating left by n renames bit b to b + n
            let from = |n: usize| t[(bit + 32 - n) % 32];
            x[i][bit] ^= from(0) ^ from(2) ^ from(10) ^ from(18) ^ from(24);
        }
    }
    let [a, b, c, d] = x;
    [d, c, b, a]
}

#[inline]
fn s_box(x: &Byte) -> Byte {
    affine(&OUT, OUT_CONSTANT, &inverse(&affine(&IN, IN_CONSTANT, x)))
}

#[inline]
fn affine(rows: &[u8; 8], constant: u8, x: &Byte) -> Byte {
    let mut out = [0; 8];
    for (i, out) in out.iter_mut().enumerate() {
        for (j, x) in x.iter().enumerate() {
            if rows[i] >> j & 1 == 1 {
                *out ^= x;
            }
        }
        if constant >> i & 1 == 1 {
            *out = !*out;
        }
    }
    out
}

/// The inverse of h·y + l, where y² = y + x³: with N = x³·h² + h·l + l², it is (h·y + h + l) / N. Zero stays zero.
#[inline]
fn inverse(x: &Byte) -> Byte {
    let [l, h] = [[x[0], x[1], x[2], x[3]], [x[4], x[5], x[6], x[7]]];
    let norm = add(&add(&times_x3(&square(&h)), &times(&h, &l)), &square(&l));
    // N⁻¹ = N¹⁴ = N² · N⁴ · N⁸
    let n2 = square(&norm);
    let n4 = square(&n2);
    let n8 = square(&n4);
    let inverse = times(&times(&n2, &n4), &n8);
    let [h, l] = [times(&h, &inverse), times(&add(&h, &l), &inverse)];
    [l[0], l[1], l[2], l[3], h[0], h[1], h[2], h[3]]
}

#[inline]
fn add(a: &Nibble, b: &Nibble) -> Nibble {
    [a[0] ^ b[0], a[1] ^ b[1], a[2] ^ b[2], a[3] ^ b[3]]
}

#[inline]
fn times(a: &Nibble, b: &Nibble) -> Nibble {
    let p0 = a[0] & b[0];
    let p1 = a[0] & b[1] ^ a[1] & b[0];
    let p2 = a[0] & b[2] ^ a[1] & b[1] ^ a[2] & b[0];
    let p3 = a[0] & b[3] ^ a[1] & b[2] ^ a[2] & b[1] ^ a[3] & b[0];
    let p4 = a[1] & b[3] ^ a[2] & b[2] ^ a[3] & b[1];
    let p5 = a[2] & b[3] ^ a[3] & b[2];
    let p6 = a[3] & b[3];
    // x⁴ = x + 1
    [p0 ^ p4, p1 ^ p4 ^ p5, p2 ^ p5 ^ p6, p3 ^ p6]
}

#[inline]
fn square(a: &Nibble) -> Nibble {
    [a[0] ^ a[2], a[2], a[1] ^ a[3], a[3]]
}

#[inline]
fn times_x3(a: &Nibble) -> Nibble {
    // x³·(a₀ + a₁x + a₂x² + a₃x³), with x⁴ = x + 1, x⁵ = x² + x, x⁶ = x³ + x²
    [a[1], a[1] ^ a[2], a[2] ^ a[3], a[0] ^ a[3]]
}

/// The same word in every block.
fn same(word: u32) -> Word {
    std::array::from_fn(|bit| u64::from(word >> bit & 1).wrapping_neg())
}

/// One word of each block as planes.
fn planes(lanes: &[u32; BLOCKS]) -> Word {
    let mut square = lanes.map(u64::from);
    transpose(&mut square);
    std::array::from_fn(|bit| square[bit])
}

/// The planes as blocks.
fn write(state: &[Word; 4], out: &mut [u8; BATCH]) {
    for (word, planes) in state.iter().enumerate() {
        let mut square = [0; BLOCKS];
        square[..32].copy_from_slice(planes);
        transpose(&mut square);
        for (block, lane) in out.as_chunks_mut::<BLOCK_LEN>().0.iter_mut().zip(square) {
            let bytes = &(lane as u32).to_be_bytes();
            block[4 * word..4 * word + 4].copy_from_slice(bytes);
        }
    }
}

/// Transposes 64 × 64 bits: bit j of row i becomes bit i of row j. Halves are swapped, then quarters, down to bits.
fn transpose(rows: &mut [u64; 64]) {
    let (mut width, mut mask) = (32, 0x0000_0000_ffff_ffff_u64);
    while width != 0 {
        for i in (0..64).filter(|i| i & width == 0) {
            let swapped = (rows[i] >> width ^ rows[i + width]) & mask;
            rows[i] ^= swapped << width;
            rows[i + width] ^= swapped;
        }
        width >>= 1;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GB/T 32907 §6.2, the first and last row of the table and one between.
    const ROWS: [(u8, [u8; 16]); 3] = [
        (0x00, [0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7, 0x16, 0xb6, 0x14, 0xc2, 0x28, 0xfb, 0x2c, 0x05]),
        (0x10, [0x2b, 0x67, 0x9a, 0x76, 0x2a, 0xbe, 0x04, 0xc3, 0xaa, 0x44, 0x13, 0x26, 0x49, 0x86, 0x06, 0x99]),
        (0xf0, [0x18, 0xf0, 0x7d, 0xec, 0x3a, 0xdc, 0x4d, 0x20, 0x79, 0xee, 0x5f, 0x3e, 0xd7, 0xcb, 0x39, 0x48]),
    ];

    #[test]
    fn the_circuit_is_the_standards_table() {
        for (first, row) in ROWS {
            for (byte, expected) in (first..=first + 15).zip(row) {
                assert_eq!(substitute(u32::from(byte)) as u8, expected, "S({byte:02x})");
            }
        }
        let mut all: Vec<u32> = (0..256).map(|byte| substitute(byte) & 0xff).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 256, "a permutation");
    }

    #[test]
    fn transposing_twice_changes_nothing() {
        let rows: [u64; 64] = std::array::from_fn(|i| (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut square = rows;
        transpose(&mut square);
        for (i, row) in rows.iter().enumerate() {
            for (j, column) in square.iter().enumerate() {
                assert_eq!(row >> j & 1, column >> i & 1);
            }
        }
        transpose(&mut square);
        assert_eq!(square, rows);
    }
}
