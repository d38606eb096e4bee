//! GFNI on 512-bit vectors: 16 blocks a group, four groups in flight.

use core::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_gf2p8affine_epi64_epi8, _mm512_gf2p8affineinv_epi64_epi8, _mm512_loadu_si512,
    _mm512_rol_epi32, _mm512_set1_epi64, _mm512_set4_epi32, _mm512_setr_epi32, _mm512_shuffle_epi8,
    _mm512_storeu_si512, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use crate::vectors::v512::{splat, xor, xor3};

use super::gfni_avx2::{AFFINE_IN, AFFINE_OUT, CONSTANT_IN, CONSTANT_OUT};

modes!("gfni,avx512f,avx512bw", __m512i, 4, 4);

/// The counters of a group, in the positions of its blocks.
#[inline]
#[target_feature(enable = "avx512f")]
fn counters(first: u32) -> __m512i {
    let places = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    _mm512_add_epi32(splat(first), places)
}

/// x ⊕ L(S(t)), L(u) = u ⊕ u≪2 ⊕ u≪10 ⊕ u≪18 ⊕ u≪24 (GB/T 32907 §6.2).
#[inline]
#[target_feature(enable = "gfni,avx512f,avx512bw")]
fn transform(x: __m512i, t: __m512i) -> __m512i {
    let t = _mm512_gf2p8affine_epi64_epi8::<CONSTANT_IN>(t, _mm512_set1_epi64(AFFINE_IN));
    let u = _mm512_gf2p8affineinv_epi64_epi8::<CONSTANT_OUT>(t, _mm512_set1_epi64(AFFINE_OUT));
    let first = xor3(x, u, _mm512_rol_epi32::<2>(u));
    let second = xor3(_mm512_rol_epi32::<10>(u), _mm512_rol_epi32::<18>(u), _mm512_rol_epi32::<24>(u));
    xor(first, second)
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
