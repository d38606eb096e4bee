//! AES-NI on 256-bit vectors, for processors without GFNI: 8 blocks a group, four groups in flight.
//!
//! Both S-boxes are the same inversion between affine maps. An affine map of a byte is the sum of two look-ups by nibble,
//! which one shuffle does for all bytes at once; AES's last round without a key does the rest, and its shifting of rows is
//! undone by the shuffle that comes after.

use core::arch::x86_64::{
    __m128i, __m256i, _mm_aesenclast_si128, _mm_setzero_si128, _mm256_and_si256, _mm256_castsi128_si256,
    _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_inserti128_si256, _mm256_set1_epi8, _mm256_setr_epi64x,
    _mm256_shuffle_epi8, _mm256_srli_epi16,
};

use super::avx2::{counters, linear, load, shuffle, store, to_blocks, to_words};
use super::basis::{IN, IN_CONSTANT, OUT, OUT_CONSTANT, affine};
use crate::vectors::v256::{splat, xor, xor3};

modes!("aes,avx2", __m256i, 2, 4);

/// Undoes ShiftRows (FIPS 197 §5.1.2).
const UNSHIFT_ROWS: u128 = 0x0306_090c_0f02_0508_0b0e_0104_070a_0d00;

/// An affine map as two tables of sixteen bytes: f(x) = low[x mod 16] ⊕ high[x div 16].
struct Nibbles {
    low: [u8; 16],
    high: [u8; 16],
}

/// Into AES's field.
const BEFORE: Nibbles = nibbles(false);
/// From the output of AES's S-box to that of SM4's.
const AFTER: Nibbles = nibbles(true);

const fn nibbles(out: bool) -> Nibbles {
    let (mut low, mut high) = ([0; 16], [0; 16]);
    let mut i = 0;
    while i < 16 {
        low[i] = map(out, i as u8);
        high[i] = map(out, (i as u8) << 4) ^ map(out, 0);
        i += 1;
    }
    Nibbles { low, high }
}

const fn map(out: bool, x: u8) -> u8 {
    if out {
        // the inverse of AES's affine map (FIPS 197 §5.3.2), then ours
        let inverse = x.rotate_left(1) ^ x.rotate_left(3) ^ x.rotate_left(6) ^ 0x05;
        affine(OUT, OUT_CONSTANT, inverse)
    } else {
        affine(IN, IN_CONSTANT, x)
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn table(bytes: &[u8; 16]) -> __m256i {
    let whole = u128::from_le_bytes(*bytes);
    let (low, high) = ((whole as u64).cast_signed(), ((whole >> 64) as u64).cast_signed());
    _mm256_setr_epi64x(low, high, low, high)
}

#[inline]
#[target_feature(enable = "avx2")]
fn look_up(tables: &Nibbles, x: __m256i) -> __m256i {
    let mask = _mm256_set1_epi8(0x0f);
    let (low, high) = (_mm256_and_si256(x, mask), _mm256_and_si256(_mm256_srli_epi16::<4>(x), mask));
    xor(_mm256_shuffle_epi8(table(&tables.low), low), _mm256_shuffle_epi8(table(&tables.high), high))
}

/// AES's S-box on every byte, rows shifted.
#[inline]
#[target_feature(enable = "aes,avx2")]
fn aes_s_box(x: __m256i) -> __m256i {
    let half = |x: __m128i| _mm_aesenclast_si128(x, _mm_setzero_si128());
    let (low, high) = (half(_mm256_castsi256_si128(x)), half(_mm256_extracti128_si256::<1>(x)));
    _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high)
}

/// Two look-ups more would cost as much as they save: words stay as they are.
#[inline]
#[target_feature(enable = "avx2")]
fn enter(x: __m256i) -> __m256i {
    x
}

#[inline]
#[target_feature(enable = "avx2")]
fn leave(x: __m256i) -> __m256i {
    x
}

/// x ⊕ L(S(t)).
#[inline]
#[target_feature(enable = "aes,avx2")]
fn transform(x: __m256i, t: __m256i) -> __m256i {
    let u = look_up(&AFTER, aes_s_box(look_up(&BEFORE, t)));
    linear(x, shuffle(u, UNSHIFT_ROWS))
}
