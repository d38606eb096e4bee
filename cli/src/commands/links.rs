//! `bidseal links …`: whether links of web pages start us, which the person turns on and off.

use client::Failure;
use serde_json::json;

use super::Shell;
use crate::{args::Links, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: Links) -> Result<Outcome, Failure> {
    let Some(links) = machine::Links::of_environment() else {
        return Ok(Outcome::new(&json!({ "on": null }), shell.words.get("out.links.bundle").to_owned()));
    };
    let session = shell.session_without_modules()?;
    match command {
        Links::On => links.turn(true, &session)?,
        Links::Off => links.turn(false, &session)?,
        Links::Status => {}
    }
    let program = links.program().display().to_string();
    let key = if links.are_on() { "out.links.on" } else { "out.links.off" };
    let told = shell.words.fill(key, &[("program", &client::printable(&program))]);
    Ok(Outcome::new(&json!({ "on": links.are_on(), "program": program }), told))
}
