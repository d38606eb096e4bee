//! The clock, passed in: tests need no sleep, and a verdict can be asked for another day.

use std::time::Duration;

use time::OffsetDateTime;

/// What time it is.
pub trait Clock: Sync {
    /// Date and time, as the computer believes it.
    fn now(&self) -> OffsetDateTime;

    /// Time since some fixed moment; never runs backwards.
    fn elapsed(&self) -> Duration;
}
