//! Plays the steps one after the other: number, elapsed time, name of the log.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::program::Programs;
use super::story::Step;
use crate::failure::{During, Failure};

/// Where the steps are played.
pub(super) struct Stage {
    folder: PathBuf,
    steps: usize,
}

impl Stage {
    pub(super) fn new(folder: PathBuf, steps: usize) -> Self {
        Self { folder, steps }
    }

    /// Plays all steps; the first that fails is the last.
    pub(super) fn play(&self, story: &[Step]) -> Result<(), Failure> {
        (1..).zip(story).try_for_each(|(number, step)| self.step(number, step))
    }

    fn step(&self, number: usize, step: &Step) -> Result<(), Failure> {
        let log = format!("logs/{number:02}-{}.log", step.name);
        let file = File::create_new(self.folder.join(&log)).during(&log)?;
        let head = format!("[{number:2}/{}] {}", self.steps, step.title);
        let clock = Clock::start(head.clone());
        let start = Instant::now();
        let done = (step.run)(&mut Programs::new(file));
        clock.stop();
        let verdict = if done.is_ok() { "" } else { "  FAILED" };
        println!("{head}{verdict}  {:.1} s  target/demo/{log}", start.elapsed().as_secs_f64());
        done?.lines().for_each(|line| println!("        {line}"));
        Ok(())
    }
}

/// Shows at a terminal that a long step is alive.
struct Clock {
    stop: mpsc::Sender<()>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Clock {
    fn start(head: String) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = io::stdout().is_terminal().then(|| {
            thread::spawn(move || {
                let start = Instant::now();
                while stopped.recv_timeout(Duration::from_secs(1)) == Err(mpsc::RecvTimeoutError::Timeout) {
                    print!("\r{head}  {} s", start.elapsed().as_secs());
                    // A terminal that is gone has nobody to tell.
                    let _ = io::stdout().flush();
                }
                print!("\r\x1b[K");
            })
        });
        Self { stop, thread }
    }

    fn stop(self) {
        drop(self.stop);
        if let Some(thread) = self.thread {
            thread.join().expect("the clock only prints");
        }
    }
}
