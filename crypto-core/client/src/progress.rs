//! How far long work has come, and the person's wish to stop it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::Clock;

/// What a shell shows while it waits.
pub trait Progress: Sync {
    /// `done` of `total` bytes are through; `left` is the estimated rest, once there is ground for one.
    fn moved(&self, done: u64, total: u64, left: Option<Duration>);

    /// Whether the person wants to stop.
    fn cancelled(&self) -> bool;
}

/// Shows nothing and is never stopped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn moved(&self, _done: u64, _total: u64, _left: Option<Duration>) {}

    fn cancelled(&self) -> bool {
        false
    }
}

/// Turns byte counts into progress with an estimate of the time left.
pub struct Meter<'a> {
    clock: &'a dyn Clock,
    progress: &'a dyn Progress,
    started: Duration,
    total: AtomicU64,
}

/// Before this much time has passed, an estimate would only jump about.
const ESTIMATE_AFTER: Duration = Duration::from_secs(2);

impl<'a> Meter<'a> {
    /// A meter that starts now.
    #[must_use]
    pub fn new(clock: &'a dyn Clock, progress: &'a dyn Progress) -> Self {
        Self { clock, progress, started: clock.elapsed(), total: AtomicU64::new(0) }
    }

    /// Says how much there is to do, in bytes.
    pub fn set_total(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Reports `done` bytes; returns whether to go on.
    pub fn moved(&self, done: u64) -> bool {
        let total = self.total.load(Ordering::Relaxed).max(done);
        self.progress.moved(done, total, self.left(done, total));
        !self.progress.cancelled()
    }

    /// The rest at the average speed so far.
    fn left(&self, done: u64, total: u64) -> Option<Duration> {
        let spent = self.clock.elapsed().saturating_sub(self.started);
        if spent < ESTIMATE_AFTER || done == 0 {
            return None;
        }
        let milliseconds = spent.as_millis().saturating_mul(u128::from(total - done)) / u128::from(done);
        Some(Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use time::OffsetDateTime;

    use super::*;

    struct At(Mutex<Duration>);

    impl Clock for At {
        fn now(&self) -> OffsetDateTime {
            OffsetDateTime::UNIX_EPOCH
        }

        fn elapsed(&self) -> Duration {
            *self.0.lock().unwrap()
        }
    }

    #[derive(Default)]
    struct Last(Mutex<Option<Duration>>);

    impl Progress for Last {
        fn moved(&self, _done: u64, _total: u64, left: Option<Duration>) {
            *self.0.lock().unwrap() = left;
        }

        fn cancelled(&self) -> bool {
            false
        }
    }

    #[test]
    fn a_quarter_in_ten_seconds_leaves_thirty() {
        let (clock, last) = (At(Mutex::new(Duration::from_secs(5))), Last::default());
        let meter = Meter::new(&clock, &last);
        meter.set_total(400);
        *clock.0.lock().unwrap() = Duration::from_secs(6);
        assert!(meter.moved(1));
        assert_eq!(*last.0.lock().unwrap(), None, "too early for an estimate");
        *clock.0.lock().unwrap() = Duration::from_secs(15);
        assert!(meter.moved(100));
        assert_eq!(*last.0.lock().unwrap(), Some(Duration::from_secs(30)));
    }
}
