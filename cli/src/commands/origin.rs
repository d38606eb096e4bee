//! `bidseal origin …`: the web pages that were let in, refused or blocked.

use client::Failure;
use serde_json::json;

use super::Shell;
use crate::{args::Origin, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: Origin) -> Result<Outcome, Failure> {
    match command {
        Origin::List => {
            let origins = ::agent::origins(&shell.home)?;
            let lines: Vec<_> = origins.iter().map(|(origin, standing)| line(shell, origin, *standing)).collect();
            let none = || shell.words.get("out.origin.none").to_owned();
            let text = if lines.is_empty() { none() } else { lines.join("\n") };
            let origins: Vec<_> = origins
                .iter()
                .map(|(origin, standing)| json!({ "origin": origin.as_str(), "standing": standing.name() }))
                .collect();
            Ok(Outcome::new(&json!({ "origins": origins }), text))
        }
        Origin::Remove { origin } => {
            let origin = super::agent::origin(&origin, true)?;
            let known = ::agent::forget_origin(&shell.home, &origin)?;
            let key = if known { "out.origin.removed" } else { "out.origin.unknown" };
            let text = shell.words.fill(key, &[("origin", origin.as_str())]);
            Ok(Outcome::new(&json!({ "origin": origin.as_str(), "removed": known }), text))
        }
    }
}

fn line(shell: &Shell, origin: &::agent::Origin, standing: ::agent::Standing) -> String {
    let standing = shell.words.get(&format!("out.origin.{}", standing.name())).to_owned();
    format!("{origin}  {standing}")
}
