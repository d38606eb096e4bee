//! Sixteen messages in 512-bit vectors.

use core::arch::x86_64::{__m512i, _mm512_srli_epi32};

use crate::messages::Blocks;
use crate::messages::avx512::{State, load, store, vectors};
use crate::vectors::v512::{add, choose, majority, rol, splat, xor3};

/// FIPS 180-4 §4.2.2.
const K: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// FIPS 180-4 §6.2.2.
macro_rules! round {
    ($v:ident, $w:ident, $first:expr, $j:literal) => {
        let [a, b, c, d, e, f, g, h] = $v;
        let word = add($w[$j], splat(K[$first + $j]));
        let t1 = add(add(add(h, word), choose(e, f, g)), xor3(ror::<6, 26>(e), ror::<11, 21>(e), ror::<25, 7>(e)));
        let t2 = add(majority(a, b, c), xor3(ror::<2, 30>(a), ror::<13, 19>(a), ror::<22, 10>(a)));
        $v = [add(t1, t2), a, b, c, add(d, t1), e, f, g];
    };
}

/// Rounds that expand a word each, then rounds that expand none. They are written out, so that every word of the schedule has
/// a place known in advance.
macro_rules! rounds {
    ($v:ident, $w:ident, $first:expr, $($j:literal)*, $($k:literal)*) => {
        $(
            round!($v, $w, $first, $j);
            // W_{j+16} takes the place of W_j
            let (x, y) = ($w[($j + 1) % 16], $w[($j + 14) % 16]);
            let x = xor3(ror::<7, 25>(x), ror::<18, 14>(x), _mm512_srli_epi32::<3>(x));
            let y = xor3(ror::<17, 15>(y), ror::<19, 13>(y), _mm512_srli_epi32::<10>(y));
            $w[$j] = add(add($w[$j], x), add(y, $w[($j + 9) % 16]));
        )*
        $(round!($v, $w, $first, $k);)*
    };
}

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn compress(state: &mut State, blocks: &Blocks<'_, 16>) {
    let before = vectors(state);
    let (mut v, mut w) = (before, load(blocks));
    for first in [0, 16, 32] {
        rounds!(v, w, first, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15,);
    }
    rounds!(v, w, 48, , 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    store(state, [0, 1, 2, 3, 4, 5, 6, 7].map(|i| add(v[i], before[i])));
}

/// Rotates right; the second parameter is what remains of 32.
#[inline]
#[target_feature(enable = "avx512f")]
fn ror<const RIGHT: i32, const LEFT: i32>(a: __m512i) -> __m512i {
    rol::<LEFT, RIGHT>(a)
}
