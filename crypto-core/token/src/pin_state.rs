//! The PIN as the token itself describes it, read anew after every failed login.

use std::ops::RangeInclusive;

/// State of the person's PIN on one token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PinState {
    /// A PIN has been set at all; an uninitialised token has none.
    pub initialised: bool,
    /// The factory PIN is still in force; `None` where the token cannot tell.
    pub is_default: Option<bool>,
    /// Number of tries a fresh counter has; `None` where the token cannot tell.
    pub max: Option<u32>,
    /// Tries left before the token locks.
    pub remaining: Remaining,
    /// Permitted number of characters of a new PIN.
    pub length: RangeInclusive<usize>,
}

impl PinState {
    /// The state of a PIN that has been set.
    #[must_use]
    pub fn new(
        is_default: Option<bool>,
        max: Option<u32>,
        remaining: Remaining,
        length: RangeInclusive<usize>,
    ) -> Self {
        Self { initialised: true, is_default, max, remaining, length }
    }

    /// Nothing is known: the token could not be asked after a failure.
    pub(crate) fn unknown() -> Self {
        Self { initialised: true, is_default: None, max: None, remaining: Remaining::Unknown, length: 1..=255 }
    }
}

/// How many PIN tries are left, as exactly as the token tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remaining {
    /// The exact number; never 0 (that is [`Remaining::Locked`]).
    Exact(u32),
    /// Fewer than the full number: at least one wrong PIN since the last right one.
    Low,
    /// The next wrong PIN locks the token.
    FinalTry,
    /// Locked: no PIN is accepted until the token is unblocked.
    Locked,
    /// The token does not tell.
    Unknown,
}

impl Remaining {
    /// `0` becomes [`Remaining::Locked`], everything else [`Remaining::Exact`].
    #[must_use]
    pub fn from_count(count: u32) -> Self {
        if count == 0 { Self::Locked } else { Self::Exact(count) }
    }

    /// The number of tries left where it is known; the last try and a lock are numbers too.
    #[must_use]
    pub fn count(self) -> Option<u32> {
        match self {
            Self::Exact(count) => Some(count),
            Self::FinalTry => Some(1),
            Self::Locked => Some(0),
            Self::Low | Self::Unknown => None,
        }
    }

    /// Whether the next wrong PIN would lock the token: such a try is never spent for a web page.
    #[must_use]
    pub fn is_last(self) -> bool {
        self.count() == Some(1)
    }
}
