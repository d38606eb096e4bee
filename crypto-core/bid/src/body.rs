//! Sealing and opening one unit of the body.

use crate::chunked::{Commitment, MessageKey, Salt};
use crate::geometry::Unit;
use crate::header::Header;
use crate::limits::{CHUNK_LEN, HASH_LEN, TAG_LEN};
use crate::tree::{self, Node};
use crate::{Alteration, Profile, bid_key::InputKey};
use zeroize::Zeroizing;

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
    pub(crate) fn seal(&self, unit: &Unit, plain: &[u8], sealed: &mut Vec<u8>) -> Node {
        sealed.resize(unit.sealed_len(), 0);
        for (number, place) in sealed.chunks_mut(CHUNK_LEN + TAG_LEN).enumerate() {
            let start = number * CHUNK_LEN;
            let chunk = &plain[start..start + place.len() - TAG_LEN];
            self.key.seal_chunk(unit.first_chunk + number as u64, chunk, place);
        }
        tree::unit_hash(self.profile, unit.first_chunk, sealed)
    }

    /// Opens `sealed` into `plain`, after its hash was found to be `expected`. No byte of a unit is handed out before
    /// every tag in it has held.
    pub(crate) fn open(
        &self,
        unit: &Unit,
        sealed: &[u8],
        expected: &Node,
        plain: &mut Vec<u8>,
    ) -> Result<(), Alteration> {
        if tree::unit_hash(self.profile, unit.first_chunk, sealed) != *expected {
            return Err(Alteration::Body);
        }
        plain.resize(unit.plain_len(), 0);
        for (number, chunk) in sealed.chunks(CHUNK_LEN + TAG_LEN).enumerate() {
            let start = number * CHUNK_LEN;
            let place = &mut plain[start..start + chunk.len() - TAG_LEN];
            self.key.open_chunk(unit.first_chunk + number as u64, chunk, place).map_err(|_| Alteration::Body)?;
        }
        Ok(())
    }
}

/// HMAC over the header under K_hdr = HKDF-Expand(inputKey, "bidenc header", 32).
pub(crate) fn header_mac(header: &Header, input_key: &InputKey) -> [u8; HASH_LEN] {
    let mut key = Zeroizing::new([0; HASH_LEN]);
    algo::hkdf_expand(header.profile.derivation_hash(), input_key.expose(), &[b"bidenc header"], &mut *key)
        .expect("32 bytes are one hash at most");
    tree::node(&algo::hmac(header.profile.hash(), &*key, &[&header.bytes]))
}
