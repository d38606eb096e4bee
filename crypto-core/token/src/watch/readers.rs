//! The process that watches the readers: started when it is needed, started anew when it ends.

use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use card_watch::{LONGEST_LINE, Service, Snapshot};

/// A program that ends at once (its PC/SC library is not installed) is not started more often than this.
const RESTART: Duration = Duration::from_secs(5);
/// How long the first answer of a fresh process is waited for: a service that hangs is told as one that does not answer.
const FIRST_ANSWER: Duration = Duration::from_secs(3);

/// The readers of this computer, as `bidseal-card-watch` tells them.
pub struct ReaderWatch {
    program: PathBuf,
    running: Option<Running>,
    started: Option<Instant>,
    last: Snapshot,
}

struct Running {
    child: Child,
    snapshots: Receiver<Snapshot>,
    answered: bool,
}

impl ReaderWatch {
    /// Nothing is started yet.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), running: None, started: None, last: stopped("not asked yet") }
    }

    /// The state now; waits up to `wait` for a change, and for a fresh process until it has spoken.
    pub fn look(&mut self, wait: Duration) -> Snapshot {
        let rested = self.started.is_none_or(|started| started.elapsed() >= RESTART);
        if self.running.is_none() && rested {
            self.started = Some(Instant::now());
            match Running::start(&self.program) {
                Ok(running) => self.running = Some(running),
                Err(error) => self.last = stopped(&format!("{}: {error}", self.program.display())),
            }
        }
        let Some(running) = &mut self.running else {
            thread::sleep(wait);
            return self.last.clone();
        };
        match running.newest(wait) {
            Ok(Some(snapshot)) => self.last = snapshot,
            Ok(None) if running.answered => {}
            Ok(None) => self.last = stopped("no answer"),
            Err(status) => {
                self.last = stopped(&status);
                self.running = None;
            }
        }
        self.last.clone()
    }
}

fn stopped(detail: &str) -> Snapshot {
    Snapshot { service: Service::Stopped { detail: detail.to_owned() }, readers: Vec::new() }
}

impl Running {
    fn start(program: &PathBuf) -> io::Result<Self> {
        let mut command = Command::new(program);
        // Ctrl-C at the terminal is ours to answer.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = crate::background::hide(&mut command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // The loader's complaint about a missing library is told by the exit status.
            .stderr(Stdio::null())
            .spawn()?;
        let Some(out) = child.stdout.take() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        Ok(Self { child, snapshots: read_lines(out), answered: false })
    }

    /// The latest state that was told within `wait`, if any; else how the process ended.
    fn newest(&mut self, wait: Duration) -> Result<Option<Snapshot>, String> {
        let wait = if self.answered { wait } else { wait.max(FIRST_ANSWER) };
        let mut newest = match self.snapshots.recv_timeout(wait) {
            Ok(snapshot) => snapshot,
            Err(RecvTimeoutError::Timeout) => return Ok(None),
            Err(RecvTimeoutError::Disconnected) => return Err(self.end()),
        };
        self.answered = true;
        while let Ok(later) = self.snapshots.try_recv() {
            newest = later;
        }
        Ok(Some(newest))
    }

    fn end(&mut self) -> String {
        let _ = self.child.kill();
        self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads on a thread of its own, which ends with the process, or at the first line that is none.
fn read_lines(out: ChildStdout) -> Receiver<Snapshot> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut out = BufReader::new(out);
        while let Some(snapshot) = read_line(&mut out) {
            if sender.send(snapshot).is_err() {
                break;
            }
        }
    });
    receiver
}

fn read_line(out: &mut impl BufRead) -> Option<Snapshot> {
    let mut line = Vec::new();
    let limit = LONGEST_LINE as u64;
    out.by_ref().take(limit).read_until(b'\n', &mut line).ok().filter(|read| *read > 0)?;
    serde_json::from_slice(&line).ok()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn program(script: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watch");
        programs::write_script(&path, &format!("#!/bin/sh\n{script}\n"));
        (folder, path)
    }

    #[test]
    fn the_newest_state_counts_and_stays_until_the_next() {
        let line = |name: &str| {
            format!(r#"echo '{{"service":"running","readers":[{{"name":"{name}","card":"absent","events":0}}]}}'"#)
        };
        let (_folder, path) = program(&format!("{}\n{}\nread end", line("a"), line("b")));
        let mut watch = ReaderWatch::new(path);
        // A process that needs long for its first word has no reader yet.
        let mut name = || watch.look(Duration::from_millis(300)).readers.first().map(|reader| reader.name.clone());
        while name().as_deref() != Some("b") {}
        assert_eq!(name().as_deref(), Some("b"), "no news is no change");
    }

    #[test]
    fn a_program_that_cannot_run_is_a_service_that_does_not_answer() {
        for (script, said) in [("exit 127", "127"), ("echo nonsense; read end", "signal")] {
            let (_folder, path) = program(script);
            let mut watch = ReaderWatch::new(path);
            let mut detail = || match watch.look(Duration::from_millis(1)).service {
                Service::Stopped { detail } => detail,
                Service::Running => panic!("{script}"),
            };
            // Until it has ended, it is one that does not answer yet.
            let detail = std::iter::repeat_with(&mut detail).find(|detail| detail != "no answer").unwrap();
            assert!(detail.contains(said), "{script}: {detail}");
        }
        let missing = ReaderWatch::new("/nowhere/bidseal-card-watch").look(Duration::from_millis(1));
        assert!(matches!(missing.service, Service::Stopped { .. }));
    }
}
