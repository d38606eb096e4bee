//! Sixteen messages in 512-bit vectors.

use core::arch::x86_64::{
    __m512i, _mm512_loadu_si512, _mm512_set4_epi32, _mm512_shuffle_epi8, _mm512_shuffle_i32x4, _mm512_storeu_si512,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::Blocks;

/// A word of the state of each message.
pub(crate) type State = [[u32; 16]; 8];

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn vectors(state: &State) -> [__m512i; 8] {
    // SAFETY: sixteen words are readable there, and the load needs no alignment.
    state.each_ref().map(|words| unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn store(state: &mut State, vectors: [__m512i; 8]) {
    for (words, vector) in state.iter_mut().zip(vectors) {
        // SAFETY: sixteen words are writable there, and the store needs no alignment.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), vector) }
    }
}

/// Word i of every message in vector i: a square of sixteen by sixteen words is transposed.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(crate) fn load(blocks: &Blocks<'_, 16>) -> [__m512i; 16] {
    let order = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    // SAFETY: a block has 64 bytes, and the load needs no alignment.
    let rows = blocks.each_ref().map(|block| unsafe { _mm512_loadu_si512(block.as_ptr().cast()) });
    transpose(rows.map(|row| _mm512_shuffle_epi8(row, order)))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn transpose(r: [__m512i; 16]) -> [__m512i; 16] {
    let mut t = r;
    // within 128-bit lanes: words, then pairs of words, of four neighbouring rows
    for i in (0..16).step_by(4) {
        let [a, b] = [_mm512_unpacklo_epi32(r[i], r[i + 1]), _mm512_unpacklo_epi32(r[i + 2], r[i + 3])];
        let [c, d] = [_mm512_unpackhi_epi32(r[i], r[i + 1]), _mm512_unpackhi_epi32(r[i + 2], r[i + 3])];
        t[i] = _mm512_unpacklo_epi64(a, b);
        t[i + 1] = _mm512_unpackhi_epi64(a, b);
        t[i + 2] = _mm512_unpacklo_epi64(c, d);
        t[i + 3] = _mm512_unpackhi_epi64(c, d);
    }
    // then the lanes themselves: lane l of t[4m + k] holds word 4l + k of rows 4m..4m+4
    let mut out = r;
    for k in 0..4 {
        let [a, b] = [_mm512_shuffle_i32x4::<0x44>(t[k], t[k + 4]), _mm512_shuffle_i32x4::<0xee>(t[k], t[k + 4])];
        let [c, d] =
            [_mm512_shuffle_i32x4::<0x44>(t[k + 8], t[k + 12]), _mm512_shuffle_i32x4::<0xee>(t[k + 8], t[k + 12])];
        out[k] = _mm512_shuffle_i32x4::<0x88>(a, c);
        out[k + 4] = _mm512_shuffle_i32x4::<0xdd>(a, c);
        out[k + 8] = _mm512_shuffle_i32x4::<0x88>(b, d);
        out[k + 12] = _mm512_shuffle_i32x4::<0xdd>(b, d);
    }
    out
}
