//! A limit on work.

use super::SIGNATURE_BUDGET;

/// Counts signature checks down.
pub(super) struct Budget(usize);

/// Nothing is left to spend.
pub(super) struct Spent;

impl Budget {
    pub(super) fn new() -> Self {
        Self(SIGNATURE_BUDGET)
    }

    /// Takes one signature check.
    pub(super) fn take(&mut self) -> Result<(), Spent> {
        self.0 = self.0.checked_sub(1).ok_or(Spent)?;
        Ok(())
    }
}
