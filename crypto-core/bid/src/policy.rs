//! The threshold policy: how many of a committee open the bid, and by which hash each part is known.
//!
//! A part alone cannot be held against MAC and commitment, which need all of them. Its hash tells whether it is the one that
//! was dealt, and to whom.

use crate::bid_key::KeyPart;
use crate::limits::{HASH_LEN, MAX_MEMBERS};
use crate::slot::{Role, Slot};
use crate::tree::{Node, node};
use crate::{Profile, shamir};
use algo::RandomFailure;
use der::Sequence;
use der::asn1::OctetString;
use std::ops::RangeInclusive;

/// Number of members, and how many of them are needed: 1 to 16.
pub(crate) const COUNTS: RangeInclusive<u8> = 1..=MAX_MEMBERS;

/// Who opens a bid together: the bidder and a number of the committee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    members: u8,
    threshold: u8,
    committee: Node,
    /// One for each slot, in their order.
    parts: Vec<Node>,
}

/// The keys of a bid that only several open together.
pub(crate) struct Dealt {
    pub(crate) bidder: KeyPart,
    pub(crate) committee: KeyPart,
    shares: Vec<KeyPart>,
}

impl Dealt {
    pub(crate) fn new(members: u8, threshold: u8) -> Result<Self, RandomFailure> {
        let (bidder, committee) = (KeyPart::random()?, KeyPart::random()?);
        let shares = shamir::split(&committee, members, threshold)?;
        Ok(Self { bidder, committee, shares })
    }

    /// What the slot of a holder carries; `index` is 0 on the bidder's side, else the member's number.
    pub(crate) fn part(&self, index: u8) -> &KeyPart {
        index.checked_sub(1).map_or(&self.bidder, |at| &self.shares[usize::from(at)])
    }
}

impl Policy {
    /// Number of members of the committee.
    #[must_use]
    pub fn members(&self) -> u8 {
        self.members
    }

    /// How many of them are needed beside the bidder.
    #[must_use]
    pub fn threshold(&self) -> u8 {
        self.threshold
    }

    /// The policy of a bid with these slots.
    pub(crate) fn of(profile: Profile, slots: &[Slot], dealt: &Dealt, threshold: u8) -> Self {
        let indices = indices(slots);
        let hash = |(slot, &index): (&Slot, &u8)| hash(profile, &slot.label, index, dealt.part(index));
        Self {
            members: indices.iter().copied().max().unwrap_or_default(),
            threshold,
            committee: self::hash(profile, "", 0, &dealt.committee),
            parts: slots.iter().zip(&indices).map(hash).collect(),
        }
    }

    /// Whether this is the part that was dealt to the slot at `position`.
    pub(crate) fn holds(&self, profile: Profile, slots: &[Slot], position: usize, part: &KeyPart) -> bool {
        let (Some(slot), Some(expected)) = (slots.get(position), self.parts.get(position)) else { return false };
        algo::constant_time_eq(&hash(profile, &slot.label, indices(slots)[position], part), expected)
    }

    /// Whether the members' shares gave the secret that was split.
    pub(crate) fn holds_committee(&self, profile: Profile, part: &KeyPart) -> bool {
        algo::constant_time_eq(&hash(profile, "", 0, part), &self.committee)
    }
}

/// Of each slot the member's number, counted from 1 in the order of the slots; 0 on the bidder's side.
pub(crate) fn indices(slots: &[Slot]) -> Vec<u8> {
    let mut last = 0;
    let mut index = |slot: &Slot| {
        if slot.role != Role::Committee {
            return 0;
        }
        last += 1;
        last
    };
    slots.iter().map(&mut index).collect()
}

/// H(label ‖ be32(index) ‖ part). Number and part have fixed lengths, so that no two inputs run into one.
fn hash(profile: Profile, label: &str, index: u8, part: &KeyPart) -> Node {
    let mut hasher = profile.hash().hasher();
    hasher.update(label.as_bytes());
    hasher.update(&u32::from(index).to_be_bytes());
    hasher.update(part.expose());
    node(&hasher.finish())
}

/// `ThresholdPolicy ::= SEQUENCE`, see docs/bid-format.md.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct PolicyDer {
    members: u8,
    threshold: u8,
    committee_part: OctetString,
    parts: Vec<OctetString>,
}

impl PolicyDer {
    pub(crate) fn of(policy: &Policy) -> der::Result<Self> {
        Ok(Self {
            members: policy.members,
            threshold: policy.threshold,
            committee_part: OctetString::new(policy.committee)?,
            parts: policy.parts.iter().map(|part| OctetString::new(*part)).collect::<der::Result<_>>()?,
        })
    }

    /// The policy, if it keeps the rules of the format and fits these slots.
    pub(crate) fn check(&self, slots: &[Slot]) -> Option<Policy> {
        let members = slots.iter().filter(|slot| slot.role == Role::Committee).count();
        let fits = usize::from(self.members) == members
            && COUNTS.contains(&self.members)
            && (1..=self.members).contains(&self.threshold)
            && self.parts.len() == slots.len()
            // A host who held the bidder's part would need the committee, one who held the whole would not: neither is said.
            && !slots.iter().any(|slot| slot.role == Role::Host)
            && slots.len() > members;
        let hash = |octets: &OctetString| <[u8; HASH_LEN]>::try_from(octets.as_bytes()).ok();
        let parts = self.parts.iter().map(hash).collect::<Option<Vec<_>>>()?;
        let committee = hash(&self.committee_part)?;
        fits.then_some(Policy { members: self.members, threshold: self.threshold, committee, parts })
    }
}
