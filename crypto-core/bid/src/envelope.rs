//! A bid file as anybody can read it: its structure checked as far as that goes without a key.

use crate::bid_key::InputKey;
use crate::body::{BodyKey, header_mac};
use crate::chunked::{Commitment, Salt};
use crate::geometry::Geometry;
use crate::header::{Header, Prefix};
use crate::limits::{HASH_LEN, MAGIC, PREFIX_LEN, SALT_LEN, TRAILER_MAGIC};
use crate::os::ReadAt;
use crate::slot::{KeyId, Role, Slot, SlotBody};
use crate::tree::{Node, RootInput};
use crate::{Alteration, Metadata, OpenError, Opened, Profile, UnlockError};
use algo::{Digest, OpenKey, Password};
use std::fs::File;
use std::io;
use std::path::Path;

const TAMPERED_KEY: OpenError = OpenError::Tampered(Alteration::Key);

/// A bid whose header, padding, length, trailer and root fit together. What its header claims is not proved by that:
/// only a key proves it.
pub struct Envelope<R> {
    pub(crate) source: R,
    pub(crate) header: Header,
    pub(crate) seal: Seal,
    pub(crate) geometry: Geometry,
    pub(crate) trailer: Trailer,
}

/// What stands between the header and the padding.
pub(crate) struct Seal {
    pub(crate) mac: [u8; HASH_LEN],
    pub(crate) salt: Salt,
    pub(crate) commitment: Commitment,
}

/// The hashes at the end of the file.
pub(crate) struct Trailer {
    pub(crate) units: Vec<Node>,
    pub(crate) root: Node,
}

/// Reads the bid at `path` without any key.
///
/// # Errors
/// [`OpenError`] except [`OpenError::NoRecipient`] and [`OpenError::PasswordWrong`].
pub fn inspect(path: &Path) -> Result<Envelope<File>, OpenError> {
    Envelope::read(File::open(path)?)
}

impl<R: ReadAt> Envelope<R> {
    /// Reads a bid from any source.
    ///
    /// # Errors
    /// As [`inspect`].
    pub fn read(source: R) -> Result<Self, OpenError> {
        let size = source.size()?;
        let header = read_header(&source, size)?;
        let geometry = Geometry::new(header.bytes.len() - PREFIX_LEN, header.metadata.total_length)
            .ok_or(OpenError::Tampered(Alteration::Header))?;
        if geometry.file_len() != size {
            return Err(OpenError::Tampered(Alteration::Length));
        }
        let seal = Seal::read(&source, &geometry)?;
        let trailer = Trailer::read(&source, &geometry)?;
        let envelope = Self { source, header, seal, geometry, trailer };
        if envelope.root_of(&envelope.trailer.units) != envelope.trailer.root {
            return Err(OpenError::Tampered(Alteration::Root));
        }
        Ok(envelope)
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

    /// Where everything lies.
    #[must_use]
    pub fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// The root that stands in the trailer; it fits the unit hashes that stand there, not necessarily the chunks.
    #[must_use]
    pub fn claimed_root(&self) -> Digest {
        digest(&self.trailer.root)
    }

    /// H(header).
    #[must_use]
    pub fn header_hash(&self) -> Digest {
        self.header.profile.hash().digest(&self.header.bytes)
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

    /// Whether a password opens the bid.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.slots().iter().any(|slot| slot.role == Role::Password)
    }

    /// Unlocks the slot at position `slot` with one operation of `key`.
    ///
    /// # Errors
    /// [`UnlockError::Key`] with the answer of the key, if it gave one; else [`OpenError::NoRecipient`] when there is
    /// no such slot, or tampered.
    pub fn unlock_with_key<K: OpenKey + ?Sized>(
        self,
        slot: usize,
        key: &mut K,
    ) -> Result<Opened<R>, UnlockError<K::Error>> {
        let Some(Slot { role, body: SlotBody::Cms(der), .. }) = self.slots().get(slot) else {
            return Err(OpenError::NoRecipient.into());
        };
        let enveloped = cms::Enveloped::parse(der).map_err(|_| TAMPERED_KEY)?;
        let bid_key =
            enveloped.open(key).map_err(|failed| failed.into_fault().map_or(TAMPERED_KEY.into(), UnlockError::Key))?;
        let input_key = InputKey::from_der(&bid_key, *role).ok_or(TAMPERED_KEY)?;
        Ok(self.unlock(&input_key)?)
    }

    /// Unlocks the bid with a password.
    ///
    /// # Errors
    /// [`OpenError::NoRecipient`] when it has no password slot, [`OpenError::PasswordWrong`], or tampered.
    pub fn unlock_with_password(self, password: &Password) -> Result<Opened<R>, OpenError> {
        if !self.has_password() {
            return Err(OpenError::NoRecipient);
        }
        let profile = self.profile();
        let input_key = self
            .slots()
            .iter()
            .filter_map(|slot| match &slot.body {
                SlotBody::Password(body) => Some(body),
                SlotBody::Cms(_) => None,
            })
            .find_map(|body| body.open(profile, password).ok())
            .ok_or(OpenError::PasswordWrong)?;
        self.unlock(&input_key)
    }

    /// MAC and commitment are checked before the key opens anything.
    fn unlock(self, input_key: &InputKey) -> Result<Opened<R>, OpenError> {
        if !algo::constant_time_eq(&header_mac(&self.header, input_key), &self.seal.mac) {
            return Err(TAMPERED_KEY);
        }
        let (key, commitment) = BodyKey::derive(&self.header, input_key, &self.seal.salt);
        if !commitment.matches(&self.seal.commitment) {
            return Err(OpenError::Tampered(Alteration::Commitment));
        }
        Ok(Opened::new(self, key))
    }
}

impl<R> Envelope<R> {
    /// The root over these unit hashes and what stands before the body.
    pub(crate) fn root_of(&self, units: &[Node]) -> Node {
        let Seal { mac, salt, commitment } = &self.seal;
        let payload_len = self.geometry.payload_len();
        RootInput { header: &self.header.bytes, mac, salt, commitment, payload_len }.root(self.header.profile, units)
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

impl Trailer {
    fn read(source: &impl ReadAt, geometry: &Geometry) -> Result<Self, OpenError> {
        const MALFORMED: OpenError = OpenError::Tampered(Alteration::Trailer);
        let length = usize::try_from(geometry.trailer_len()).map_err(|_| MALFORMED)?;
        let mut bytes = vec![0; length];
        source.read_exact_at(&mut bytes, geometry.trailer_start())?;
        let (nodes, end) = bytes.split_at(length - 8);
        let stated_length = u32::try_from(length).map_err(|_| MALFORMED)?.to_be_bytes();
        if end != [stated_length, *TRAILER_MAGIC].concat() {
            return Err(MALFORMED);
        }
        let mut units: Vec<Node> = nodes.as_chunks().0.to_vec();
        let root = units.pop().ok_or(MALFORMED)?;
        Ok(Self { units, root })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.units.as_flattened().to_vec();
        bytes.extend_from_slice(&self.root);
        let length = u32::try_from(bytes.len() + 8).expect("4 TiB have 2^22 units");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(TRAILER_MAGIC);
        bytes
    }
}

pub(crate) fn digest(node: &Node) -> Digest {
    Digest::new(node).expect("32 bytes are a length of a hash")
}
