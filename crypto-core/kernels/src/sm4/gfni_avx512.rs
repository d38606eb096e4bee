//! GFNI on 512-bit vectors: 16 blocks a group, four groups in flight.

use core::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_gf2p8affine_epi64_epi8, _mm512_gf2p8affineinv_epi64_epi8, _mm512_loadu_si512,
    _mm512_set1_epi64, _mm512_set4_epi32, _mm512_setr_epi32, _mm512_shuffle_epi8, _mm512_storeu_si512,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use crate::vectors::v512::{splat, xor, xor3};

use super::basis;
use super::gfni_avx2::CONSTANT;

modes!("gfni,avx512f,avx512bw", __m512i, 4, 4);

/// The counters of a group, in the positions of its blocks.
#[inline]
#[target_feature(enable = "avx512f")]
fn counters(first: u32) -> __m512i {
    let places = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    _mm512_add_epi32(splat(first), places)
}

/// Into the basis of the rounds.
#[inline]
#[target_feature(enable = "gfni,avx512f")]
fn enter(x: __m512i) -> __m512i {
    _mm512_gf2p8affine_epi64_epi8::<0>(x, map(basis::IN))
}

#[inline]
#[target_feature(enable = "gfni,avx512f")]
fn leave(x: __m512i) -> __m512i {
    _mm512_gf2p8affine_epi64_epi8::<0>(x, map(basis::LEAVE))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn map(matrix: basis::Matrix) -> __m512i {
    _mm512_set1_epi64(matrix.cast_signed())
}

/// x ⊕ L(S(t)) in the basis.
#[inline]
#[target_feature(enable = "gfni,avx512f,avx512bw")]
fn transform(x: __m512i, t: __m512i) -> __m512i {
    let own = _mm512_gf2p8affineinv_epi64_epi8::<CONSTANT>(t, map(basis::OWN));
    let third = _mm512_gf2p8affineinv_epi64_epi8::<0>(t, map(basis::THIRD));
    let both = xor(own, third);
    let by_8 = _mm512_shuffle_epi8(both, _mm512_set4_epi32(0x0e0d_0c0f, 0x0a09_080b, 0x0605_0407, 0x0201_0003));
    let by_16 = _mm512_shuffle_epi8(both, _mm512_set4_epi32(0x0d0c_0f0e, 0x0908_0b0a, 0x0504_0706, 0x0100_0302));
    let by_24 = _mm512_shuffle_epi8(third, _mm512_set4_epi32(0x0c0f_0e0d, 0x080b_0a09, 0x0407_0605, 0x0003_0201));
    xor3(xor3(x, own, by_8), by_16, by_24)
}

/// The 4 × 4 transposition of words within each 128-bit lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose(v: [__m512i; 4]) -> [__m512i; 4] {
    let [a, b] = [_mm512_unpacklo_epi32(v[0], v[1]), _mm512_unpacklo_epi32(v[2], v[3])];
    let [c, d] = [_mm512_unpackhi_epi32(v[0], v[1]), _mm512_unpackhi_epi32(v[2], v[3])];
    [_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b), _mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d)]
}

/// Words are big-endian in blocks.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn swap(v: __m512i) -> __m512i {
    let order = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    _mm512_shuffle_epi8(v, order)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn to_blocks(v: [__m512i; 4]) -> [__m512i; 4] {
    transpose(v).map(|v| swap(v))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn to_words(v: [__m512i; 4]) -> [__m512i; 4] {
    transpose(v.map(|v| swap(v)))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: 64 bytes are readable there, and the load needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(bytes: &mut [u8; 64], v: __m512i) {
    // SAFETY: 64 bytes are writable there, and the store needs no alignment.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), v) }
}
