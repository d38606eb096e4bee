//! What a slot carries: `BidKey ::= SEQUENCE { role ENUMERATED, part OCTET STRING (SIZE (32)) }`, and the key that parts give.

use crate::Profile;
use crate::limits::HASH_LEN;
use crate::slot::Role;
use algo::{RandomFailure, Secret};
use zeroize::Zeroizing;

/// Length of the DER of every BidKey: it has no choices and no optional parts.
pub(crate) const BID_KEY_LEN: usize = PREFIX.len() + 1 + MIDDLE.len() + HASH_LEN;

// SEQUENCE of 37 bytes, ENUMERATED of one; OCTET STRING of 32 bytes. Written by hand, so that the key passes through no
// buffer that is not wiped.
const PREFIX: [u8; 4] = [0x30, 0x25, 0x0a, 0x01];
const MIDDLE: [u8; 2] = [0x04, 0x20];

/// What one slot carries: the whole input key, or with a threshold a part or a share of one.
pub(crate) struct KeyPart(Secret);

/// The 32 bytes from which every other key of one bid is derived. Never used for a second one.
pub(crate) struct InputKey(Secret);

impl KeyPart {
    pub(crate) fn random() -> Result<Self, RandomFailure> {
        Secret::random(HASH_LEN).map(Self)
    }

    pub(crate) fn copy_of(bytes: &[u8; HASH_LEN]) -> Self {
        Self(Secret::copy_of(bytes))
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
    pub(crate) fn from_der(der: &[u8], role: Role) -> Option<Self> {
        let rest = der.strip_prefix(&PREFIX)?.strip_prefix(&[role as u8])?.strip_prefix(&MIDDLE)?;
        (rest.len() == HASH_LEN).then(|| Self(Secret::copy_of(rest)))
    }
}

impl InputKey {
    /// Without a threshold every slot carries the key itself.
    pub(crate) fn whole(part: &KeyPart) -> Self {
        Self(Secret::copy_of(part.expose()))
    }

    /// HKDF-Expand(bidderPart ‖ committeePart, "bidenc threshold", 32).
    pub(crate) fn combined(profile: Profile, bidder: &KeyPart, committee: &KeyPart) -> Self {
        let both = Secret::from([*bidder.expose(), *committee.expose()].concat());
        let mut key = Zeroizing::new([0; HASH_LEN]);
        algo::hkdf_expand(profile.derivation_hash(), both.expose(), &[b"bidenc threshold"], &mut *key)
            .expect("32 bytes are one hash at most");
        Self(Secret::copy_of(&*key))
    }

    pub(crate) fn expose(&self) -> &[u8; HASH_LEN] {
        self.0.expose().try_into().expect("made with this length")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_der_for_its_own_role_is_read() {
        let key = KeyPart::random().unwrap();
        let der = key.to_der(Role::Spare);
        assert_eq!(der.len(), BID_KEY_LEN);
        assert_eq!(KeyPart::from_der(der.expose(), Role::Spare).unwrap().expose(), key.expose());
        assert!(KeyPart::from_der(der.expose(), Role::Bidder).is_none());
        for end in 0..der.len() {
            assert!(KeyPart::from_der(&der.expose()[..end], Role::Spare).is_none());
        }
        assert!(KeyPart::from_der(&[der.expose(), &[0]].concat(), Role::Spare).is_none());
    }
}
