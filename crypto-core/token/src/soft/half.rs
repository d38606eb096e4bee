//! The half of a token's protection that lies in the operating system's keyring, with its own count of tries.
//!
//! A token uses one of two names in turn: a new half is written under the other name before the `pin` record refers to
//! it, so that a kill in between leaves the old PIN working. The entry is text (KWallet keeps no binary values):
//! `<64 hexadecimal digits> <tries left>`.

use algo::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::TokenError;
use crate::keyring::{KeyringFailed, KeyringHalf};

/// Which of a token's two names in the keyring is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Slot {
    A,
    B,
}

impl Slot {
    pub(super) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn name(self, id: &str) -> String {
        match self {
            Self::A => format!("token {id} a"),
            Self::B => format!("token {id} b"),
        }
    }
}

/// A half as it lies in the keyring.
pub(super) struct Half {
    pub(super) secret: Secret,
    pub(super) left: u32,
}

impl Half {
    pub(super) fn random(left: u32) -> Result<Self, TokenError> {
        Ok(Self { secret: Secret::random(32)?, left })
    }

    /// `Ok(None)`: the keyring answers and has no (readable) half for this token.
    pub(super) fn read(keyring: &dyn KeyringHalf, id: &str, slot: Slot) -> Result<Option<Self>, TokenError> {
        Ok(keyring.read(&slot.name(id)).map_err(does_not_answer)?.as_ref().and_then(Self::parse))
    }

    pub(super) fn write(&self, keyring: &dyn KeyringHalf, id: &str, slot: Slot) -> Result<(), TokenError> {
        keyring.write(&slot.name(id), &self.text()).map_err(does_not_answer)
    }

    pub(super) fn delete(keyring: &dyn KeyringHalf, id: &str, slot: Slot) -> Result<(), TokenError> {
        keyring.delete(&slot.name(id)).map_err(does_not_answer)
    }

    fn text(&self) -> Secret {
        let digits = Zeroizing::new(hex::encode(self.secret.expose()));
        let mut text = Vec::with_capacity(digits.len() + 1 + 10);
        text.extend_from_slice(digits.as_bytes());
        text.extend_from_slice(format!(" {}", self.left).as_bytes());
        Secret::from(text)
    }

    fn parse(text: &Secret) -> Option<Self> {
        let (digits, left) = std::str::from_utf8(text.expose()).ok()?.split_once(' ')?;
        let secret = Secret::from(hex::decode(digits).ok()?);
        (secret.len() == 32).then_some(())?;
        Some(Self { secret, left: left.parse().ok()? })
    }
}

fn does_not_answer(failed: KeyringFailed) -> TokenError {
    TokenError::Keyring { detail: failed.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_survives_its_text() {
        let half = Half::random(7).unwrap();
        let read = Half::parse(&half.text()).unwrap();
        assert!(read.secret == half.secret);
        assert_eq!(read.left, 7);
    }

    #[test]
    fn anything_else_is_no_half() {
        for text in ["", "00", "zz 3", "00 3"] {
            assert!(Half::parse(&Secret::copy_of(text.as_bytes())).is_none(), "{text:?}");
        }
    }
}
