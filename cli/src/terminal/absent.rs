//! Platforms without a controlling terminal that this program knows how to ask at.

use std::io;

use super::{Echo, Typed};

/// There is none.
pub(crate) enum Terminal {}

impl Terminal {
    /// Never opens.
    pub(crate) fn open() -> Option<Self> {
        None
    }

    /// Cannot be reached.
    pub(crate) fn say(&mut self, _text: &str) -> io::Result<()> {
        match *self {}
    }

    /// Cannot be reached.
    pub(crate) fn ask(&mut self, _prompt: &str, _echo: Echo) -> io::Result<Typed> {
        match *self {}
    }
}

/// Nothing to restore.
pub(crate) fn leave_prompt() -> bool {
    false
}
