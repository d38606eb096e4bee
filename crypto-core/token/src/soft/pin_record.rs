//! The `pin` record: policy, counters, and the data key under PIN and PUK.

use std::path::Path;

use algo::{Pin, Secret, Suite};
use serde::{Deserialize, Serialize};

use super::half::Slot;
use super::hexadecimal::Hexadecimal;
use super::wrap::{NotOpened, PinCost, Sealed, pin_key, puk_key};
use crate::{PinPolicy, PinState, Puk, Remaining, TokenError};

/// Tries of a fresh counter, PIN and PUK alike.
pub(super) const MAX_TRIES: u32 = 10;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PinRecord {
    pub(super) policy: PinPolicy,
    pub(super) pin: PinWrap,
    /// Absent until activation.
    pub(super) puk: Option<PukWrap>,
}

/// The data key under the PIN.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PinWrap {
    max: u32,
    pub(super) left: u32,
    cost: PinCost,
    salt: Hexadecimal,
    /// Where the keyring's half lies, if there is one.
    pub(super) half: Option<Slot>,
    data_key: Sealed,
}

/// The data key under the PUK.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PukWrap {
    max: u32,
    pub(super) left: u32,
    salt: Hexadecimal,
    data_key: Sealed,
}

impl PinRecord {
    pub(super) const KIND: &'static str = "pin";

    /// Whether the factory PIN has been replaced.
    pub(super) fn activated(&self) -> bool {
        self.puk.is_some()
    }

    /// Refuses counters and costs that this program never writes: a record with 11 tries left gives no 11 tries.
    pub(super) fn check(&self, path: &Path) -> Result<(), TokenError> {
        let damaged = |detail: &str| TokenError::Damaged { path: path.to_owned(), detail: detail.to_owned() };
        if self.pin.max != MAX_TRIES || self.pin.left > self.pin.max {
            return Err(damaged("impossible count of PIN tries"));
        }
        if self.puk.as_ref().is_some_and(|puk| puk.max != MAX_TRIES || puk.left > puk.max) {
            return Err(damaged("impossible count of PUK tries"));
        }
        self.pin.cost.check().map_err(|detail| TokenError::Refused { path: path.to_owned(), detail })
    }

    /// What is told about the PIN; `left` is the smaller of the two counts.
    pub(super) fn state(&self, left: u32) -> PinState {
        PinState {
            initialised: true,
            is_default: Some(!self.activated()),
            max: Some(self.pin.max),
            remaining: Remaining::from_count(left),
            length: self.policy.min..=self.policy.max,
        }
    }
}

impl PinWrap {
    /// Seals the data key anew, with all tries left.
    pub(super) fn seal(
        suite: Suite,
        id: &str,
        pin: &Pin,
        half: Option<(Slot, &Secret)>,
        data_key: &Secret,
    ) -> Result<Self, TokenError> {
        let salt = algo::random::<16>()?;
        let cost = PinCost::WRITTEN;
        let key = pin_key(suite, id, cost, &salt, pin, half.map_or(&[], |(_, half)| half.expose()))?;
        Ok(Self {
            max: MAX_TRIES,
            left: MAX_TRIES,
            cost,
            salt: Hexadecimal(salt.to_vec()),
            half: half.map(|(slot, _)| slot),
            data_key: Sealed::seal(suite, &key, b"", data_key)?,
        })
    }

    /// The check of a PIN: only the right one (with the right half) opens the data key.
    pub(super) fn open(
        &self,
        suite: Suite,
        id: &str,
        pin: &Pin,
        half: &[u8],
    ) -> Result<Result<Secret, NotOpened>, TokenError> {
        let key = pin_key(suite, id, self.cost, &self.salt.0, pin, half)?;
        Ok(self.data_key.open(suite, &key, b""))
    }

    /// All tries are there again.
    pub(super) fn reset(&mut self) {
        self.left = self.max;
    }
}

impl PukWrap {
    pub(super) fn seal(suite: Suite, id: &str, puk: &Puk, data_key: &Secret) -> Result<Self, TokenError> {
        let salt = algo::random::<16>()?;
        let key = puk_key(suite, id, &salt, puk.symbols())?;
        Ok(Self {
            max: MAX_TRIES,
            left: MAX_TRIES,
            salt: Hexadecimal(salt.to_vec()),
            data_key: Sealed::seal(suite, &key, b"", data_key)?,
        })
    }

    pub(super) fn open(&self, suite: Suite, id: &str, puk: &Puk) -> Result<Result<Secret, NotOpened>, TokenError> {
        let key = puk_key(suite, id, &self.salt.0, puk.symbols())?;
        Ok(self.data_key.open(suite, &key, b""))
    }

    /// All tries are there again.
    pub(super) fn reset(&mut self) {
        self.left = self.max;
    }
}
