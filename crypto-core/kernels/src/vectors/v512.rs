//! Sixteen words.

use core::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_rol_epi32, _mm512_set1_epi32, _mm512_ternarylogic_epi32, _mm512_xor_si512,
};

/// Truth tables of three operands.
const XOR3: i32 = 0x96;
const MAJORITY: i32 = 0xe8;
const CHOOSE: i32 = 0xca;

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

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn add(a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi32(a, b)
}

/// The second parameter is for vectors that must shift right too.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn rol<const LEFT: i32, const RIGHT: i32>(a: __m512i) -> __m512i {
    _mm512_rol_epi32::<LEFT>(a)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn majority(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<MAJORITY>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn choose(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<CHOOSE>(a, b, c)
}
