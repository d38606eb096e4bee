//! Room on the disk that is held for the entry to come: what a key has done stands in the journal, also if the disk was full by then.

use std::{fs, io, io::Write, path::PathBuf};

use crate::Home;

/// More than an entry, the sealed end and their partial files take together.
const BYTES: usize = 64 << 10;

fn path(home: &Home) -> PathBuf {
    home.path().join("journal.room")
}

/// Holds room, unless it is held already.
pub(super) fn hold(home: &Home) -> io::Result<()> {
    let path = path(home);
    if fs::metadata(&path).is_ok_and(|facts| facts.len() == BYTES as u64) {
        return Ok(());
    }
    let held = fill(&path);
    if held.is_err() {
        // A part of it holds nothing.
        let _ = fs::remove_file(&path);
    }
    held
}

/// Random bytes: a file system that packs zeros would hold no room for them.
fn fill(path: &std::path::Path) -> io::Result<()> {
    let mut bytes = vec![0; BYTES];
    algo::random_bytes(&mut bytes).map_err(io::Error::other)?;
    let mut file = super::open_private(path)?;
    file.set_len(0)?;
    file.write_all(&bytes)?;
    file.sync_data()
}

/// Gives the room back to the disk; whether there was any.
pub(super) fn give(home: &Home) -> bool {
    fs::remove_file(path(home)).is_ok()
}
