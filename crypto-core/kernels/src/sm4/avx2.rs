//! What both 256-bit paths do alike.

use core::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_loadu_si256, _mm256_or_si256, _mm256_setr_epi32, _mm256_setr_epi64x,
    _mm256_shuffle_epi8, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_si256, _mm256_unpackhi_epi32,
    _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
};

use crate::vectors::v256::{splat, xor, xor3};

/// The counters of a group, in the positions of its blocks.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn counters(first: u32) -> __m256i {
    _mm256_add_epi32(splat(first), _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7))
}

/// The same shuffle of bytes in both halves.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn shuffle(v: __m256i, order: u128) -> __m256i {
    let (low, high) = ((order as u64).cast_signed(), ((order >> 64) as u64).cast_signed());
    _mm256_shuffle_epi8(v, _mm256_setr_epi64x(low, high, low, high))
}

/// x ⊕ L(u): rotations by whole bytes are shuffles, so that only one has to be made of shifts:
/// L(u) = u ⊕ u≪24 ⊕ (u ⊕ u≪8 ⊕ u≪16)≪2.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn linear(x: __m256i, u: __m256i) -> __m256i {
    let by_8 = shuffle(u, 0x0e0d_0c0f_0a09_080b_0605_0407_0201_0003);
    let by_16 = shuffle(u, 0x0d0c_0f0e_0908_0b0a_0504_0706_0100_0302);
    let by_24 = shuffle(u, 0x0c0f_0e0d_080b_0a09_0407_0605_0003_0201);
    let inner = xor3(u, by_8, by_16);
    let by_2 = _mm256_or_si256(_mm256_slli_epi32::<2>(inner), _mm256_srli_epi32::<30>(inner));
    xor3(xor(x, u), by_24, by_2)
}

/// The 4 × 4 transposition of words within each 128-bit lane.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(v: [__m256i; 4]) -> [__m256i; 4] {
    let [a, b] = [_mm256_unpacklo_epi32(v[0], v[1]), _mm256_unpacklo_epi32(v[2], v[3])];
    let [c, d] = [_mm256_unpackhi_epi32(v[0], v[1]), _mm256_unpackhi_epi32(v[2], v[3])];
    [_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b), _mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d)]
}

/// Words are big-endian in blocks.
#[inline]
#[target_feature(enable = "avx2")]
fn swap(v: __m256i) -> __m256i {
    shuffle(v, 0x0c0d_0e0f_0809_0a0b_0405_0607_0001_0203)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn to_blocks(v: [__m256i; 4]) -> [__m256i; 4] {
    transpose(v).map(|v| swap(v))
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn to_words(v: [__m256i; 4]) -> [__m256i; 4] {
    transpose(v.map(|v| swap(v)))
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: 32 bytes are readable there, and the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store(bytes: &mut [u8; 32], v: __m256i) {
    // SAFETY: 32 bytes are writable there, and the store needs no alignment.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), v) }
}
