//! Carry-less products by integer products with holes between the bits: carries fall into the holes and are masked away.
//! Integer multiplication takes the same time for all values on every processor that this is built for.

use super::BLOCK;

/// x⁶³ + x⁶² + x⁵⁷: what folds a low word onto the two above it, for the polynomial x¹²⁸+x¹²⁷+x¹²⁶+x¹²¹+1.
pub(super) const FOLD: u64 = 0xc200_0000_0000_0000;

/// The product with x: GHASH's key becomes POLYVAL's.
pub(super) fn times_x(value: u128) -> u128 {
    let carry = (value >> 127).wrapping_neg();
    (value << 1) ^ (carry & (u128::from(FOLD) << 64 | 1))
}

pub(super) fn blocks(key: u128, mut state: u128, blocks: &[[u8; BLOCK]]) -> u128 {
    for block in blocks {
        state = multiply(state ^ u128::from_be_bytes(*block), key);
    }
    state
}

/// a · b · x⁻¹²⁸ (RFC 8452 §3, `dot`).
pub(super) fn multiply(a: u128, b: u128) -> u128 {
    let [a0, a1, b0, b1] = [a as u64, (a >> 64) as u64, b as u64, (b >> 64) as u64];
    let (low, high) = (wide(a0, b0), wide(a1, b1));
    // Karatsuba: the middle from one product
    let middle = wide(a0 ^ a1, b0 ^ b1) ^ low ^ high;
    reduce(low ^ middle << 64, high ^ middle >> 64)
}

/// Folds the low half of a product onto the high one, a word at a time.
fn reduce(low: u128, high: u128) -> u128 {
    let fold = |low: u128| low.rotate_left(64) ^ wide(low as u64, FOLD);
    high ^ fold(fold(low))
}

/// The whole carry-less product.
fn wide(a: u64, b: u64) -> u128 {
    let low = half(a, b);
    let high = half(a.reverse_bits(), b.reverse_bits()).reverse_bits() >> 1;
    u128::from(high) << 64 | u128::from(low)
}

/// The low half of a carry-less product.
fn half(a: u64, b: u64) -> u64 {
    const HOLES: [u64; 4] =
        [0x1111_1111_1111_1111, 0x2222_2222_2222_2222, 0x4444_4444_4444_4444, 0x8888_8888_8888_8888];
    let (a, b) = (HOLES.map(|mask| a & mask), HOLES.map(|mask| b & mask));
    let mut product = 0;
    for (place, mask) in HOLES.iter().enumerate() {
        let mut sum = 0;
        for (i, a) in a.iter().enumerate() {
            sum ^= a.wrapping_mul(b[(place + 4 - i) % 4]);
        }
        product |= sum & mask;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bit by bit, as the word is defined.
    fn slow(a: u64, b: u64) -> u128 {
        (0..64).filter(|bit| b >> bit & 1 == 1).fold(0, |sum, bit| sum ^ u128::from(a) << bit)
    }

    #[test]
    fn products_without_carry_are_right() {
        let mut x = 0x0123_4567_89ab_cdef_u64;
        for _ in 0..1000 {
            x = x.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            let y = x.rotate_left(29) ^ 0xffff_0000_1234_8001;
            assert_eq!(wide(x, y), slow(x, y));
        }
        assert_eq!(wide(u64::MAX, u64::MAX), slow(u64::MAX, u64::MAX));
    }

    /// RFC 8452 appendix A: the same numbers through GHASH and POLYVAL.
    #[test]
    fn the_rfcs_example_holds() {
        let bytes = |text: &str| -> [u8; 16] { hex::decode(text).unwrap().try_into().unwrap() };
        let h = times_x(u128::from_be_bytes(bytes("25629347589242761d31f826ba4b757b")));
        let data = [bytes("4f4f95668c83dfb6401762bb2d01a262"), bytes("d1a24ddd2721d006bbe45f20d3c9f362")];
        assert_eq!(blocks(h, 0, &data).to_be_bytes(), bytes("bd9b3997046731fb96251b91f9c99d7a"));
    }
}
