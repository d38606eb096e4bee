//! What stands before the body: enough to unwrap a key, to check it, and to answer for it, without the rest of the file.

use crate::bid_key::{InputKey, KeyPart};
use crate::body::{BodyKey, header_mac};
use crate::chunked::{Commitment, Salt};
use crate::geometry::Geometry;
use crate::header::{Header, Prefix};
use crate::limits::{HASH_LEN, HEAD_LEN, MAGIC, PREFIX_LEN, SALT_LEN};
use crate::os::ReadAt;
use crate::part::Part;
use crate::policy::Policy;
use crate::slot::{KeyId, Role, Slot, SlotBody};
use crate::{Alteration, Metadata, OpenError, Profile, UnlockError};
use algo::{Digest, OpenKey, Password};
use std::io;

const TAMPERED_KEY: OpenError = OpenError::Tampered(Alteration::Key);

/// The beginning of a bid: header, MAC, salt and commitment. What it claims is not proved before a key was used.
pub struct Head {
    pub(crate) header: Header,
    pub(crate) seal: Seal,
    pub(crate) geometry: Geometry,
}

/// What stands between the header and the padding.
pub(crate) struct Seal {
    pub(crate) mac: [u8; HASH_LEN],
    pub(crate) salt: Salt,
    pub(crate) commitment: Commitment,
}

impl Head {
    /// Reads the first bytes of a bid: [`HEAD_LEN`](crate::limits::HEAD_LEN) of them are always enough, and what comes after the
    /// head is not looked at.
    ///
    /// # Errors
    /// [`OpenError`], as far as it can be found without the rest.
    pub fn read(first_bytes: &[u8]) -> Result<Self, OpenError> {
        let first_bytes = &first_bytes[..first_bytes.len().min(HEAD_LEN)];
        let head = Self::parse(&first_bytes, first_bytes.len() as u64)?;
        head.with_seal(&first_bytes)
    }

    /// Reads the head of a whole bid, whose length must be the one that its header demands.
    pub(crate) fn of_file(source: &impl ReadAt) -> Result<Self, OpenError> {
        let size = source.size()?;
        let head = Self::parse(source, size)?;
        if head.geometry.file_len() != size {
            return Err(OpenError::Tampered(Alteration::Length));
        }
        head.with_seal(source)
    }

    fn parse(source: &impl ReadAt, size: u64) -> Result<Unsealed, OpenError> {
        let header = read_header(source, size)?;
        let geometry = Geometry::new(header.bytes.len() - PREFIX_LEN, header.metadata.total_length)
            .ok_or(OpenError::Tampered(Alteration::Header))?;
        Ok(Unsealed { header, geometry })
    }

    /// The algorithms of the body.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.header.profile
    }

    /// What the bid says about itself.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.header.metadata
    }

    /// For whom it is.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.header.slots
    }

    /// How many of a committee open it together with the bidder; `None` when each holder opens it alone.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.header.policy.as_ref()
    }

    /// Where everything lies.
    #[must_use]
    pub fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// H(header).
    #[must_use]
    pub fn header_hash(&self) -> Digest {
        self.header.profile.hash().digest(&self.header.bytes)
    }

    /// H(header ‖ MAC ‖ salt ‖ commitment): which bid an answer is about. No two bids share it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hasher = self.header.profile.hash().hasher();
        hasher.update(&self.header.bytes);
        hasher.update(&self.seal.mac);
        hasher.update(&self.seal.salt);
        hasher.update(&self.seal.commitment.0);
        hasher.finish()
    }

    /// The slots that one of `keys` opens, by their position in [`Self::slots`].
    ///
    /// # Errors
    /// [`OpenError::NoRecipient`] when there is none.
    pub fn slots_of(&self, keys: &[KeyId]) -> Result<Vec<usize>, OpenError> {
        let has_key = |slot: &Slot| slot.key_id.is_some_and(|id| keys.contains(&id));
        let positions: Vec<_> = (0..self.slots().len()).filter(|&at| has_key(&self.slots()[at])).collect();
        if positions.is_empty() { Err(OpenError::NoRecipient) } else { Ok(positions) }
    }

    /// Whether a password opens a slot.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.slots().iter().any(|slot| slot.role == Role::Password)
    }

    /// Opens the slot at position `slot` with one operation of `key`, and checks what was in it.
    ///
    /// # Errors
    /// [`UnlockError::Key`] with the answer of the key, if it gave one; else [`OpenError::NoRecipient`] when there is
    /// no such slot, or tampered.
    pub fn part_with_key<K: OpenKey + ?Sized>(&self, slot: usize, key: &mut K) -> Result<Part, UnlockError<K::Error>> {
        let Some(Slot { role, body: SlotBody::Cms(der), .. }) = self.slots().get(slot) else {
            return Err(OpenError::NoRecipient.into());
        };
        let enveloped = cms::Enveloped::parse(der).map_err(|_| TAMPERED_KEY)?;
        let bid_key =
            enveloped.open(key).map_err(|failed| failed.into_fault().map_or(TAMPERED_KEY.into(), UnlockError::Key))?;
        let part = KeyPart::from_der(bid_key.expose(), *role).ok_or(TAMPERED_KEY)?;
        Ok(self.checked(slot, part)?)
    }

    /// Opens a password slot, and checks what was in it.
    ///
    /// # Errors
    /// [`OpenError::NoRecipient`] when there is no password slot, [`OpenError::PasswordWrong`], or tampered.
    pub fn part_with_password(&self, password: &Password) -> Result<Part, OpenError> {
        if !self.has_password() {
            return Err(OpenError::NoRecipient);
        }
        let opened = self.slots().iter().enumerate().find_map(|(at, slot)| match &slot.body {
            SlotBody::Password(body) => Some((at, body.open(self.profile(), password).ok()?)),
            SlotBody::Cms(_) => None,
        });
        let (slot, part) = opened.ok_or(OpenError::PasswordWrong)?;
        self.checked(slot, part)
    }

    /// The part as that of a slot, if it is the right one: by MAC and commitment, or with a threshold, where one part alone
    /// proves neither, by its hash in the policy.
    pub(crate) fn checked(&self, slot: usize, part: KeyPart) -> Result<Part, OpenError> {
        match self.policy() {
            None => self.body_key(&InputKey::whole(&part)).map(drop)?,
            Some(policy) if policy.holds(self.profile(), self.slots(), slot, &part) => {}
            Some(_) => return Err(TAMPERED_KEY),
        }
        Ok(Part { slot, role: self.slots()[slot].role, part })
    }

    /// The key of the body. MAC and commitment are checked before it opens anything.
    pub(crate) fn body_key(&self, input_key: &InputKey) -> Result<BodyKey, OpenError> {
        if !algo::constant_time_eq(&header_mac(&self.header, input_key), &self.seal.mac) {
            return Err(TAMPERED_KEY);
        }
        let (key, commitment) = BodyKey::derive(&self.header, input_key, &self.seal.salt);
        if !commitment.matches(&self.seal.commitment) {
            return Err(OpenError::Tampered(Alteration::Commitment));
        }
        Ok(key)
    }
}

