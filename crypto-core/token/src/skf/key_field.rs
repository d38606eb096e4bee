//! Where a private key stands in the 64 bytes of `cbEncryptedPriKey`: the standard does not say, and vendors differ.

use crate::devices::Quirk;

/// How the field is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyField {
    /// 32 encrypted bytes at offset 32, zeros before: the commonest.
    RightHalf,
    /// The key padded with zeros to 64 bytes, and all of it encrypted.
    Whole,
    /// 32 encrypted bytes at offset 0, zeros behind.
    LeftHalf,
}

impl KeyField {
    /// The one to try first, by what is known of the key.
    pub(super) fn first_tried(quirks: &[Quirk]) -> Self {
        match () {
            () if quirks.contains(&Quirk::EncryptedKeyFirst) => Self::LeftHalf,
            () if quirks.contains(&Quirk::EncryptedKeyWhole) => Self::Whole,
            () => Self::RightHalf,
        }
    }

    /// This one, then the others.
    pub(super) fn in_order(self) -> impl Iterator<Item = Self> {
        let others = [Self::RightHalf, Self::Whole, Self::LeftHalf].into_iter().filter(move |other| *other != self);
        std::iter::once(self).chain(others)
    }

    /// The field. `zeros` is one encrypted block of zeros, which only who knows the enclosing key has: without it the
    /// whole field cannot be filled.
    pub(super) fn fill(self, private: &[u8; 32], zeros: Option<&[u8; 16]>) -> Option<Vec<u8>> {
        match self {
            Self::RightHalf => Some([&[0; 32], &private[..]].concat()),
            Self::LeftHalf => Some([&private[..], &[0; 32]].concat()),
            Self::Whole => zeros.map(|zeros| [&zeros[..], zeros, private].concat()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_key_is_tried_first_and_the_others_after() {
        let order = |quirks: &[Quirk]| KeyField::first_tried(quirks).in_order().collect::<Vec<_>>();
        assert_eq!(order(&[]), [KeyField::RightHalf, KeyField::Whole, KeyField::LeftHalf]);
        let whole = [KeyField::Whole, KeyField::RightHalf, KeyField::LeftHalf];
        assert_eq!(order(&[Quirk::SerialiseCalls, Quirk::EncryptedKeyWhole]), whole);
        assert_eq!(order(&[Quirk::EncryptedKeyFirst])[0], KeyField::LeftHalf);
    }

    #[test]
    fn every_way_fills_64_bytes() {
        let key = [7; 32];
        let right = KeyField::RightHalf.fill(&key, None).unwrap();
        let left = KeyField::LeftHalf.fill(&key, None).unwrap();
        let whole = KeyField::Whole.fill(&key, Some(&[1; 16])).unwrap();
        assert_eq!((&right[..32], &right[32..]), (&[0; 32][..], &key[..]));
        assert_eq!((&left[..32], &left[32..]), (&key[..], &[0; 32][..]));
        assert_eq!((&whole[..32], &whole[32..]), (&[1; 32][..], &key[..]));
        assert!(KeyField::Whole.fill(&key, None).is_none());
    }
}
