//! `bidseal journal …`: what web pages asked for.

use client::{
    Failure,
    journal::{self, Break, Entry, Journal},
};
use serde_json::json;

use super::Shell;
use crate::{args, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: args::Journal) -> Result<Outcome, Failure> {
    let journal = Journal::of(&shell.home);
    match command {
        args::Journal::List => {
            let entries = journal.entries()?;
            let none = || shell.words.get("out.journal.none").to_owned();
            let lines: Vec<_> = entries.iter().map(|entry| line(shell, entry)).collect();
            let text = if lines.is_empty() { none() } else { lines.join("\n") };
            Ok(Outcome::new(&json!({ "entries": entries }), text))
        }
        args::Journal::Export { output } => {
            client::check_output(&output, &[], shell.force)?;
            let bytes = journal::export(&shell.home)?;
            client::write_output(&shell.session_without_modules()?, &output, &bytes, shell.force)?;
            let path = output.display().to_string();
            let text = shell.words.fill("out.journal.exported", &[("path", &path)]);
            Ok(Outcome::new(&json!({ "output": path }), text))
        }
        args::Journal::Verify => {
            let found = journal.verify()?;
            let text = told(shell, found.as_ref());
            let outcome = Outcome::new(&json!({ "whole": found.is_none(), "break": found }), text);
            Ok(if found.is_some() { outcome.exit(1) } else { outcome })
        }
    }
}

fn line(shell: &Shell, entry: &Entry) -> String {
    let facts = [
        ("time", entry.time.as_str()),
        ("origin", &entry.origin),
        ("operation", &entry.operation),
        ("decision", shell.person.words.term(&entry.decision)),
        ("result", shell.person.words.term(&entry.result)),
    ];
    let mut lines = vec![shell.words.fill("out.journal.line", &facts)];
    lines.extend(entry.documents.iter().map(|document| format!("    {document}")));
    client::printable_lines(&lines.join("\n"))
}

fn told(shell: &Shell, found: Option<&Break>) -> String {
    match found {
        None => shell.words.get("out.journal.whole").to_owned(),
        Some(Break::Chain { line }) => shell.words.fill("out.journal.chain", &[("line", &line.to_string())]),
        Some(Break::Tail { sealed, found }) => {
            shell.words.fill("out.journal.tail", &[("sealed", &sealed.to_string()), ("found", &found.to_string())])
        }
        Some(Break::Seal) => shell.words.get("out.journal.seal").to_owned(),
    }
}
