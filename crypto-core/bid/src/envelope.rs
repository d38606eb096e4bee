//! A bid file as anybody can read it: its structure checked as far as that goes without a key.

use crate::geometry::Geometry;
use crate::head::Seal;
use crate::limits::TRAILER_MAGIC;
use crate::os::ReadAt;
use crate::part::Part;
use crate::slot::{KeyId, Slot};
use crate::tree::{Node, RootInput};
use crate::{Alteration, Head, Metadata, OpenError, Opened, Profile, UnlockError};
use algo::{Digest, OpenKey, Password};
use std::fs::File;
use std::path::Path;

/// A bid whose header, padding, length, trailer and root fit together. What its header claims is not proved by that:
/// only a key proves it.
pub struct Envelope<R> {
    pub(crate) source: R,
    pub(crate) head: Head,
    pub(crate) trailer: Trailer,
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
        let head = Head::of_file(&source)?;
        let trailer = Trailer::read(&source, &head.geometry)?;
        let envelope = Self { source, head, trailer };
        if envelope.root_of(&envelope.trailer.units) != envelope.trailer.root {
            return Err(OpenError::Tampered(Alteration::Root));
        }
        Ok(envelope)
    }

    /// What stands before the body.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The algorithms of the body.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.head.profile()
    }

    /// What the bid says about itself.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        self.head.metadata()
    }

    /// For whom it is.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        self.head.slots()
    }

    /// Where everything lies.
    #[must_use]
    pub fn geometry(&self) -> Geometry {
        self.head.geometry
    }

    /// The root that stands in the trailer; it fits the unit hashes that stand there, not necessarily the chunks.
    #[must_use]
    pub fn claimed_root(&self) -> Digest {
        digest(&self.trailer.root)
    }

    /// H(header).
    #[must_use]
    pub fn header_hash(&self) -> Digest {
        self.head.header_hash()
    }

    /// As [`Head::slots_of`].
    ///
    /// # Errors
    /// [`OpenError::NoRecipient`] when there is none.
    pub fn slots_of(&self, keys: &[KeyId]) -> Result<Vec<usize>, OpenError> {
        self.head.slots_of(keys)
    }

    /// Whether a password opens a slot.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.head.has_password()
    }

    /// Unlocks the bid with the slot at position `slot` by one operation of `key`.
    ///
    /// # Errors
    /// As [`Head::part_with_key`] and [`Self::unlock`].
    pub fn unlock_with_key<K: OpenKey + ?Sized>(
        self,
        slot: usize,
        key: &mut K,
    ) -> Result<Opened<R>, UnlockError<K::Error>> {
        let part = self.head.part_with_key(slot, key)?;
        Ok(self.unlock(&[part])?)
    }

    /// Unlocks the bid with a password.
    ///
    /// # Errors
    /// As [`Head::part_with_password`] and [`Self::unlock`].
    pub fn unlock_with_password(self, password: &Password) -> Result<Opened<R>, OpenError> {
        let part = self.head.part_with_password(password)?;
        self.unlock(&[part])
    }

    /// Unlocks the bid with the parts of its holders: any one without a threshold, else the bidder's and enough of the
    /// committee's.
    ///
    /// # Errors
    /// [`OpenError::Threshold`], [`OpenError::HolderTwice`], or tampered.
    pub fn unlock(self, parts: &[Part]) -> Result<Opened<R>, OpenError> {
        let key = self.head.combined(parts)?;
        Ok(Opened::new(self, key))
    }
}

impl<R> Envelope<R> {
    /// The root over these unit hashes and what stands before the body.
    pub(crate) fn root_of(&self, units: &[Node]) -> Node {
        let Head { header, seal: Seal { mac, salt, commitment }, geometry } = &self.head;
        let payload_len = geometry.payload_len();
        RootInput { header: &header.bytes, mac, salt, commitment, payload_len }.root(header.profile, units)
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
