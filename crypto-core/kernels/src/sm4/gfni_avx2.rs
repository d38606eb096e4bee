//! GFNI on 256-bit vectors: 8 blocks a group, four groups in flight.

use core::arch::x86_64::{
    __m256i, _mm256_gf2p8affine_epi64_epi8, _mm256_gf2p8affineinv_epi64_epi8, _mm256_set1_epi64x,
};

use super::avx2::{counters, linear, load, store, to_blocks, to_words};
use crate::vectors::v256::{splat, xor, xor3};

/// S(x) = AFFINE_OUT · inverse(AFFINE_IN · x + CONSTANT_IN) + CONSTANT_OUT, the inverse in AES's field: the standard's
/// affine map joined with the isomorphism between its field, x⁸+x⁷+x⁶+x⁵+x⁴+x²+1, and AES's.
pub(super) const AFFINE_IN: i64 = 0x4c28_7db9_1a22_505d;
pub(super) const CONSTANT_IN: i32 = 0x3e;
pub(super) const AFFINE_OUT: i64 = 0xf3ab_34a9_74a6_b589_u64.cast_signed();
pub(super) const CONSTANT_OUT: i32 = 0xd3;

modes!("gfni,avx2", __m256i, 2, 4);

/// x ⊕ L(S(t)).
#[inline]
#[target_feature(enable = "gfni,avx2")]
fn transform(x: __m256i, t: __m256i) -> __m256i {
    let t = _mm256_gf2p8affine_epi64_epi8::<CONSTANT_IN>(t, _mm256_set1_epi64x(AFFINE_IN));
    let u = _mm256_gf2p8affineinv_epi64_epi8::<CONSTANT_OUT>(t, _mm256_set1_epi64x(AFFINE_OUT));
    linear(x, u)
}
