//! Sixteen messages in 512-bit vectors.

use crate::messages::Blocks;
use crate::messages::avx512::{State, load, store, vectors};
use crate::vectors::v512::{add, choose, majority, rol, splat, xor, xor3};

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn compress(state: &mut State, blocks: &Blocks<'_, 16>) {
    let before = vectors(state);
    let after = compression!(before, blocks);
    store(state, [0, 1, 2, 3, 4, 5, 6, 7].map(|i| xor(after[i], before[i])));
}
