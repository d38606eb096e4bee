//! Unblocking by the certificate authority: the data key under two shares, one here and one that only the authority can
//! take out of its envelope.
//!
//! Neither half is enough: who copies the token's files has no share of the authority, and the authority has no files.
//! A request makes a key pair of its own and a challenge; the authority's answer is its share with that challenge,
//! encrypted to that key. An answer is good once: it is used up before the new PIN is written.

use algo::{Hash, KeyAlgorithm, KeyTransport, Pin, PrivateKey, Secret, Suite};
use durable::failpoint;
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::folder::{Folder, Locked};
use super::hexadecimal::Hexadecimal;
use super::wrap::{Sealed, internal, recovery_key};
use crate::{Capability, Remaining, TokenError, UnblockRequest};

/// Answers that may be tried for one request: a wrong one is somebody else's or damaged, not mistyped.
const MAX_ANSWERS: u32 = 5;
const CHALLENGE_LEN: usize = 32;

/// The `recovery` record.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recovery {
    /// This token's share.
    share: Hexadecimal,
    /// The authority's share, in an envelope for it.
    escrow: Hexadecimal,
    /// The data key under both shares.
    data_key: Sealed,
    /// The request that waits for its answer.
    pending: Option<Pending>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pending {
    challenge: Hexadecimal,
    /// PKCS#8 of the pair to which the answer is encrypted; worth something only with the answer.
    key: Hexadecimal,
    left: u32,
}

impl Recovery {
    const KIND: &'static str = "recovery";
    const FILE: &'static str = "recovery";
    const LABEL: &'static str = "token.recovery";

    pub(super) fn enrol(
        folder: &Folder,
        locked: &Locked,
        data_key: &Secret,
        share: &Secret,
        escrow: &[u8],
    ) -> Result<(), TokenError> {
        let own = algo::random::<32>()?;
        let key = recovery_key(folder.suite, &folder.id, &own, share)?;
        let record = Self {
            share: Hexadecimal(own.to_vec()),
            escrow: Hexadecimal(escrow.to_vec()),
            data_key: Sealed::seal(folder.suite, &key, b"", data_key)?,
            pending: None,
        };
        record.write(folder, locked)
    }

    /// Whether the token was enrolled.
    pub(super) fn is_enrolled(folder: &Folder) -> bool {
        matches!(Self::read(folder), Ok(Some(_)))
    }

    pub(super) fn request(folder: &Folder, locked: &Locked) -> Result<UnblockRequest, TokenError> {
        let mut record = Self::enrolled(folder)?;
        let challenge = algo::random::<CHALLENGE_LEN>()?;
        let key = PrivateKey::generate(pair(folder.suite).0).map_err(|error| internal("key generation", &error))?;
        let pkcs8 = key.to_pkcs8().map_err(|error| internal("PKCS#8", &error))?;
        record.pending = Some(Pending {
            challenge: Hexadecimal(challenge.to_vec()),
            key: Hexadecimal(pkcs8.expose().to_vec()),
            left: MAX_ANSWERS,
        });
        record.write(folder, locked)?;
        Ok(UnblockRequest {
            challenge: challenge.to_vec(),
            answer_key: key.public().spki().to_vec(),
            escrow: record.escrow.0,
            new_pin_here: true,
        })
    }

    /// The data key, by the authority's answer. The request is then used up.
    pub(super) fn answer(check: &Check<'_>, response: &[u8]) -> Result<Secret, TokenError> {
        let folder = check.folder;
        let mut record = Self::enrolled(folder)?;
        let mut pending =
            record.pending.take().filter(|pending| pending.left > 0).ok_or(TokenError::NoRequestPending)?;
        pending.left -= 1;
        let left = pending.left;
        record.pending = Some(pending.clone());
        // As with a PIN: counted before it is looked at.
        record.write(folder, &check.locked)?;
        let opened = record.open(folder, &pending, response);
        failpoint("token.check.after");
        let data_key = opened.ok_or(TokenError::ResponseWrong { remaining: Remaining::from_count(left) })?;
        record.pending = None;
        record.write(folder, &check.locked)?;
        Ok(data_key)
    }

    fn open(&self, folder: &Folder, pending: &Pending, response: &[u8]) -> Option<Secret> {
        let key = PrivateKey::from_pkcs8(&pending.key.0).ok()?;
        let answer = key.unwrap_key(pair(folder.suite).1, response).ok()?;
        let (challenge, share) = answer.expose().split_at_checked(CHALLENGE_LEN)?;
        if !algo::constant_time_eq(challenge, &pending.challenge.0) {
            return None;
        }
        let key = recovery_key(folder.suite, &folder.id, &self.share.0, &Secret::copy_of(share)).ok()?;
        self.data_key.open(folder.suite, &key, b"").ok()
    }

    fn enrolled(folder: &Folder) -> Result<Self, TokenError> {
        Self::read(folder)?.ok_or(TokenError::NotSupported(Capability::RemoteUnblock))
    }

    fn read(folder: &Folder) -> Result<Option<Self>, TokenError> {
        folder.read(Self::FILE, Self::KIND)
    }

    fn write(&self, folder: &Folder, locked: &Locked) -> Result<(), TokenError> {
        folder.write(locked, Self::LABEL, Self::FILE, Self::KIND, self)
    }
}

/// Kind of the request's key pair, and how the answer is encrypted to it.
fn pair(suite: Suite) -> (KeyAlgorithm, KeyTransport) {
    match suite {
        Suite::Sm => (KeyAlgorithm::Sm2, KeyTransport::Sm2),
        Suite::Rsa | Suite::P256 | Suite::P384 => {
            (KeyAlgorithm::Rsa { bits: 2048 }, KeyTransport::RsaOaep(Hash::Sha256))
        }
    }
}

/// Refuses what is missing before a try is spent.
pub(super) fn needed(new: Option<&Pin>) -> Result<&Pin, TokenError> {
    new.ok_or(TokenError::Policy(crate::PinRule::TooShort { min: 1 }))
}
