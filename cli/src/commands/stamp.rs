//! `bidseal stamp`

use std::path::{Path, PathBuf};

use client::{
    Code, Failure, Online, TimeStamping,
    stamp::{self, Destination, StampOrder, Stamped},
};
use serde_json::{Value, json};

use super::Shell;
use crate::{
    args::{Level, Stamp},
    outcome::Outcome,
};

pub(super) fn run(shell: &Shell, command: &Stamp) -> Result<Outcome, Failure> {
    let order = StampOrder {
        files: &command.files,
        destination: match (&command.output, &command.out_dir) {
            (Some(output), _) => Destination::File(output),
            (None, folder) => Destination::Folder(folder.as_deref().unwrap_or(Path::new("."))),
        },
        certificate: &command.certificate,
        seal: &command.seal,
        width_mm: command.size,
        pages: &command.page,
        at_mm: command.at,
        reason: command.reason.as_deref(),
        force: shell.force,
    };
    let network = shell.network();
    let tsa = wanted_time(command)?.map(|url| TimeStamping::at(url, Online(&network))).transpose()?;
    let stamped = stamp::stamp_with_time(&shell.session(&command.modules)?, &order, tsa.as_ref())?;
    match stamped.first_failure().cloned() {
        // One document has one result: its failure is the command's.
        Some(failure) if stamped.results.len() == 1 => Err(failure),
        failure => Ok(outcome(shell, &stamped).failed(failure)),
    }
}

/// A time stamping authority makes the level b-t, and that level needs one.
fn wanted_time(command: &Stamp) -> Result<Option<&str>, Failure> {
    match (command.level, command.tsa.as_deref()) {
        (Some(Level::BT), None) => Err(Failure::new(Code::UsageMissing).with("argument", "--tsa")),
        (Some(Level::BB), Some(_)) => {
            Err(Failure::new(Code::UsageConflict).with("argument", "--tsa").with("other", "--level b-b"))
        }
        (_, tsa) => Ok(tsa),
    }
}

fn outcome(shell: &Shell, stamped: &Stamped) -> Outcome {
    let documents: Vec<Value> = stamped.results.iter().map(|(file, result)| document(shell, file, result)).collect();
    let lines: Vec<String> = stamped.results.iter().map(|(file, result)| line(shell, file, result)).collect();
    Outcome::new(&json!({ "certificate": stamped.certificate, "results": documents }), lines.join("\n"))
}

fn document(shell: &Shell, file: &Path, result: &Result<PathBuf, Failure>) -> Value {
    // As text: not every name on disk is Unicode.
    let file = file.display().to_string();
    match result {
        Ok(output) => json!({ "file": file, "output": output.display().to_string() }),
        Err(failure) => json!({ "file": file, "error": failure.told(shell.person.words) }),
    }
}

fn line(shell: &Shell, file: &Path, result: &Result<PathBuf, Failure>) -> String {
    match result {
        Ok(output) => shell.words.fill("out.stamp.done", &[("path", &output.display().to_string())]),
        Err(failure) => {
            let message = failure.told(shell.person.words).message;
            let facts = [("path", file.display().to_string()), ("message", client::printable(&message))];
            let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
            shell.words.fill("out.stamp.failed", &facts)
        }
    }
}
