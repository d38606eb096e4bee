//! The unified social credit code of a Chinese unit (统一社会信用代码, GB 32100-2015).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The 31 characters of the code in the order of their values: I, O, S, V and Z are left out (GB 32100-2015 table 1).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Eighteen characters whose check character is right.
///
/// ```
/// let code: x509::Uscc = "91330106MA2CFLDG4R".parse()?;
/// assert_eq!(code.as_str(), "91330106MA2CFLDG4R");
/// # Ok::<(), x509::UsccError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uscc(String);

/// Why a text is not a unified social credit code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UsccError {
    /// Not 18 characters.
    #[error("a credit code has 18 characters, not {0} (统一社会信用代码应为 18 位)")]
    Length(usize),
    /// A character that the code does not use.
    #[error("{0:?} does not occur in a credit code (统一社会信用代码不含该字符)")]
    Character(char),
    /// The last character does not fit the others: something was mistyped.
    #[error("the check character should be {expected} (校验位不符)")]
    Check {
        /// The character that the first 17 demand.
        expected: char,
    },
}

impl Uscc {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Uscc {
    type Err = UsccError;

    fn from_str(typed: &str) -> Result<Self, UsccError> {
        let code = typed.trim().to_ascii_uppercase();
        if code.chars().count() != 18 {
            return Err(UsccError::Length(code.chars().count()));
        }
        let mut sum = 0;
        let mut weight = 1;
        for c in code.chars().take(17) {
            let value = ALPHABET.iter().position(|known| char::from(*known) == c).ok_or(UsccError::Character(c))?;
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        let expected = char::from(ALPHABET[(31 - sum % 31) % 31]);
        match code.ends_with(expected) {
            true => Ok(Self(code)),
            false => Err(UsccError::Check { expected }),
        }
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_codes_are_accepted_and_slips_found() {
        // Codes that the companies themselves publish: Alibaba (China), Tencent Computer Systems.
        for code in ["91330100799655058B", "9144030071526726XG"] {
            assert_eq!(code.parse::<Uscc>().unwrap().as_str(), code);
            assert_eq!(code.to_lowercase().parse::<Uscc>().unwrap().as_str(), code);
            for at in 0..17 {
                let mut slip = code.to_owned();
                let other = if &code[at..=at] == "1" { "7" } else { "1" };
                slip.replace_range(at..=at, other);
                assert!(matches!(slip.parse::<Uscc>(), Err(UsccError::Check { .. })), "{slip}");
            }
        }
        assert_eq!("9133".parse::<Uscc>(), Err(UsccError::Length(4)));
        assert_eq!("9133010079965505O8".parse::<Uscc>(), Err(UsccError::Character('O')));
    }
}
