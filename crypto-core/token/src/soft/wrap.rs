//! Sealing of short secrets under a derived key.

use algo::{AeadKey, Argon2Params, Pin, Secret, Suite, argon2id, hkdf_expand, hkdf_extract};
use serde::{Deserialize, Serialize};

use super::hexadecimal::Hexadecimal;
use crate::TokenError;

const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
const PREFIX: &[u8] = b"bidseal soft token 1 ";

/// A secret sealed by the suite's AEAD.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    nonce: Hexadecimal,
    sealed: Hexadecimal,
}

/// The seal did not open: wrong key, or altered.
pub(super) struct NotOpened;

impl Sealed {
    pub(super) fn seal(suite: Suite, key: &Secret, aad: &[u8], plain: &Secret) -> Result<Self, TokenError> {
        let nonce = algo::random::<NONCE_LEN>()?;
        let mut sealed = vec![0; plain.len() + TAG_LEN];
        cipher(suite, key).seal(&nonce, aad, plain.expose(), &mut sealed).map_err(|error| internal("seal", &error))?;
        Ok(Self { nonce: Hexadecimal(nonce.to_vec()), sealed: Hexadecimal(sealed) })
    }

    pub(super) fn open(&self, suite: Suite, key: &Secret, aad: &[u8]) -> Result<Secret, NotOpened> {
        let nonce: &[u8; NONCE_LEN] = self.nonce.0.as_slice().try_into().map_err(|_| NotOpened)?;
        let plain_len = self.sealed.0.len().checked_sub(TAG_LEN).ok_or(NotOpened)?;
        let mut plain = zeroize::Zeroizing::new(vec![0; plain_len]);
        cipher(suite, key).open(nonce, aad, &self.sealed.0, &mut plain).map_err(|_| NotOpened)?;
        Ok(Secret::from(std::mem::take(&mut *plain)))
    }
}

/// The suite's cipher under the first bytes of a 32-byte key.
fn cipher(suite: Suite, key: &Secret) -> AeadKey {
    let aead = suite.aead();
    AeadKey::new(aead, &key.expose()[..aead.key_len()]).expect("derived keys have 32 bytes and no cipher takes more")
}

/// Cost of the PIN's derivation, as it is stored.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PinCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl PinCost {
    /// What is written: 64 MiB, 3 passes (RFC 9106 §4, second recommended option).
    pub(super) const WRITTEN: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// Refuses what is too cheap to protect a PIN, and what would exhaust the machine.
    pub(super) fn check(self) -> Result<(), String> {
        let Self { memory_kib, passes, lanes } = self;
        let accepted =
            (19 * 1024..=1024 * 1024).contains(&memory_kib) && (2..=10).contains(&passes) && (1..=4).contains(&lanes);
        if accepted {
            return Ok(());
        }
        Err(format!(
            "Argon2id with {memory_kib} KiB, {passes} passes, {lanes} lanes; accepted are 19 MiB to 1 GiB, 2 to 10 passes, 1 to 4 lanes"
        ))
    }
}

/// The key that the PIN and the keyring's half give together. `half` is empty where there is no keyring.
pub(super) fn pin_key(
    suite: Suite,
    id: &str,
    cost: PinCost,
    salt: &[u8],
    pin: &Pin,
    half: &[u8],
) -> Result<Secret, TokenError> {
    let PinCost { memory_kib, passes, lanes } = cost;
    let mut stretched = zeroize::Zeroizing::new([0; 32]);
    argon2id(&Argon2Params { memory_kib, passes, lanes }, pin.expose(), salt, &mut *stretched)
        .map_err(|error| internal("Argon2id", &error))?;
    let prk = hkdf_extract(suite.hash(), half, &*stretched);
    expand(suite, prk.as_ref(), &[b"pin ", id.as_bytes()])
}

/// The key that the PUK gives.
pub(super) fn puk_key(suite: Suite, id: &str, salt: &[u8], symbols: &[u8]) -> Result<Secret, TokenError> {
    let prk = hkdf_extract(suite.hash(), salt, symbols);
    expand(suite, prk.as_ref(), &[b"puk ", id.as_bytes()])
}

/// The key that the token's and the authority's share give together.
pub(super) fn recovery_key(suite: Suite, id: &str, own: &[u8], share: &Secret) -> Result<Secret, TokenError> {
    let prk = hkdf_extract(suite.hash(), own, share.expose());
    expand(suite, prk.as_ref(), &[b"recovery ", id.as_bytes()])
}

/// The key that seals one private key. `name` is `container/use`.
pub(super) fn private_key_key(suite: Suite, id: &str, data_key: &Secret, name: &str) -> Result<Secret, TokenError> {
    expand(suite, data_key.expose(), &[b"key ", id.as_bytes(), b" ", name.as_bytes()])
}

fn expand(suite: Suite, prk: &[u8], info: &[&[u8]]) -> Result<Secret, TokenError> {
    let info: Vec<&[u8]> = [PREFIX].into_iter().chain(info.iter().copied()).collect();
    let mut key = vec![0; 32];
    hkdf_expand(suite.hash(), prk, &info, &mut key).map_err(|error| internal("HKDF", &error))?;
    Ok(Secret::from(key))
}

pub(super) fn internal(step: &'static str, error: &dyn std::fmt::Display) -> TokenError {
    TokenError::Internal { step, detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_below_the_floor_or_above_the_ceiling_is_refused() {
        let cost = |memory_kib, passes, lanes| PinCost { memory_kib, passes, lanes };
        assert!(PinCost::WRITTEN.check().is_ok());
        assert!(cost(19 * 1024, 2, 1).check().is_ok(), "the floor itself");
        for bad in
            [cost(19 * 1024 - 1, 2, 1), cost(65536, 1, 1), cost(65536, 3, 0), cost(65536, 3, 5), cost(2 << 20, 3, 1)]
        {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }
}
