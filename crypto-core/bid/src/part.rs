//! What one holder contributes to opening a bid, and what parts give together.

use crate::bid_key::{InputKey, KeyPart};
use crate::body::BodyKey;
use crate::error::Missing;
use crate::limits::HASH_LEN;
use crate::policy::{Policy, indices};
use crate::slot::Role;
use crate::{Alteration, Head, OpenError, shamir};

/// What was in one slot, found right for its bid: the whole key, or with a threshold a part of it.
pub struct Part {
    pub(crate) slot: usize,
    pub(crate) role: Role,
    pub(crate) part: KeyPart,
}

impl Part {
    /// What its holder is to the bid.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The position of its slot. Where several holders of one role and label carry the same key, the first of them.
    #[must_use]
    pub fn slot(&self) -> usize {
        self.slot
    }
}

impl Head {
    /// The key that these parts give together.
    pub(crate) fn combined(&self, parts: &[Part]) -> Result<BodyKey, OpenError> {
        self.check_holders(parts)?;
        let Some(policy) = self.policy() else {
            let part = parts.first().ok_or(OpenError::NoRecipient)?;
            return self.body_key(&InputKey::whole(&part.part));
        };
        let bidder = parts.iter().find(|part| part.role != Role::Committee);
        let members: Vec<&Part> = parts.iter().filter(|part| part.role == Role::Committee).collect();
        let needed = usize::from(policy.threshold());
        let (Some(bidder), true) = (bidder, members.len() >= needed) else {
            return Err(OpenError::Threshold(Missing {
                bidder: bidder.is_some(),
                members: u8::try_from(members.len()).unwrap_or(u8::MAX),
                threshold: policy.threshold(),
            }));
        };
        let committee = self.committee_part(policy, &members[..needed])?;
        self.body_key(&InputKey::combined(self.profile(), &bidder.part, &committee))
    }

    fn committee_part(&self, policy: &Policy, members: &[&Part]) -> Result<KeyPart, OpenError> {
        let indices = indices(self.slots());
        let shares: Vec<(u8, &KeyPart)> = members.iter().map(|part| (indices[part.slot], &part.part)).collect();
        let committee = shamir::combine(&shares);
        // Shares that are each the dealt one and yet give another secret: whoever encrypted has dealt wrongly.
        let holds = policy.holds_committee(self.profile(), &committee);
        if holds { Ok(committee) } else { Err(OpenError::Tampered(Alteration::Key)) }
    }

    /// Nobody counts twice. Only members are counted, and only where more than one is needed; elsewhere several holders carry
    /// the same part, and their answers cannot be told apart.
    fn check_holders(&self, parts: &[Part]) -> Result<(), OpenError> {
        let counted = self.policy().is_some_and(|policy| policy.threshold() > 1);
        for (number, part) in parts.iter().enumerate() {
            let is_counted = counted && part.role == Role::Committee;
            if is_counted && parts[..number].iter().any(|other| other.slot == part.slot) {
                return Err(OpenError::HolderTwice { label: self.slots()[part.slot].label.clone() });
            }
        }
        Ok(())
    }

    /// The slot that an answer came from. It says only the role: the part itself tells which.
    pub(crate) fn part_of_answer(&self, role: Role, bytes: &[u8; HASH_LEN]) -> Result<Part, OpenError> {
        let positions = (0..self.slots().len()).filter(|&at| self.slots()[at].role == role);
        for position in positions {
            match self.checked(position, KeyPart::copy_of(bytes)) {
                Err(OpenError::Tampered(Alteration::Key)) => {}
                found => return found,
            }
        }
        Err(OpenError::Tampered(Alteration::Key))
    }
}
