//! `bidseal completions SHELL`

use clap_complete::Shell;
use client::{Failure, Language};
use serde_json::json;

use crate::{outcome::Outcome, words};

pub(super) fn run(shell: Shell, language: Language) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut words::command(language), "bidseal", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(Outcome::new(&json!({ "shell": shell.to_string(), "script": script }), script.clone()))
}
