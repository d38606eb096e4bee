//! Eight words.

use core::arch::x86_64::{__m256i, _mm256_set1_epi32, _mm256_xor_si256};

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn splat(word: u32) -> __m256i {
    _mm256_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn xor(a: __m256i, b: __m256i) -> __m256i {
    _mm256_xor_si256(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn xor3(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    xor(xor(a, b), c)
}
