//! Sealing and opening one unit of the body.

use crate::chunked::{Commitment, MessageKey, Salt};
use crate::geometry::Unit;
use crate::header::Header;
use crate::limits::{CHUNK_LEN, HASH_LEN, TAG_LEN};
use crate::tree::{self, GROUP, Node, UnitHash};
use crate::{Alteration, Profile, bid_key::InputKey};
use zeroize::Zeroizing;

/// Bytes of a full group of sealed chunks.
const GROUP_LEN: usize = GROUP * (CHUNK_LEN + TAG_LEN);

/// The key of a body, for all threads at once.
pub(crate) struct BodyKey {
    profile: Profile,
    key: MessageKey,
}

impl BodyKey {
    /// Derives the body's key and its commitment.
    pub(crate) fn derive(header: &Header, input_key: &InputKey, salt: &Salt) -> (Self, Commitment) {
        let context = header.context();
        let (key, commitment) = MessageKey::derive(header.profile, input_key.expose(), salt, context.as_ref());
        (Self { profile: header.profile, key }, commitment)
    }

    /// Seals the plain bytes of `unit` into `sealed` and returns the unit's hash.
    pub(crate) fn seal(&self, unit: &Unit, plain: &[u8], sealed: &mut [u8]) -> Node {
        let mut hash = UnitHash::new(self.profile, unit.first_chunk);
        let (mut number, mut plain) = (unit.first_chunk, plain);
        for group in sealed.chunks_mut(GROUP_LEN) {
            for place in group.chunks_mut(CHUNK_LEN + TAG_LEN) {
                let (chunk, rest) = plain.split_at(place.len() - TAG_LEN);
                self.key.seal_chunk(number, chunk, place);
                (number, plain) = (number + 1, rest);
            }
            hash.add(group);
        }
        hash.finish()
    }

    /// Opens `sealed` into `plain` if its hash is `expected`. No byte of a unit is handed out before this hash and every tag in
    /// it have held.
    pub(crate) fn open(&self, unit: &Unit, sealed: &[u8], expected: &Node, plain: &mut [u8]) -> Result<(), Alteration> {
        let mut hash = UnitHash::new(self.profile, unit.first_chunk);
        let (mut number, mut places) = (unit.first_chunk, plain);
        for group in sealed.chunks(GROUP_LEN) {
            hash.add(group);
            for chunk in group.chunks(CHUNK_LEN + TAG_LEN) {
                let (place, rest) = std::mem::take(&mut places).split_at_mut(chunk.len() - TAG_LEN);
                self.key.open_chunk(number, chunk, place).map_err(|_| Alteration::Body)?;
                (number, places) = (number + 1, rest);
            }
        }
        if hash.finish() == *expected { Ok(()) } else { Err(Alteration::Body) }
    }
}

/// HMAC over the header under K_hdr = HKDF-Expand(inputKey, "bidenc header", 32).
pub(crate) fn header_mac(header: &Header, input_key: &InputKey) -> [u8; HASH_LEN] {
    let mut key = Zeroizing::new([0; HASH_LEN]);
    algo::hkdf_expand(header.profile.derivation_hash(), input_key.expose(), &[b"bidenc header"], &mut *key)
        .expect("32 bytes are one hash at most");
    tree::node(&algo::hmac(header.profile.hash(), &*key, &[&header.bytes]))
}
