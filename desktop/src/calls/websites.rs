//! Web pages that were let in or refused, and the journal of what they asked for.

use agent::Origin;
use client::{
    Code, Failure,
    journal::{self, Break, Journal},
};
use protocol::screens::{JournalEntry, JournalState, Site};

use crate::{Desk, told::shown};

pub(super) fn sites(desk: &Desk) -> Result<Vec<Site>, Failure> {
    let site = |(origin, standing): &(Origin, agent::Standing)| Site {
        origin: client::printable(origin.as_str()),
        standing: standing.name().to_owned(),
    };
    Ok(agent::origins(&desk.home)?.iter().map(site).collect())
}

pub(super) fn forget(desk: &Desk, origin: &str) -> Result<bool, Failure> {
    let parsed = Origin::parse(origin, true)
        .map_err(|_| Failure::new(Code::WebOrigin).with("origin", client::printable(origin)))?;
    agent::forget_origin(&desk.home, &parsed)
}

pub(super) fn journal(desk: &Desk) -> Result<Vec<JournalEntry>, Failure> {
    let mut entries: Vec<JournalEntry> = shown(Journal::of(&desk.home).entries()?)?;
    entries.reverse();
    Ok(entries)
}

pub(super) fn check(desk: &Desk) -> Result<JournalState, Failure> {
    let state = |broken: &str, line| JournalState { whole: false, broken: Some(broken.to_owned()), line };
    Ok(match Journal::of(&desk.home).verify()? {
        None => JournalState { whole: true, broken: None, line: None },
        Some(Break::Chain { line }) => state("chain", Some(line)),
        Some(Break::Tail { .. }) => state("tail", None),
        Some(Break::Seal) => state("seal", None),
    })
}

pub(super) fn export(desk: &Desk, output: u32) -> Result<(), Failure> {
    let bytes = journal::export(&desk.home)?;
    // The system's dialog has asked whether an existing file may be replaced.
    client::write_output(&desk.session(), &desk.files.path(output)?, &bytes, true)
}