/// A header whose MAC, salt and commitment are still to be read.
struct Unsealed {
    header: Header,
    geometry: Geometry,
}

impl Unsealed {
    fn with_seal(self, source: &impl ReadAt) -> Result<Head, OpenError> {
        let Self { header, geometry } = self;
        if source.size()? < geometry.body_start() {
            return Err(OpenError::Tampered(Alteration::Length));
        }
        Ok(Head { seal: Seal::read(source, &geometry)?, header, geometry })
    }
}

fn read_header(source: &impl ReadAt, size: u64) -> Result<Header, OpenError> {
    if size == 0 {
        return Err(OpenError::Empty);
    }
    if size < PREFIX_LEN as u64 {
        return Err(too_short(source, size)?);
    }
    let mut prefix_bytes = [0; PREFIX_LEN];
    source.read_exact_at(&mut prefix_bytes, 0)?;
    let prefix = Prefix::parse(&prefix_bytes)?;
    let end = PREFIX_LEN + prefix.der_len;
    if size < end as u64 {
        return Err(OpenError::Tampered(Alteration::Length));
    }
    let mut bytes = vec![0; end];
    source.read_exact_at(&mut bytes, 0)?;
    Header::parse(prefix, bytes)
}

/// A few bytes are a cut bid if they are the first ones of a bid.
fn too_short(source: &impl ReadAt, size: u64) -> io::Result<OpenError> {
    let mut bytes = vec![0; usize::try_from(size).expect("less than 16")];
    source.read_exact_at(&mut bytes, 0)?;
    let common = bytes.len().min(MAGIC.len());
    let begins_as_bid = bytes[..common] == MAGIC[..common];
    Ok(if begins_as_bid { OpenError::Tampered(Alteration::Length) } else { OpenError::NotABid })
}

impl Seal {
    /// Reads up to the body; what is left before it must be zero.
    fn read(source: &impl ReadAt, geometry: &Geometry) -> Result<Self, OpenError> {
        let length = usize::try_from(geometry.body_start() - geometry.seal_start()).expect("less than two pages");
        let mut bytes = vec![0; length];
        source.read_exact_at(&mut bytes, geometry.seal_start())?;
        let (mac, rest) = bytes.split_first_chunk::<HASH_LEN>().expect("the geometry has room for it");
        let (salt, rest) = rest.split_first_chunk::<SALT_LEN>().expect("the geometry has room for it");
        let (commitment, padding) = rest.split_first_chunk::<HASH_LEN>().expect("the geometry has room for it");
        if padding.iter().any(|&byte| byte != 0) {
            return Err(OpenError::Tampered(Alteration::Padding));
        }
        Ok(Self { mac: *mac, salt: *salt, commitment: Commitment(*commitment) })
    }

    /// The bytes between header and body.
    pub(crate) fn to_bytes(&self, geometry: &Geometry) -> Vec<u8> {
        let mut bytes = [&self.mac[..], &self.salt, &self.commitment.0].concat();
        bytes.resize(usize::try_from(geometry.body_start() - geometry.seal_start()).expect("less than two pages"), 0);
        bytes
    }
}
