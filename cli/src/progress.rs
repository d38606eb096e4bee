//! A bar on the terminal for work that takes a while, and Ctrl-C.

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use client::Progress;

use crate::terminal;

/// Redrawn no more often than this.
const EVERY: Duration = Duration::from_millis(100);
const WIDTH: usize = 30;

/// Shows progress on stderr, if that is a terminal and no JSON is wanted.
pub(crate) struct Bar {
    shown: bool,
    stop: Arc<AtomicBool>,
    drawn: Mutex<Option<Instant>>,
}

impl Bar {
    /// A bar that Ctrl-C stops.
    pub(crate) fn new(json: bool) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        // Without a handler Ctrl-C ends the program at once, which leaves nothing behind that the next start keeps.
        let _ = ctrlc::set_handler(move || {
            if terminal::leave_prompt() || flag.swap(true, Ordering::SeqCst) {
                std::process::exit(i32::from(client::Turn::Person.exit()));
            }
        });
        Self { shown: !json && io::stderr().is_terminal(), stop, drawn: Mutex::new(None) }
    }

    /// Whether Ctrl-C was typed, for work that goes on without this bar.
    pub(crate) fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    fn draw(&self, done: u64, total: u64, left: Option<Duration>) {
        let filled = usize::try_from(u128::from(done) * WIDTH as u128 / u128::from(total.max(1))).unwrap_or(WIDTH);
        let percent = u128::from(done) * 100 / u128::from(total.max(1));
        let bar = format!("{}{}", "█".repeat(filled.min(WIDTH)), "░".repeat(WIDTH - filled.min(WIDTH)));
        let left =
            left.map_or_else(String::new, |left| format!("  {:02}:{:02}", left.as_secs() / 60, left.as_secs() % 60));
        let (unit, size) = if total < 10_000_000 { ("kB", 1_000) } else { ("MB", 1_000_000) };
        // Progress that cannot be shown must not stop the work.
        let _ = write!(io::stderr(), "\r{bar} {percent:>3}%  {}/{} {unit}{left}\x1b[K", done / size, total / size);
    }
}

impl Progress for Bar {
    fn moved(&self, done: u64, total: u64, left: Option<Duration>) {
        if !self.shown {
            return;
        }
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if done == total || drawn.is_none_or(|last| last.elapsed() >= EVERY) {
            *drawn = Some(Instant::now());
            self.draw(done, total, left);
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.drawn.get_mut().is_ok_and(|drawn| drawn.is_some()) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
