//! GFNI on 256-bit vectors: 8 blocks a group, four groups in flight.

use core::arch::x86_64::{
    __m256i, _mm256_gf2p8affine_epi64_epi8, _mm256_gf2p8affineinv_epi64_epi8, _mm256_set1_epi64x,
};

use super::avx2::{counters, load, shuffle, store, to_blocks, to_words};
use super::basis;
use crate::vectors::v256::{splat, xor, xor3};

/// As the instruction takes it.
pub(super) const CONSTANT: i32 = basis::CONSTANT as i32;

modes!("gfni,avx2", __m256i, 2, 4);

/// Into the basis of the rounds.
#[inline]
#[target_feature(enable = "gfni,avx2")]
fn enter(x: __m256i) -> __m256i {
    _mm256_gf2p8affine_epi64_epi8::<0>(x, map(basis::IN))
}

#[inline]
#[target_feature(enable = "gfni,avx2")]
fn leave(x: __m256i) -> __m256i {
    _mm256_gf2p8affine_epi64_epi8::<0>(x, map(basis::LEAVE))
}

#[inline]
#[target_feature(enable = "avx2")]
fn map(matrix: basis::Matrix) -> __m256i {
    _mm256_set1_epi64x(matrix.cast_signed())
}

/// x ⊕ L(S(t)) in the basis.
#[inline]
#[target_feature(enable = "gfni,avx2")]
fn transform(x: __m256i, t: __m256i) -> __m256i {
    let own = _mm256_gf2p8affineinv_epi64_epi8::<CONSTANT>(t, map(basis::OWN));
    let third = _mm256_gf2p8affineinv_epi64_epi8::<0>(t, map(basis::THIRD));
    let both = xor(own, third);
    let by_8 = shuffle(both, 0x0e0d_0c0f_0a09_080b_0605_0407_0201_0003);
    let by_16 = shuffle(both, 0x0d0c_0f0e_0908_0b0a_0504_0706_0100_0302);
    let by_24 = shuffle(third, 0x0c0f_0e0d_080b_0a09_0407_0605_0003_0201);
    xor3(xor3(x, own, by_8), by_16, by_24)
}
