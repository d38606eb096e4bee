//! `bidseal`, the command line: a bidder's keys, seals and bids without a screen.
//!
//! It holds no logic of its own: it reads the command line ([`args`]), asks the person ([`ask`]), calls the use cases of
//! `client`, and prints what they report. Language and form of the output are known before the command line is parsed,
//! so that its own mistakes are told in them.

mod args;
mod ask;
mod commands;
mod early;
mod handed;
mod outcome;
mod progress;
mod terminal;
mod usage;
mod words;

use std::{
    ffi::OsString,
    io::{self, IsTerminal},
    process::ExitCode,
};

use clap::{FromArgMatches, error::ErrorKind};
use client::Catalogue;

use crate::{args::Line, early::Early, outcome::Outcome};

fn main() -> ExitCode {
    client::keep_memory_private();
    let typed: Vec<OsString> = std::env::args_os().collect();
    let early = Early::read(&typed);
    let words = machine::words(early.language);
    let line = match parse(&typed, early) {
        Ok(line) => line,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return show(&error, early);
        }
        Err(error) => return outcome::report(&usage::failure(&error, &typed), early.json, words),
    };
    match commands::run(line, early) {
        Ok(done) => done.print(early.json, words),
        Err(failure) => outcome::report(&failure, early.json, words),
    }
}

fn parse(typed: &[OsString], early: Early) -> Result<Line, clap::Error> {
    let matches = words::command(early.language).try_get_matches_from(typed)?;
    Line::from_arg_matches(&matches)
}

/// Help and version are results, not failures.
fn show(text: &clap::Error, early: Early) -> ExitCode {
    let text = text.render();
    let text = if io::stdout().is_terminal() { text.ansi().to_string() } else { text.to_string() };
    Outcome::shown(text).print(false, Catalogue::of(early.language))
}
