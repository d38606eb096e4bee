//! What all vector paths share: a vector holds one word of many blocks, and several groups of blocks are in flight at
//! once, because one round waits for the one before it.
//!
//! Position p = 4·l + k of a vector (l counts its 128-bit lanes, k the words in one) holds block k·LANES + l of its group.
//! Then the 4 × 4 transposition within 128-bit lanes, which every instruction set has, gives consecutive blocks.

/// The modes over a path's primitives. The path's module brings a vector type, how many 128-bit lanes it has, how many
/// groups stay in its registers, and `splat`, `counters`, `xor`, `xor3`, `transform` (L ∘ S), `to_words`, `to_blocks`,
/// `load`, `store`; `enter` and `leave`, which change words to the basis that its rounds and round keys are in, and back.
macro_rules! modes {
    ($features:literal, $vector:ty, $lanes:literal, $groups:literal) => {
        /// Blocks of a group: one for each 32-bit word of a vector.
        const BLOCKS: usize = 4 * $lanes;
        /// Bytes of a group.
        const GROUP: usize = 16 * BLOCKS;
        /// Groups in flight.
        const GROUPS: usize = $groups;

        /// The 32 rounds on several groups; the four vectors come out in reversed order, as the standard wants them.
        #[inline]
        #[target_feature(enable = $features)]
        fn rounds<const N: usize>(keys: &$crate::sm4::RoundKeys, x: &mut [[$vector; 4]; N]) {
            // Two rounds have two words in common, whose sum is made once.
            for [a, b, c, d] in keys.as_chunks::<4>().0 {
                for (i, keys) in [(0, [a, b]), (2, [c, d])] {
                    let [first, second] = keys.map(|key| splat(*key));
                    let mut common = [splat(0); N];
                    for (x, common) in x.iter_mut().zip(&mut common) {
                        *common = xor(x[(i + 2) % 4], x[(i + 3) % 4]);
                        x[i] = transform(x[i], xor3(x[i + 1], *common, first));
                    }
                    for (x, common) in x.iter_mut().zip(&common) {
                        x[i + 1] = transform(x[i + 1], xor3(x[i], *common, second));
                    }
                }
            }
            for x in x.iter_mut() {
                let [a, b, c, d] = *x;
                *x = [leave(d), leave(c), leave(b), leave(a)];
            }
        }

        /// The key stream of `N` groups from a counter on.
        #[inline]
        #[target_feature(enable = $features)]
        fn stream<const N: usize>(keys: &$crate::sm4::RoundKeys, nonce: [u32; 3], counter: u32) -> [[$vector; 4]; N] {
            let [a, b, c] = nonce.map(|word| enter(splat(word)));
            let mut x = [[a, b, c, a]; N];
            for (x, group) in x.iter_mut().zip(0..) {
                x[3] = enter(counters(counter.wrapping_add(group * BLOCKS as u32)));
            }
            rounds(keys, &mut x);
            x.map(|x| to_blocks(x))
        }

        /// XORs `N` groups of key stream with exactly as many bytes.
        #[inline]
        #[target_feature(enable = $features)]
        fn xor_stream<const N: usize>(
            keys: &$crate::sm4::RoundKeys,
            nonce: [u32; 3],
            counter: u32,
            from: &[u8],
            to: &mut [u8],
        ) {
            let stream = stream::<N>(keys, nonce, counter);
            let (from, to) = (from.as_chunks::<{ GROUP / 4 }>().0, to.as_chunks_mut::<{ GROUP / 4 }>().0);
            for ((from, to), key) in from.iter().zip(to).zip(stream.iter().flatten()) {
                store(to, xor(load(from), *key));
            }
        }

        #[target_feature(enable = $features)]
        pub(super) fn counter_mode(
            keys: &$crate::sm4::RoundKeys,
            nonce: &[u8; 12],
            mut counter: u32,
            from: &[u8],
            to: &mut [u8],
        ) {
            let nonce = $crate::sm4::words(nonce);
            let (mut inputs, mut outputs) = (from.chunks_exact(GROUPS * GROUP), to.chunks_exact_mut(GROUPS * GROUP));
            for (from, to) in (&mut inputs).zip(&mut outputs) {
                xor_stream::<GROUPS>(keys, nonce, counter, from, to);
                counter = counter.wrapping_add((GROUPS * BLOCKS) as u32);
            }
            let mut inputs = inputs.remainder().chunks_exact(GROUP);
            let mut outputs = outputs.into_remainder().chunks_exact_mut(GROUP);
            for (from, to) in (&mut inputs).zip(&mut outputs) {
                xor_stream::<1>(keys, nonce, counter, from, to);
                counter = counter.wrapping_add(BLOCKS as u32);
            }
            let (from, to) = (inputs.remainder(), outputs.into_remainder());
            if !from.is_empty() {
                let mut whole = zeroize::Zeroizing::new([[0; GROUP]; 2]);
                let [before, after] = &mut *whole;
                before[..from.len()].copy_from_slice(from);
                xor_stream::<1>(keys, nonce, counter, before, after);
                to.copy_from_slice(&after[..from.len()]);
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn run_blocks<const N: usize>(keys: &$crate::sm4::RoundKeys, data: &mut [u8]) {
            let vectors = data.as_chunks_mut::<{ GROUP / 4 }>().0.as_chunks_mut::<4>().0;
            let mut x = [[splat(0); 4]; N];
            for (x, bytes) in x.iter_mut().zip(vectors.iter()) {
                let words = to_words([load(&bytes[0]), load(&bytes[1]), load(&bytes[2]), load(&bytes[3])]);
                *x = words.map(|word| enter(word));
            }
            rounds(keys, &mut x);
            for (x, bytes) in x.into_iter().zip(vectors) {
                for (vector, bytes) in to_blocks(x).into_iter().zip(bytes) {
                    store(bytes, vector);
                }
            }
        }

        #[target_feature(enable = $features)]
        pub(super) fn blocks(keys: &$crate::sm4::RoundKeys, data: &mut [u8]) {
            let mut batches = data.chunks_exact_mut(GROUPS * GROUP);
            for batch in &mut batches {
                run_blocks::<GROUPS>(keys, batch);
            }
            for group in batches.into_remainder().chunks_mut(GROUP) {
                let mut whole = zeroize::Zeroizing::new([0; GROUP]);
                whole[..group.len()].copy_from_slice(group);
                run_blocks::<1>(keys, &mut whole[..]);
                group.copy_from_slice(&whole[..group.len()]);
            }
        }
    };
}
