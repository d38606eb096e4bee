//! Whether a password is worth the cost of its derivation: anybody who holds the file can guess for years.

use algo::Password;
use std::collections::HashSet;

/// Fewest characters of a password.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// Fewest characters that do not follow from those before them.
const MIN_SURPRISES: usize = 8;
/// Fewest different characters.
const MIN_DIFFERENT: usize = 6;
/// Keyboard rows and the words that head every list of leaked passwords.
const WELL_KNOWN: [&str; 14] = [
    "qwertyuiop",
    "qwerty",
    "asdfghjkl",
    "asdf",
    "zxcvbnm",
    "1qaz2wsx",
    "password",
    "passw0rd",
    "admin",
    "welcome",
    "letmein",
    "woaini",
    "iloveyou",
    "bidseal",
];

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakPassword {
    /// Fewer than [`MIN_PASSWORD_CHARS`] characters.
    #[error("the password has {chars} characters; {MIN_PASSWORD_CHARS} are needed")]
    TooShort {
        /// How many it has.
        chars: usize,
    },
    /// Long enough, but made of repetitions, sequences, keyboard rows or well-known words.
    #[error("the password is easy to guess")]
    Predictable,
}

/// Refuses what a guesser tries first. It cannot tell that a password is good.
///
/// # Errors
/// [`WeakPassword`].
pub fn check_strength(password: &Password) -> Result<(), WeakPassword> {
    let chars = password.chars();
    if chars < MIN_PASSWORD_CHARS {
        return Err(WeakPassword::TooShort { chars });
    }
    let surprising = surprises(password.expose_str());
    let different = surprising.iter().collect::<HashSet<_>>().len();
    let strong = surprising.len() >= MIN_SURPRISES && different >= MIN_DIFFERENT;
    if strong { Ok(()) } else { Err(WeakPassword::Predictable) }
}

/// The characters that neither continue a sequence, nor repeat one of the three before them, nor lie in a well-known word.
fn surprises(text: &str) -> zeroize::Zeroizing<Vec<char>> {
    let mut lower = zeroize::Zeroizing::new(text.to_lowercase());
    for word in WELL_KNOWN {
        // One character stands for the whole word.
        *lower = lower.replace(word, "\u{1}");
    }
    let mut kept = zeroize::Zeroizing::new(Vec::with_capacity(lower.len()));
    let mut before: [Option<char>; 3] = [None; 3];
    for c in lower.chars() {
        let follows = before[0].is_some_and(|last| u32::from(c).abs_diff(u32::from(last)) <= 1);
        if !follows && !before.contains(&Some(c)) {
            kept.push(c);
        }
        before = [Some(c), before[0], before[1]];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Result<(), WeakPassword> {
        check_strength(&Password::new(text).unwrap())
    }

    #[test]
    fn short_and_predictable_passwords_are_refused() {
        assert_eq!(verdict("Tr0ub4dor&3"), Err(WeakPassword::TooShort { chars: 11 }));
        for text in [
            "123456789012",
            "aaaaaaaaaaaa",
            "abcdefghijkl",
            "abababababab",
            "abcabcabcabc",
            "QwertyUiop123",
            "password1234",
            "Password@2026",
            "qwerty qwerty",
            "1qaz2wsx1qaz2wsx",
            "admin888888888",
            "111122223333",
        ] {
            assert_eq!(verdict(text), Err(WeakPassword::Predictable), "{text}");
        }
    }

    #[test]
    fn ordinary_long_passwords_are_taken() {
        for text in ["correct horse battery", "T7#kfm29!xQw", "投标文件密码是这个长句子对吗", "7k2qm-01xyz-dw8vn"]
        {
            assert_eq!(verdict(text), Ok(()), "{text}");
        }
    }
}
