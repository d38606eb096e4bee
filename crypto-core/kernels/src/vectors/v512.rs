//! Sixteen words.

use core::arch::x86_64::{__m512i, _mm512_set1_epi32, _mm512_ternarylogic_epi32, _mm512_xor_si512};

/// Three-way XOR as a truth table.
const XOR3: i32 = 0x96;

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn splat(word: u32) -> __m512i {
    _mm512_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn xor(a: __m512i, b: __m512i) -> __m512i {
    _mm512_xor_si512(a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn xor3(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<XOR3>(a, b, c)
}
