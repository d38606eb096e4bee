//! Opening a bid on trial: the key is used, samples are checked, nothing is written.

use std::path::Path;

use serde::Serialize;

use super::{decrypt::Opener, faults, open, watch};
use crate::{Failure, Operation, Session, files, ledger};

/// What a rehearsal found.
#[derive(Clone, Debug, Serialize)]
pub struct Rehearsed {
    /// Number of files in the bid.
    pub files: u64,
    /// Length of the content in bytes.
    pub size: u64,
    /// Units of 1 MiB that were opened.
    pub checked: u64,
    /// Units of the bid.
    pub units: u64,
    /// How many of the committee are still needed: with a threshold the part is right, but it alone opens nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub committee: Option<u8>,
}

/// Opens the bid at `path` on trial.
///
/// # Errors
/// As [`decrypt`](super::decrypt::decrypt).
pub fn rehearse(session: &Session<'_>, path: &Path, opener: Opener<'_>) -> Result<Rehearsed, Failure> {
    files::check_input(path)?;
    let done = on_trial(session, path, opener);
    ledger::tried(session, path, "rehearse", &done);
    done
}

fn on_trial(session: &Session<'_>, path: &Path, opener: Opener<'_>) -> Result<Rehearsed, Failure> {
    let envelope = bid::inspect(path).map_err(|error| faults::open(path, error))?;
    if let Some(policy) = envelope.head().policy() {
        let (metadata, units) = (envelope.metadata(), envelope.geometry().units());
        let (files, size, committee) = (metadata.file_count, metadata.total_length, Some(policy.threshold()));
        open::part_on_trial(session, path, &envelope, opener)?;
        return Ok(Rehearsed { files, size, checked: 0, units, committee });
    }
    let opened = open::unlock(session, path, opener, Operation::Rehearse)?;
    let done = opened.rehearse(&mut watch(session)).map_err(|error| faults::decrypt(path, error))?;
    let size = opened.envelope().metadata().total_length;
    Ok(Rehearsed { files: done.files, size, checked: done.verified, units: done.units, committee: None })
}
