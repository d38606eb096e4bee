//! One message at a time, in plain integers.

use crate::messages::{BLOCK, Blocks};

pub(super) fn compress(state: &mut [[u32; 1]; 8], blocks: &Blocks<'_, 1>) {
    let before = state.map(|[word]| word);
    let after = compression!(before, blocks[0]);
    for ((state, after), before) in state.iter_mut().zip(after).zip(before) {
        *state = [after ^ before];
    }
}

fn load(block: &[u8; BLOCK]) -> [u32; 16] {
    let words = block.as_chunks::<4>().0;
    std::array::from_fn(|i| u32::from_be_bytes(words[i]))
}

fn splat(word: u32) -> u32 {
    word
}

fn add(a: u32, b: u32) -> u32 {
    a.wrapping_add(b)
}

fn xor(a: u32, b: u32) -> u32 {
    a ^ b
}

fn xor3(a: u32, b: u32, c: u32) -> u32 {
    a ^ b ^ c
}

fn rol<const LEFT: u32, const RIGHT: u32>(a: u32) -> u32 {
    a << LEFT | a >> RIGHT
}

fn majority(a: u32, b: u32, c: u32) -> u32 {
    a & b | a & c | b & c
}

fn choose(a: u32, b: u32, c: u32) -> u32 {
    a & b | !a & c
}
