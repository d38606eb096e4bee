//! Shamir's secret sharing over GF(2⁸): any `k` of `n` shares give the secret, fewer tell nothing about it.
//!
//! Every byte of the secret is the value at 0 of a polynomial of its own, of degree `k` - 1 and otherwise random; the share
//! of the member with number `x` holds the values at `x`. The field is that of AES: polynomials over GF(2) modulo
//! x⁸ + x⁴ + x³ + x + 1. Only numbers of members decide what is computed; no secret is an index or a condition.

use crate::bid_key::KeyPart;
use crate::limits::HASH_LEN;
use algo::{RandomFailure, Secret};
use zeroize::Zeroizing;

/// The shares of `secret` for the members 1 to `members`, of which `threshold` give it back.
pub(crate) fn split(secret: &KeyPart, members: u8, threshold: u8) -> Result<Vec<KeyPart>, RandomFailure> {
    debug_assert!((1..=members).contains(&threshold));
    let higher: Vec<Secret> = (1..threshold).map(|_| Secret::random(HASH_LEN)).collect::<Result<_, _>>()?;
    let share = |x: u8| {
        // Horner: from the highest coefficient down to the secret itself.
        let mut value = Zeroizing::new([0; HASH_LEN]);
        for coefficients in higher.iter().map(Secret::expose).rev().chain([&secret.expose()[..]]) {
            for (byte, coefficient) in value.iter_mut().zip(coefficients) {
                *byte = multiply(*byte, x) ^ coefficient;
            }
        }
        KeyPart::copy_of(&value)
    };
    Ok((1..=members).map(share).collect())
}

/// The secret of exactly as many shares as its threshold, each with its member's number; the numbers differ.
pub(crate) fn combine(shares: &[(u8, &KeyPart)]) -> KeyPart {
    let mut secret = Zeroizing::new([0; HASH_LEN]);
    for (x, share) in shares {
        let weight = weight(*x, shares.iter().map(|(other, _)| *other));
        for (byte, value) in secret.iter_mut().zip(share.expose()) {
            *byte ^= multiply(*value, weight);
        }
    }
    KeyPart::copy_of(&secret)
}

/// Lagrange's coefficient of the member `x` at 0: the product of x' / (x' - x) over all others. Subtraction is XOR.
fn weight(x: u8, all: impl Iterator<Item = u8>) -> u8 {
    all.filter(|&other| other != x).fold(1, |product, other| multiply(product, multiply(other, inverse(other ^ x))))
}

/// a²⁵⁴: the inverse of all but 0.
fn inverse(a: u8) -> u8 {
    // 254 = 2 + 4 + … + 128
    let mut power = a;
    let mut product = 1;
    for _ in 1..8 {
        power = multiply(power, power);
        product = multiply(product, power);
    }
    product
}

/// The product in the field, bit by bit and without branches.
fn multiply(mut a: u8, b: u8) -> u8 {
    let mut product = 0;
    for bit in 0..8 {
        product ^= a & mask(b >> bit);
        a = (a << 1) ^ (0x1b & mask(a >> 7));
    }
    product
}

/// All ones when the lowest bit is set.
fn mask(bit: u8) -> u8 {
    (bit & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_that_of_aes() {
        assert_eq!(multiply(0x57, 0x83), 0xc1, "FIPS 197 §4.2");
        assert_eq!(multiply(0x57, 0x13), 0xfe, "FIPS 197 §4.2.1");
        for a in 1..=255 {
            assert_eq!(multiply(a, inverse(a)), 1, "{a}");
        }
        assert_eq!(inverse(0x53), 0xca);
    }

    #[test]
    fn any_threshold_of_shares_gives_the_secret_and_fewer_do_not() {
        let secret = KeyPart::random().unwrap();
        for (members, threshold) in [(1, 1), (3, 2), (5, 5), (16, 1), (16, 9), (16, 16)] {
            let shares = split(&secret, members, threshold).unwrap();
            let numbered: Vec<(u8, &KeyPart)> = (1..).zip(&shares).collect();
            let few = usize::from(threshold);
            for first in 0..=numbered.len() - few {
                let chosen = &numbered[first..first + few];
                assert_eq!(combine(chosen).expose(), secret.expose(), "{threshold} of {members} from {first}");
            }
            if threshold > 1 {
                assert_ne!(combine(&numbered[..few - 1]).expose(), secret.expose(), "{threshold} of {members}");
            }
        }
    }

    #[test]
    fn all_pairs_of_three_agree_in_any_order() {
        let secret = KeyPart::random().unwrap();
        let shares = split(&secret, 3, 2).unwrap();
        for (a, b) in [(1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2)] {
            let chosen = [(a, &shares[usize::from(a) - 1]), (b, &shares[usize::from(b) - 1])];
            assert_eq!(combine(&chosen).expose(), secret.expose());
        }
    }
}
