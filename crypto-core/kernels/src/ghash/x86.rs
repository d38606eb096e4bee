//! Carry-less products by PCLMULQDQ, one block or four at once; one reduction for as many blocks as powers are kept.

use core::arch::x86_64::{
    __m128i, __m512i, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_loadu_si128, _mm_set_epi64x, _mm_setzero_si128,
    _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_slli_si128, _mm_srli_si128, _mm_storeu_si128, _mm_xor_si128,
    _mm512_clmulepi64_epi128, _mm512_extracti32x4_epi32, _mm512_loadu_si512, _mm512_set4_epi32, _mm512_setzero_si512,
    _mm512_shuffle_epi8, _mm512_ternarylogic_epi32, _mm512_xor_si512, _mm512_zextsi128_si512,
};

use super::portable::FOLD;
use super::{BLOCK, POWERS};

/// Blocks between two reductions on 128-bit vectors.
const STEP: usize = 16;
const XOR3: i32 = 0x96;

/// A sum of products that are not reduced yet: low, middle and high.
#[derive(Clone, Copy)]
struct Sum([__m128i; 3]);

#[target_feature(enable = "pclmulqdq,avx2")]
pub(super) fn blocks_128(powers: &[u128; POWERS], state: u128, blocks: &[[u8; BLOCK]]) -> u128 {
    let mut state = vector(state);
    for step in blocks.chunks(STEP) {
        let mut sum = Sum([_mm_setzero_si128(); 3]);
        for (i, block) in step.iter().enumerate() {
            let block = if i == 0 { _mm_xor_si128(state, load(block)) } else { load(block) };
            sum = add_product(sum, block, vector(powers[POWERS - step.len() + i]));
        }
        state = reduce(sum);
    }
    number(state)
}

#[target_feature(enable = "pclmulqdq,vpclmulqdq,avx2,avx512f,avx512bw")]
pub(super) fn blocks_512(powers: &[u128; POWERS], mut state: u128, blocks: &[[u8; BLOCK]]) -> u128 {
    let (steps, rest) = blocks.as_chunks::<POWERS>();
    let keys = powers.as_chunks::<4>().0;
    let keys = [0, 1, 2, 3, 4, 5, 6, 7].map(|i| load_powers(&keys[i]));
    for step in steps {
        let mut sums = [_mm512_setzero_si512(); 3];
        for (i, four) in step.as_chunks::<4>().0.iter().enumerate() {
            let mut data = load_four(four);
            if i == 0 {
                data = _mm512_xor_si512(data, _mm512_zextsi128_si512(vector(state)));
            }
            let middle = _mm512_clmulepi64_epi128::<0x01>(data, keys[i]);
            let crossed = _mm512_clmulepi64_epi128::<0x10>(data, keys[i]);
            sums[0] = _mm512_xor_si512(sums[0], _mm512_clmulepi64_epi128::<0x00>(data, keys[i]));
            sums[1] = _mm512_ternarylogic_epi32::<XOR3>(sums[1], middle, crossed);
            sums[2] = _mm512_xor_si512(sums[2], _mm512_clmulepi64_epi128::<0x11>(data, keys[i]));
        }
        state = number(reduce(Sum(sums.map(|sum| across(sum)))));
    }
    blocks_128(powers, state, rest)
}

#[inline]
#[target_feature(enable = "pclmulqdq,avx2")]
fn add_product(sum: Sum, a: __m128i, b: __m128i) -> Sum {
    let [low, middle, high] = sum.0;
    let crossed = _mm_xor_si128(_mm_clmulepi64_si128::<0x01>(a, b), _mm_clmulepi64_si128::<0x10>(a, b));
    Sum([
        _mm_xor_si128(low, _mm_clmulepi64_si128::<0x00>(a, b)),
        _mm_xor_si128(middle, crossed),
        _mm_xor_si128(high, _mm_clmulepi64_si128::<0x11>(a, b)),
    ])
}

/// Folds the low half onto the high one, a word at a time.
#[inline]
#[target_feature(enable = "pclmulqdq,avx2")]
fn reduce(sum: Sum) -> __m128i {
    let [low, middle, high] = sum.0;
    let fold = _mm_cvtsi64_si128(FOLD.cast_signed());
    let low = _mm_xor_si128(low, _mm_slli_si128::<8>(middle));
    let high = _mm_xor_si128(high, _mm_srli_si128::<8>(middle));
    let low = _mm_xor_si128(_mm_shuffle_epi32::<0x4e>(low), _mm_clmulepi64_si128::<0x00>(low, fold));
    let low = _mm_xor_si128(_mm_shuffle_epi32::<0x4e>(low), _mm_clmulepi64_si128::<0x00>(low, fold));
    _mm_xor_si128(high, low)
}

/// The sum of the four 128-bit lanes.
#[inline]
#[target_feature(enable = "avx512f")]
fn across(v: __m512i) -> __m128i {
    let [a, b] = [_mm512_extracti32x4_epi32::<0>(v), _mm512_extracti32x4_epi32::<1>(v)];
    let [c, d] = [_mm512_extracti32x4_epi32::<2>(v), _mm512_extracti32x4_epi32::<3>(v)];
    _mm_xor_si128(_mm_xor_si128(a, b), _mm_xor_si128(c, d))
}

/// A block, read backwards.
#[inline]
#[target_feature(enable = "avx2")]
fn load(block: &[u8; BLOCK]) -> __m128i {
    // SAFETY: 16 bytes are readable there, and the load needs no alignment.
    let bytes = unsafe { _mm_loadu_si128(block.as_ptr().cast()) };
    _mm_shuffle_epi8(bytes, _mm_set_epi64x(0x0001_0203_0405_0607, 0x0809_0a0b_0c0d_0e0f))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_four(blocks: &[[u8; BLOCK]; 4]) -> __m512i {
    // SAFETY: 64 bytes are readable there, and the load needs no alignment.
    let bytes = unsafe { _mm512_loadu_si512(blocks.as_ptr().cast()) };
    _mm512_shuffle_epi8(bytes, _mm512_set4_epi32(0x0001_0203, 0x0405_0607, 0x0809_0a0b, 0x0c0d_0e0f))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_powers(powers: &[u128; 4]) -> __m512i {
    // SAFETY: 64 bytes are readable there, and the load needs no alignment.
    unsafe { _mm512_loadu_si512(powers.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn vector(value: u128) -> __m128i {
    _mm_set_epi64x(((value >> 64) as u64).cast_signed(), (value as u64).cast_signed())
}

#[inline]
#[target_feature(enable = "avx2")]
fn number(v: __m128i) -> u128 {
    let mut bytes = [0; BLOCK];
    // SAFETY: 16 bytes are writable there, and the store needs no alignment.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), v) }
    u128::from_le_bytes(bytes)
}
