//! Progress, told to the main window, and the person's wish to stop.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use client::{Clock, Progress};
use machine::SystemClock;
use protocol::screens::News;

use crate::{locked, surface::Surface};

/// Between two pieces of news.
const EVERY: Duration = Duration::from_millis(100);

/// Tells the main window how far work has come.
pub(crate) struct Moved {
    surface: Arc<dyn Surface>,
    clock: SystemClock,
    stop: AtomicBool,
    told: Mutex<Option<Duration>>,
}

impl Moved {
    pub(crate) fn new(surface: Arc<dyn Surface>, clock: SystemClock) -> Self {
        Self { surface, clock, stop: AtomicBool::new(false), told: Mutex::default() }
    }

    /// What was stopped before is over.
    pub(crate) fn begin(&self) {
        self.stop.store(false, Ordering::SeqCst);
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }
}

impl Progress for Moved {
    fn moved(&self, done: u64, total: u64, left: Option<Duration>) {
        let now = self.clock.elapsed();
        let mut told = locked(&self.told);
        if done == total || told.is_none_or(|last| now.saturating_sub(last) >= EVERY) {
            *told = Some(now);
            self.surface.news(&News::Progress { done, total, seconds_left: left.map(|left| left.as_secs()) });
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}
