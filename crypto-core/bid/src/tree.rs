//! The hash tree over the sealed bytes. Its root is what statement and receipt sign; it is computed without any key.

use crate::Profile;
use crate::chunked::{Commitment, Salt};
use crate::limits::{CHUNK_LEN, HASH_LEN, TAG_LEN};
use algo::Hasher;

/// One hash of the tree.
pub(crate) type Node = [u8; HASH_LEN];

/// Chunks that are hashed while they are in the processor's cache: as many as the widest vectors take at once.
pub(crate) const GROUP: usize = 16;

/// unit = H(0x01 ‖ leaves), leaf = H(sealed chunk ‖ 0x00 ‖ be64 its number), taken in chunk by chunk or many at once.
pub(crate) struct UnitHash {
    profile: Profile,
    next: u64,
    unit: Hasher,
}

impl UnitHash {
    pub(crate) fn new(profile: Profile, first_chunk: u64) -> Self {
        let mut unit = profile.hash().hasher();
        unit.update(&[0x01]);
        Self { profile, next: first_chunk, unit }
    }

    /// Takes in the sealed chunks that follow.
    pub(crate) fn add(&mut self, sealed: &[u8]) {
        let suffix = |index: u64| {
            let mut suffix = [0; 9];
            suffix[1..].copy_from_slice(&index.to_be_bytes());
            suffix
        };
        let chunks: Vec<_> = (self.next..).map(suffix).zip(sealed.chunks(CHUNK_LEN + TAG_LEN)).collect();
        let messages: Vec<[&[u8]; 2]> = chunks.iter().map(|(suffix, chunk)| [*chunk, &suffix[..]]).collect();
        let mut leaves = vec![self.profile.hash().digest(&[]); messages.len()];
        self.profile.hash().digests(&messages, &mut leaves);
        leaves.iter().for_each(|leaf| self.unit.update(leaf.as_ref()));
        self.next += leaves.len() as u64;
    }

    pub(crate) fn finish(self) -> Node {
        node(&self.unit.finish())
    }
}

/// The hash of a unit whose chunks are all here.
pub(crate) fn unit_hash(profile: Profile, first_chunk: u64, sealed: &[u8]) -> Node {
    let mut hash = UnitHash::new(profile, first_chunk);
    hash.add(sealed);
    hash.finish()
}

/// What the root covers besides the chunks. Salt and commitment belong to it: otherwise one root could open to two
/// prices.
pub(crate) struct RootInput<'a> {
    pub(crate) header: &'a [u8],
    pub(crate) mac: &'a [u8; HASH_LEN],
    pub(crate) salt: &'a Salt,
    pub(crate) commitment: &'a Commitment,
    pub(crate) payload_len: u64,
}

impl RootInput<'_> {
    /// root = H(0x02 ‖ H(header) ‖ MAC ‖ salt ‖ commitment ‖ be64 length ‖ units)
    pub(crate) fn root(&self, profile: Profile, units: &[Node]) -> Node {
        let mut root = profile.hash().hasher();
        root.update(&[0x02]);
        root.update(profile.hash().digest(self.header).as_ref());
        root.update(self.mac);
        root.update(self.salt);
        root.update(&self.commitment.0);
        root.update(&self.payload_len.to_be_bytes());
        for unit in units {
            root.update(unit);
        }
        node(&root.finish())
    }
}

pub(crate) fn node(digest: &algo::Digest) -> Node {
    digest.as_ref().try_into().expect("SM3 and SHA-256 have 32 bytes")
}
