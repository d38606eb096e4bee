//! The compression function (GB/T 32905 §5.3), for one lane or many.

/// T_j rotated left by j, ready for its round.
pub(super) const T: [u32; 64] = {
    let (mut t, mut j) = ([0; 64], 0);
    while j < 64 {
        let constant: u32 = if j < 16 { 0x79cc_4519 } else { 0x7a87_9d8a };
        t[j] = constant.rotate_left((j % 32) as u32);
        j += 1;
    }
    t
};

/// The compression over a path's primitives: `load` (sixteen words of each message), `splat`, `add`, `xor`, `xor3`, `rol`,
/// `majority`, `choose`. Sixteen rounds are written out, so that every word of the schedule has a place known in advance;
/// words are expanded as they are needed, which the last twelve rounds do no more.
macro_rules! compression {
    ($state:expr, $blocks:expr) => {{
        let mut w = load($blocks);
        let mut v = $state;
        rounds!(v, w, 0, xor3, xor3, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15,);
        for first in [16, 32] {
            rounds!(v, w, first, majority, choose, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15,);
        }
        rounds!(v, w, 48, majority, choose, 0 1 2 3, 4 5 6 7 8 9 10 11 12 13 14 15);
        v
    }};
}

/// Rounds that expand a word each, then rounds that expand none.
macro_rules! rounds {
    ($v:ident, $w:ident, $first:expr, $ff:ident, $gg:ident, $($j:literal)*, $($k:literal)*) => {
        $(
            round!($v, $w, $first, $ff, $gg, $j);
            // W_{j+16} takes the place of W_j
            let x = xor3($w[$j], $w[($j + 7) % 16], rol::<15, 17>($w[($j + 13) % 16]));
            let p1 = xor3(x, rol::<15, 17>(x), rol::<23, 9>(x));
            $w[$j] = xor3(p1, rol::<7, 25>($w[($j + 3) % 16]), $w[($j + 10) % 16]);
        )*
        $(round!($v, $w, $first, $ff, $gg, $k);)*
    };
}

macro_rules! round {
    ($v:ident, $w:ident, $first:expr, $ff:ident, $gg:ident, $j:literal) => {
        let [a, b, c, d, e, f, g, h] = $v;
        let rotated = rol::<12, 20>(a);
        let ss1 = rol::<7, 25>(add(add(rotated, e), splat($crate::sm3::compress::T[$first + $j])));
        let expanded = xor($w[$j], $w[($j + 4) % 16]);
        let tt1 = add(add($ff(a, b, c), d), add(xor(ss1, rotated), expanded));
        let tt2 = add(add($gg(e, f, g), h), add(ss1, $w[$j]));
        let p0 = xor3(tt2, rol::<9, 23>(tt2), rol::<17, 15>(tt2));
        $v = [tt1, a, rol::<9, 23>(b), c, p0, e, rol::<19, 13>(f), g];
    };
}
