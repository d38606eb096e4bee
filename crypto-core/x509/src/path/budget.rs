//! Limits on work.

use super::SIGNATURE_BUDGET;

/// Most comparisons of a name with a subtree for one answer. Certificates can hold tens of thousands of each, and their
/// product would be hours.
const COMPARISON_BUDGET: usize = 250_000;

/// Counts expensive steps down.
pub(super) struct Budget {
    signatures: usize,
    comparisons: usize,
}

/// Nothing is left to spend.
pub(super) struct Spent;

impl Budget {
    pub(super) fn new() -> Self {
        Self { signatures: SIGNATURE_BUDGET, comparisons: COMPARISON_BUDGET }
    }

    /// Takes one signature check.
    pub(super) fn signature(&mut self) -> Result<(), Spent> {
        self.signatures = self.signatures.checked_sub(1).ok_or(Spent)?;
        Ok(())
    }

    /// Takes `number` comparisons of names.
    pub(super) fn comparisons(&mut self, number: usize) -> Result<(), Spent> {
        self.comparisons = self.comparisons.checked_sub(number).ok_or(Spent)?;
        Ok(())
    }
}
