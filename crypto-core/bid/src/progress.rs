//! How far long work has come, and the person's wish to stop it.

use std::ops::ControlFlow;

/// What is being done at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The inputs are being found; `done` counts files and `total` is 0.
    Finding,
    /// Bytes are being read, sealed and written.
    Encrypting,
    /// Bytes are being verified, opened and written.
    Decrypting,
    /// Bytes are being verified; nothing is written.
    Verifying,
    /// Everything is written; the system is asked to bring it to the disk.
    Saving,
}

/// A point in the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Bytes done so far.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// Sees the work go on and may break it off: then nothing is left behind.
pub trait Watch {
    /// Called often, at least once for each megabyte. [`ControlFlow::Break`] cancels.
    fn moved(&mut self, progress: Progress) -> ControlFlow<()>;
}

impl<F: FnMut(Progress) -> ControlFlow<()>> Watch for F {
    fn moved(&mut self, progress: Progress) -> ControlFlow<()> {
        self(progress)
    }
}

/// Lets everything pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn moved(&mut self, _: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// The person has asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Reports a point and turns a break into [`Cancelled`].
pub(crate) fn report(watch: &mut dyn Watch, step: Step, done: u64, total: u64) -> Result<(), Cancelled> {
    match watch.moved(Progress { step, done, total }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Cancelled),
    }
}
