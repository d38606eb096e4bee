//! Rules for new PINs, as data that travels with the token: every CA has its own.

use algo::Pin;
use serde::{Deserialize, Serialize};

/// Rules that a new PIN must keep. Lengths count characters, not bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PinPolicy {
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: usize,
    /// At least one letter (of any script).
    pub letter: bool,
    /// At least one digit.
    pub digit: bool,
    /// The PIN that tokens of this kind leave the factory with; never allowed again.
    pub factory: String,
}

impl PinPolicy {
    /// Policy of our soft tokens: 8 to 32 characters with a letter and a digit, factory PIN 123456.
    #[must_use]
    pub fn soft() -> Self {
        Self { min: 8, max: 32, letter: true, digit: true, factory: "123456".to_owned() }
    }

    /// Policy of a token that only tells lengths.
    #[must_use]
    pub fn length_only(min: usize, max: usize) -> Self {
        Self { min, max, letter: false, digit: false, factory: String::new() }
    }

    /// Checks a new PIN.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, new: &Pin) -> Result<(), PinRule> {
        let text = new.expose_str();
        let length = text.chars().count();
        if text.chars().any(char::is_control) {
            return Err(PinRule::ControlCharacter);
        }
        if text == self.factory {
            return Err(PinRule::FactoryPin);
        }
        if length < self.min {
            return Err(PinRule::TooShort { min: self.min });
        }
        if length > self.max {
            return Err(PinRule::TooLong { max: self.max });
        }
        if self.letter && !text.chars().any(char::is_alphabetic) {
            return Err(PinRule::NoLetter);
        }
        if self.digit && !text.chars().any(char::is_numeric) {
            return Err(PinRule::NoDigit);
        }
        Ok(())
    }
}

/// A rule that a new PIN breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PinRule {
    /// Too few characters.
    #[error("at least {min} characters")]
    TooShort {
        /// Fewest characters.
        min: usize,
    },
    /// Too many characters.
    #[error("at most {max} characters")]
    TooLong {
        /// Most characters.
        max: usize,
    },
    /// A letter is missing.
    #[error("at least one letter")]
    NoLetter,
    /// A digit is missing.
    #[error("at least one digit")]
    NoDigit,
    /// A capital letter A–Z is missing.
    #[error("at least one capital letter")]
    NoUpper,
    /// A small letter a–z is missing.
    #[error("at least one small letter")]
    NoLower,
    /// A character that is neither letter nor digit is missing.
    #[error("at least one special character")]
    NoSpecial,
    /// The factory PIN.
    #[error("not the factory PIN")]
    FactoryPin,
    /// The new PIN is the old one.
    #[error("not the old PIN")]
    SameAsOld,
    /// The token itself refused it, for a reason it does not tell.
    #[error("the token refuses it")]
    RefusedByToken,
    /// Tabs, line ends and other control characters cannot be typed again reliably.
    #[error("no control characters")]
    ControlCharacter,
}

impl PinRule {
    /// The stable name used in JSON output and message catalogues.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::NoLetter => "no_letter",
            Self::NoDigit => "no_digit",
            Self::NoUpper => "no_upper",
            Self::NoLower => "no_lower",
            Self::NoSpecial => "no_special",
            Self::FactoryPin => "factory_pin",
            Self::SameAsOld => "same_as_old",
            Self::RefusedByToken => "refused_by_token",
            Self::ControlCharacter => "control_character",
        }
    }
}
