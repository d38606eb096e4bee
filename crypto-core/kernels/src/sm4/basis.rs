//! The basis in which the S-box is nothing but an inversion in AES's field.
//!
//! S(x) = OUT · inverse(IN · x + IN_CONSTANT) + OUT_CONSTANT: the standard's affine map joined with the isomorphism between its
//! field, x⁸+x⁷+x⁶+x⁵+x⁴+x²+1, and AES's. A path that keeps every word x as IN · x needs no map before the inversion, and what comes
//! after it is one linear map with L: rotations by 2, 10, 18 and 24 are rotations by whole bytes of L's three byte-wise parts.

use super::RoundKeys;

/// A linear map of a byte as GF2P8AFFINEQB takes it: the row of the highest output bit in the lowest byte.
pub(super) type Matrix = u64;

pub(super) const IN: Matrix = 0x4c28_7db9_1a22_505d;
pub(super) const IN_CONSTANT: u8 = 0x3e;
pub(super) const OUT: Matrix = 0xf3ab_34a9_74a6_b589;
pub(super) const OUT_CONSTANT: u8 = 0xd3;

/// The way back from the basis.
pub(super) const LEAVE: Matrix = inverse(IN);
/// What the inverse adds to its own byte: IN · (u ⊕ u≪2) · OUT, with u≪2 as far as it stays within the byte.
pub(super) const OWN: Matrix = times(IN, times(matrix(false), OUT));
/// What it adds to the byte three places on: IN · (u ⊕ u≫6) · OUT, with what u≪2 carries over. Both together are what it adds to the
/// bytes one and two places on.
pub(super) const THIRD: Matrix = times(IN, times(matrix(true), OUT));
/// IN · L(OUT_CONSTANT in each byte).
pub(super) const CONSTANT: u8 = affine(IN, 0, OUT_CONSTANT.rotate_left(2));

/// Round keys for words in the basis. The constant before the inversion is added with them.
pub(super) fn round_keys(keys: &mut RoundKeys) {
    for key in keys {
        *key = u32::from_ne_bytes(key.to_ne_bytes().map(|byte| affine(IN, IN_CONSTANT, byte)));
    }
}

/// What GF2P8AFFINEQB does to one byte, without a table.
pub(super) const fn affine(rows: Matrix, constant: u8, x: u8) -> u8 {
    let (mut out, mut bit) = (constant, 0);
    while bit < 8 {
        let row = (rows >> (8 * (7 - bit))) as u8;
        out ^= (((row & x).count_ones() & 1) as u8) << bit;
        bit += 1;
    }
    out
}

/// x ⊕ x≪2 or x ⊕ x≫6.
const fn matrix(carried: bool) -> Matrix {
    let (mut images, mut bit) = ([0; 8], 0);
    while bit < 8 {
        let x = 1_u8 << bit;
        images[bit] = x ^ if carried { x >> 6 } else { x << 2 };
        bit += 1;
    }
    of_images(images)
}

/// The map that does `second` first.
const fn times(first: Matrix, second: Matrix) -> Matrix {
    let (mut images, mut bit) = ([0; 8], 0);
    while bit < 8 {
        images[bit] = affine(first, 0, affine(second, 0, 1 << bit));
        bit += 1;
    }
    of_images(images)
}

const fn inverse(of: Matrix) -> Matrix {
    let (mut images, mut x) = ([0; 8], 1);
    while x < 256 {
        let image = affine(of, 0, x as u8);
        if image.is_power_of_two() {
            images[image.trailing_zeros() as usize] = x as u8;
        }
        x += 1;
    }
    of_images(images)
}

/// The map with these images of the eight bits.
const fn of_images(images: [u8; 8]) -> Matrix {
    let (mut rows, mut place) = (0, 0);
    while place < 64 {
        let (bit, from) = (place / 8, place % 8);
        rows |= ((images[from] as u64 >> bit) & 1) << (8 * (7 - bit) + from);
        place += 1;
    }
    rows
}
