//! `bidseal tls …`: secure connections of web pages, which the person turns on and off.

use ::agent::tls::{self, Places, Report};
use client::{Clock, Failure};
use machine::folders;

use super::Shell;
use crate::{args::Tls, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: Tls) -> Result<Outcome, Failure> {
    let places = Places { person: folders::own_folder().map(Into::into), root: folders::system() };
    let report = match command {
        Tls::On => tls::turn_on(&shell.home, &places, shell.clock.now())?,
        Tls::Off => tls::turn_off(&shell.home, &places)?,
        Tls::Repair => tls::repair(&shell.home, &places, shell.clock.now())?,
        Tls::Status => tls::status(&shell.home, &places)?,
    };
    Ok(Outcome::new(&report, told(shell, &report)))
}

fn told(shell: &Shell, report: &Report) -> String {
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    let facts = [("authority", known(&report.authority)), ("until", known(&report.valid_to))];
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut lines = vec![shell.words.fill(if report.on { "out.tls.on" } else { "out.tls.off" }, &facts)];
    lines.extend(report.stores.iter().map(|store| {
        let key = format!("out.tls.{}", store.state.name());
        let state = shell.words.get(&key);
        format!("  {}: {state}", client::printable(&store.place))
    }));
    lines.join("\n")
}
