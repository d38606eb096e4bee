//! The answer to a key that has its own way of unblocking from afar (SKF): the new PIN, encrypted for this one request.
//!
//! Vendors' libraries share this form: K is the first half of SHA-1 over the administrator's PIN, and the answer the new
//! PIN under K (SM4, block by block, padded) and the first four bytes of a CBC-MAC under K over the key's challenge. The
//! authority knows the administrator's PIN because it set it when it handed the key out; it never leaves this program.

use algo::{Cbc, Hash, Pin, Secret, cbc_encrypt};
use zeroize::Zeroizing;

use crate::VoucherError;

const BLOCK: usize = 16;
const MAC_LEN: usize = 4;
/// What GM/T 0016 wants and what every module that we know takes.
const PIN_LEN: std::ops::RangeInclusive<usize> = 6..=16;

/// What the authority knows of a key, and decides for it.
pub struct KeyPins {
    /// The administrator's PIN of this very key.
    pub admin: Pin,
    /// The PIN that its holder will have.
    pub new: Pin,
}

impl KeyPins {
    /// A new PIN of eight digits, for an authority that tells it to the holder.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    #[expect(clippy::missing_panics_doc, reason = "it cannot: eight digits are not empty")]
    pub fn random_pin() -> Result<Pin, algo::RandomFailure> {
        // 2⁶⁴ is so far above 10⁸ that no number is likelier than another in any way that counts.
        let number = u64::from_le_bytes(algo::random()?) % 100_000_000;
        Ok(Pin::new(format!("{number:08}")).expect("eight digits are not empty"))
    }

    /// The answer to a challenge.
    ///
    /// # Errors
    /// [`VoucherError::Request`] for a challenge that is not made of whole blocks, [`VoucherError::NewPin`].
    pub(crate) fn answer(&self, challenge: &[u8]) -> Result<Vec<u8>, VoucherError> {
        if challenge.is_empty() || !challenge.len().is_multiple_of(BLOCK) {
            return Err(VoucherError::Request("a challenge that is not made of whole blocks".to_owned()));
        }
        let new = self.new.expose();
        if !PIN_LEN.contains(&new.len()) {
            return Err(VoucherError::NewPin);
        }
        let digest = Hash::Sha1.digest(self.admin.expose());
        let key = Secret::from(digest.as_ref()[..BLOCK].to_vec());
        let padding = BLOCK - new.len() % BLOCK;
        let mut padded = Zeroizing::new(Vec::with_capacity(new.len() + padding));
        padded.extend_from_slice(new);
        padded.extend(std::iter::repeat_n(u8::try_from(padding).expect("at most one block"), padding));
        let mut answer = Vec::new();
        for block in padded.chunks(BLOCK) {
            // One block of CBC under an initialisation vector of zeros is one block alone.
            answer.extend_from_slice(&blocks(&key, block)?[..BLOCK]);
        }
        // What the library pads comes after the block that counts.
        let chained = blocks(&key, challenge)?;
        answer.extend_from_slice(&chained[challenge.len() - BLOCK..][..MAC_LEN]);
        Ok(answer)
    }
}

fn blocks(key: &Secret, plain: &[u8]) -> Result<Vec<u8>, VoucherError> {
    cbc_encrypt(Cbc::Sm4, key.expose(), &[0; BLOCK], plain).map_err(|error| VoucherError::Sign(error.to_string()))
}
