//! Eight messages in 256-bit vectors.

use core::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_andnot_si256, _mm256_loadu_si256, _mm256_or_si256,
    _mm256_permute2x128_si256, _mm256_set1_epi32, _mm256_setr_epi64x, _mm256_shuffle_epi8, _mm256_slli_epi32,
    _mm256_srli_epi32, _mm256_storeu_si256, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32,
    _mm256_unpacklo_epi64,
};

use crate::vectors::v256::{splat, xor, xor3};

use crate::messages::Blocks;

#[target_feature(enable = "avx2")]
pub(super) fn compress(state: &mut [[u32; 8]; 8], blocks: &Blocks<'_, 8>) {
    // SAFETY: eight words are readable there, and the load needs no alignment.
    let before = state.each_ref().map(|words| unsafe { _mm256_loadu_si256(words.as_ptr().cast()) });
    let after = compression!(before, blocks);
    for ((state, after), before) in state.iter_mut().zip(after).zip(before) {
        // SAFETY: eight words are writable there, and the store needs no alignment.
        unsafe { _mm256_storeu_si256(state.as_mut_ptr().cast(), xor(after, before)) }
    }
}

/// Word i of every message in vector i: two squares of eight by eight words are transposed.
#[inline]
#[target_feature(enable = "avx2")]
fn load(blocks: &Blocks<'_, 8>) -> [__m256i; 16] {
    let order =
        _mm256_setr_epi64x(0x0405_0607_0001_0203, 0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203, 0x0c0d_0e0f_0809_0a0b);
    let mut words = [_mm256_set1_epi32(0); 16];
    for (half, words) in words.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        // SAFETY: a block has 64 bytes; half of them are readable from its start and from its middle.
        let rows = blocks.each_ref().map(|block| unsafe { _mm256_loadu_si256(block.as_ptr().add(32 * half).cast()) });
        *words = transpose(rows.map(|row| _mm256_shuffle_epi8(row, order)));
    }
    words
}

#[inline]
#[target_feature(enable = "avx2")]
fn transpose(r: [__m256i; 8]) -> [__m256i; 8] {
    let low = |a, b| _mm256_unpacklo_epi32(a, b);
    let high = |a, b| _mm256_unpackhi_epi32(a, b);
    let t = [
        low(r[0], r[1]),
        high(r[0], r[1]),
        low(r[2], r[3]),
        high(r[2], r[3]),
        low(r[4], r[5]),
        high(r[4], r[5]),
        low(r[6], r[7]),
        high(r[6], r[7]),
    ];
    let low = |a, b| _mm256_unpacklo_epi64(a, b);
    let high = |a, b| _mm256_unpackhi_epi64(a, b);
    let u = [
        low(t[0], t[2]),
        high(t[0], t[2]),
        low(t[1], t[3]),
        high(t[1], t[3]),
        low(t[4], t[6]),
        high(t[4], t[6]),
        low(t[5], t[7]),
        high(t[5], t[7]),
    ];
    let low = |a, b| _mm256_permute2x128_si256::<0x20>(a, b);
    let high = |a, b| _mm256_permute2x128_si256::<0x31>(a, b);
    [
        low(u[0], u[4]),
        low(u[1], u[5]),
        low(u[2], u[6]),
        low(u[3], u[7]),
        high(u[0], u[4]),
        high(u[1], u[5]),
        high(u[2], u[6]),
        high(u[3], u[7]),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn add(a: __m256i, b: __m256i) -> __m256i {
    _mm256_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
fn rol<const LEFT: i32, const RIGHT: i32>(a: __m256i) -> __m256i {
    _mm256_or_si256(_mm256_slli_epi32::<LEFT>(a), _mm256_srli_epi32::<RIGHT>(a))
}

#[inline]
#[target_feature(enable = "avx2")]
fn majority(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(_mm256_or_si256(a, b), c))
}

#[inline]
#[target_feature(enable = "avx2")]
fn choose(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_andnot_si256(a, c))
}
