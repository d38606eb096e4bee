//! What a slot carries: `BidKey ::= SEQUENCE { role ENUMERATED, part OCTET STRING (SIZE (32)) }`.

use crate::limits::HASH_LEN;
use crate::slot::Role;
use algo::{RandomFailure, Secret};

/// Length of the DER of every BidKey: it has no choices and no optional parts.
pub(crate) const BID_KEY_LEN: usize = PREFIX.len() + 1 + MIDDLE.len() + HASH_LEN;

// SEQUENCE of 37 bytes, ENUMERATED of one; OCTET STRING of 32 bytes. Written by hand, so that the key passes through no
// buffer that is not wiped.
const PREFIX: [u8; 4] = [0x30, 0x25, 0x0a, 0x01];
const MIDDLE: [u8; 2] = [0x04, 0x20];

/// The 32 random bytes from which every other key of one bid is derived. Never used for a second one.
pub(crate) struct InputKey(Secret);

impl InputKey {
    pub(crate) fn random() -> Result<Self, RandomFailure> {
        Secret::random(HASH_LEN).map(Self)
    }

    pub(crate) fn expose(&self) -> &[u8; HASH_LEN] {
        self.0.expose().try_into().expect("made with this length")
    }

    /// The DER of the BidKey for a holder of this role.
    pub(crate) fn to_der(&self, role: Role) -> Secret {
        let mut der = Vec::with_capacity(BID_KEY_LEN);
        der.extend_from_slice(&PREFIX);
        der.push(role as u8);
        der.extend_from_slice(&MIDDLE);
        der.extend_from_slice(self.0.expose());
        Secret::from(der)
    }

    /// Reads a BidKey; `None` unless it is one for this role.
    pub(crate) fn from_der(der: &Secret, role: Role) -> Option<Self> {
        let rest = der.expose().strip_prefix(&PREFIX)?.strip_prefix(&[role as u8])?.strip_prefix(&MIDDLE)?;
        (rest.len() == HASH_LEN).then(|| Self(Secret::copy_of(rest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_der_for_its_own_role_is_read() {
        let key = InputKey::random().unwrap();
        let der = key.to_der(Role::Spare);
        assert_eq!(der.len(), BID_KEY_LEN);
        assert_eq!(InputKey::from_der(&der, Role::Spare).unwrap().expose(), key.expose());
        assert!(InputKey::from_der(&der, Role::Bidder).is_none());
        for end in 0..der.len() {
            assert!(InputKey::from_der(&Secret::copy_of(&der.expose()[..end]), Role::Spare).is_none());
        }
        let longer = [der.expose(), &[0]].concat();
        assert!(InputKey::from_der(&Secret::from(longer), Role::Spare).is_none());
    }
}
