//! The check of a PIN or PUK: count down, sync, check, reset. In this order a kill costs a try and never gives one.

use algo::{Pin, Secret};
use durable::failpoint;

use super::folder::{Folder, Locked};
use super::half::Half;
use super::pin_record::{PinRecord, PinWrap};
use crate::keyring::KeyringHalf;
use crate::{PinState, Puk, Remaining, TokenError};

/// A locked token in whose state a proof is checked.
pub(super) struct Check<'t> {
    pub(super) folder: &'t Folder,
    pub(super) keyring: Option<&'t dyn KeyringHalf>,
    pub(super) locked: Locked,
}

impl<'t> Check<'t> {
    pub(super) fn begin(folder: &'t Folder, keyring: Option<&'t dyn KeyringHalf>) -> Result<Self, TokenError> {
        Ok(Self { folder, keyring, locked: folder.lock()? })
    }

    /// Checks the PIN. Answers the data key and the record with all tries restored, already on disk.
    pub(super) fn pin(&self, mut record: PinRecord, pin: &Pin) -> Result<(PinRecord, Secret), TokenError> {
        let half = self.half(&record.pin)?;
        let left = half.tries_left(record.pin.left);
        if left == 0 {
            self.forget_half(&record.pin);
            return Err(if record.pin.left > 0 && half.is_missing() {
                TokenError::HalfMissing
            } else {
                TokenError::PinLocked
            });
        }
        let half = self.count(&mut record, half, left - 1)?;
        let opened = record.pin.open(self.folder.suite, &self.folder.id, pin, half.secret())?;
        failpoint("token.check.after");
        match opened {
            Ok(data_key) => {
                self.reset(&mut record, half)?;
                Ok((record, data_key))
            }
            Err(_) => {
                if left == 1 {
                    self.forget_half(&record.pin);
                }
                Err(TokenError::PinWrong { state: record.state(left - 1) })
            }
        }
    }

    /// Checks the PUK. Answers the data key; the caller writes a record with fresh counters.
    pub(super) fn puk(&self, record: &mut PinRecord, puk: &Puk) -> Result<Secret, TokenError> {
        let wrap = record.puk.as_mut().ok_or(TokenError::NotActivated)?;
        wrap.left = wrap.left.checked_sub(1).ok_or(TokenError::PukLocked)?;
        let left = wrap.left;
        failpoint("token.count.before");
        self.folder.write_pin(&self.locked, "token.count", record)?;
        failpoint("token.count.after");
        let wrap = record.puk.as_ref().ok_or(TokenError::NotActivated)?;
        let opened = wrap.open(self.folder.suite, &self.folder.id, puk)?;
        failpoint("token.check.after");
        opened.map_err(|_| TokenError::PukWrong { remaining: Remaining::from_count(left) })
    }

    /// Puts the smaller number on disk and into the keyring before anything is checked.
    fn count(&self, record: &mut PinRecord, half: Found, left: u32) -> Result<Found, TokenError> {
        let before = record.pin.left;
        record.pin.left = left;
        failpoint("token.count.before");
        self.folder.write_pin(&self.locked, "token.count", record)?;
        match self.write_half(record, half, left) {
            Ok(half) => {
                failpoint("token.count.after");
                Ok(half)
            }
            Err(error) => {
                // Nothing was checked: a keyring that stops answering must not eat up the tries.
                record.pin.left = before;
                self.folder.write_pin(&self.locked, "token.reset", record)?;
                Err(error)
            }
        }
    }

    fn reset(&self, record: &mut PinRecord, half: Found) -> Result<(), TokenError> {
        record.pin.reset();
        self.folder.write_pin(&self.locked, "token.reset", record)?;
        self.write_half(record, half, record.pin.left)?;
        self.forget_old_half(&record.pin);
        Ok(())
    }

    fn write_half(&self, record: &PinRecord, half: Found, left: u32) -> Result<Found, TokenError> {
        let Found::Here(mut half) = half else { return Ok(half) };
        half.left = left;
        if let (Some(keyring), Some(slot)) = (self.keyring, record.pin.half) {
            half.write(keyring, &self.folder.id, slot)?;
        }
        Ok(Found::Here(half))
    }

    fn half(&self, wrap: &PinWrap) -> Result<Found, TokenError> {
        find_half(self.folder, self.keyring, wrap)
    }

    /// Deletes the half in force: from now on only the PUK opens the token. A keyring that does not answer is asked
    /// again at the next try; the count on disk is 0 already.
    fn forget_half(&self, wrap: &PinWrap) {
        if let (Some(keyring), Some(slot)) = (self.keyring, wrap.half) {
            let _ = Half::delete(keyring, &self.folder.id, slot);
        }
        self.forget_old_half(wrap);
    }

    /// Deletes what a kill during a change of PIN may have left under the other name.
    pub(super) fn forget_old_half(&self, wrap: &PinWrap) {
        if let (Some(keyring), Some(slot)) = (self.keyring, wrap.half) {
            let _ = Half::delete(keyring, &self.folder.id, slot.other());
        }
    }
}

/// What the keyring holds for a token.
pub(super) enum Found {
    /// The token was made without a keyring.
    NotUsed,
    /// The half, with its own count.
    Here(Half),
    /// Deleted by the 10th wrong PIN, or left on another computer.
    Missing,
}

impl Found {
    fn tries_left(&self, on_disk: u32) -> u32 {
        match self {
            Self::NotUsed => on_disk,
            Self::Here(half) => half.left.min(on_disk),
            Self::Missing => 0,
        }
    }

    fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    fn secret(&self) -> &[u8] {
        match self {
            Self::Here(half) => half.secret.expose(),
            Self::NotUsed | Self::Missing => &[],
        }
    }
}

fn find_half(folder: &Folder, keyring: Option<&dyn KeyringHalf>, wrap: &PinWrap) -> Result<Found, TokenError> {
    let Some(slot) = wrap.half else { return Ok(Found::NotUsed) };
    let keyring = keyring.ok_or_else(|| TokenError::Keyring { detail: "there is no keyring here".to_owned() })?;
    Ok(Half::read(keyring, &folder.id, slot)?.map_or(Found::Missing, Found::Here))
}

/// The state without a check. A keyring that does not answer leaves the count on disk.
pub(super) fn state(folder: &Folder, keyring: Option<&dyn KeyringHalf>, record: &PinRecord) -> PinState {
    let left = find_half(folder, keyring, &record.pin).map_or(record.pin.left, |half| half.tries_left(record.pin.left));
    record.state(left)
}
