//! The journal: what was asked of the person's keys, by whom, and what came of it.
//!
//! `journal.log` is append-only, one JSON object a line. Each entry carries the hash of the line before it, so that an
//! edited, removed, inserted or moved line breaks the chain. The last line and the count are sealed with a key of this
//! home in `journal.head`, so that a cut tail is found too. Whoever can read the person's files can read that key: the
//! journal shows tampering by others and by accident, not by a thief of the whole account.

mod chain;
mod head;
mod room;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{Code, Failure, Home, fault};

use chain::{End, Line};
use head::Head;

/// More than the longest line: names are cut where they are recorded.
const TAIL: u64 = 1 << 20;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When, RFC 3339, by this computer's clock.
    pub time: String,
    /// Which web page asked, as the browser reported it.
    pub origin: String,
    /// What it asked for: a method's name.
    pub operation: String,
    /// SHA-256 of the certificate, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Digests of the documents, `name: hash hex`, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// `yes`, `no` or `not_asked`.
    pub decision: String,
    /// `done`, or the code of the failure.
    pub result: String,
}

/// The journal of a home.
pub struct Journal<'a> {
    home: &'a Home,
}

/// What is wrong with a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Break {
    /// A line does not follow from the one before it: it or its neighbour was edited, removed, inserted or moved.
    Chain {
        /// Number of the line, from 1.
        line: usize,
    },
    /// The end is not the one that was sealed: lines were cut off, or appended by another hand.
    Tail {
        /// Entries that were sealed.
        sealed: u64,
        /// Entries that are here.
        found: u64,
    },
    /// The seal itself is missing or not ours.
    Seal,
}

impl<'a> Journal<'a> {
    /// The journal of a home; it need not exist yet.
    #[must_use]
    pub const fn of(home: &'a Home) -> Self {
        Self { home }
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("journal.log")
    }

    /// Refuses while no entry could be written. Asked before a key is used: then what the key has done can be recorded,
    /// even if the disk is full by then.
    ///
    /// # Errors
    /// [`Code::JournalFailed`].
    pub fn check_ready(&self) -> Result<(), Failure> {
        let failed = |error: io::Error| failed(&self.path(), &error);
        open_private(&self.path()).map_err(failed)?;
        head::key(self.home)?;
        room::hold(self.home).map_err(failed)
    }

    /// Adds an entry, durably: when this returns, it is on the disk.
    ///
    /// It follows from the sealed end, not from what lies in the file: a tail that was cut off stays visible for ever.
    ///
    /// # Errors
    /// [`Code::JournalFailed`]: then nothing that was to be recorded may be handed out.
    pub fn append(&self, entry: &Entry) -> Result<(), Failure> {
        let failed = |error: io::Error| failed(&self.path(), &error);
        let mut file = open_private(&self.path()).map_err(failed)?;
        file.lock().map_err(failed)?;
        let written = last_line(&mut file).map_err(failed)?.map(|line| chain::hash_of(&line));
        let end = self.sealed_end(written.as_deref())?;
        let line = Line::after(&end.last, entry.clone());
        let next = End { count: end.count + 1, last: line.hash() };
        let length = file.metadata().map_err(failed)?.len();
        self.with_room(|| Head::announcing(self.home, &end, &next)?.write(self.home))?;
        self.with_room(|| write_line(&mut file, length, &line.text()).map_err(failed))?;
        self.with_room(|| Head::sealed(self.home, &next)?.write(self.home))
    }

    /// Takes a step, and once more in the room that was held for it.
    fn with_room(&self, mut step: impl FnMut() -> Result<(), Failure>) -> Result<(), Failure> {
        match step() {
            Err(_) if room::give(self.home) => step(),
            done => done,
        }
    }

    /// Where the next entry follows. Without a seal of ours it follows from nothing, which a check finds.
    fn sealed_end(&self, written: Option<&str>) -> Result<End, Failure> {
        match Head::read(self.home)? {
            Some(head) if head.is_ours(self.home)? => Ok(head.end(written)),
            _ => Ok(End::default()),
        }
    }

    /// Every entry, oldest first, as far as lines can be read.
    ///
    /// # Errors
    /// [`Code::JournalFailed`] when the file cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, Failure> {
        Ok(self.lines()?.into_iter().filter_map(|line| Line::parse(&line).map(|line| line.entry)).collect())
    }

    /// What is wrong with it, if anything.
    ///
    /// # Errors
    /// As [`Journal::entries`].
    pub fn verify(&self) -> Result<Option<Break>, Failure> {
        let lines = self.lines()?;
        let mut before = End::default().last;
        for (number, text) in lines.iter().enumerate() {
            match Line::parse(text).filter(|line| line.before == before) {
                Some(line) => before = line.hash(),
                None => return Ok(Some(Break::Chain { line: number + 1 })),
            }
        }
        let found = End { count: lines.len() as u64, last: before };
        Ok(match Head::read(self.home)? {
            None if found.count == 0 => None,
            Some(head) if !head.is_ours(self.home)? => Some(Break::Seal),
            None => Some(Break::Seal),
            Some(head) if head.allows(&found) => None,
            Some(head) => Some(Break::Tail { sealed: head.count, found: found.count }),
        })
    }

    fn lines(&self) -> Result<Vec<String>, Failure> {
        match File::open(self.path()) {
            Ok(file) => BufReader::new(file).lines().collect::<Result<_, _>>().map_err(|e| failed(&self.path(), &e)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failed(&self.path(), &error)),
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    fault::at(Code::JournalFailed, path).with("reason", fault::io_reason(error))
}

/// Writes a line behind the first `length` bytes: nothing of a try that failed stays.
fn write_line(file: &mut File, length: u64, text: &str) -> io::Result<()> {
    file.set_len(length)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The last whole line. What stands behind it was torn by a kill, was never answered, and goes.
fn last_line(file: &mut File) -> io::Result<Option<String>> {
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') else {
        file.set_len(from)?;
        return Ok(None);
    };
    file.set_len(from + end as u64 + 1)?;
    let start = tail[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    Ok(Some(String::from_utf8_lossy(&tail[start..end]).into_owned()))
}

/// Writes the journal where the person wants it.
///
/// # Errors
/// [`Code::JournalFailed`].
pub fn export(home: &Home) -> Result<Vec<u8>, Failure> {
    let path = home.path().join("journal.log");
    match fs::read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(&path, &error)),
    }
}
