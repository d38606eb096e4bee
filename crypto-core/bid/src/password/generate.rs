//! Passwords that nobody has to invent.

use algo::{Password, RandomFailure};
use zeroize::Zeroizing;

/// Crockford's base 32: no letter is taken for another when it is read from paper.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const GROUPS: usize = 5;
const GROUP_LEN: usize = 5;

/// A fresh password of 125 bits in five groups, such as `7k2qm-…`.
///
/// # Errors
/// [`RandomFailure`].
pub fn generate() -> Result<Password, RandomFailure> {
    let random = Zeroizing::new(algo::random::<{ GROUPS * GROUP_LEN }>()?);
    Ok(spell(&*random))
}

fn spell(random: &[u8]) -> Password {
    let mut text = String::with_capacity(GROUPS * (GROUP_LEN + 1));
    for group in random.chunks(GROUP_LEN) {
        if !text.is_empty() {
            text.push('-');
        }
        text.extend(group.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])));
    }
    Password::new(text).expect("it has 29 characters")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::check_strength;

    #[test]
    fn generated_passwords_are_strong_and_differ() {
        let (a, b) = (generate().unwrap(), generate().unwrap());
        assert!(a != b);
        assert_eq!(a.chars(), 29);
        check_strength(&a).unwrap();
    }
}
