//! The controlling terminal: where consent and secrets are asked, whatever standard input and output are.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{Terminal, leave_prompt};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{Terminal, leave_prompt};

use zeroize::Zeroizing;

/// Whether typed characters are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Echo {
    /// An answer.
    Shown,
    /// A secret.
    Hidden,
}

/// What came from the keyboard.
pub(crate) enum Typed {
    /// A line, without its end.
    Line(Zeroizing<String>),
    /// Ctrl-C, Ctrl-D or a hang-up.
    Cancelled,
    /// Bytes that are not UTF-8, or more than a line may have.
    Unreadable,
}
