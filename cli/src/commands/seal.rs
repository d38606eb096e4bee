//! `bidseal seal …`

use client::{
    Failure,
    seals::{self, SealReport},
};
use serde_json::json;

use super::Shell;
use crate::{args::Seal, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: Seal) -> Result<Outcome, Failure> {
    let session = shell.session_without_modules()?;
    match command {
        Seal::Import { image, size, name } => {
            let kept = seals::import(&session, &image, size, name.as_deref(), shell.force)?;
            let text = format!("{}\n{}", shell.words.get("out.seal.kept"), line(shell, &kept));
            Ok(Outcome::new(&json!({ "seal": kept }), text))
        }
        Seal::List => {
            let all = seals::list(&session)?;
            let none = || shell.words.get("out.seal.none").to_owned();
            let lines = || all.iter().map(|seal| line(shell, seal)).collect::<Vec<_>>().join("\n");
            let text = if all.is_empty() { none() } else { lines() };
            Ok(Outcome::new(&json!({ "seals": all }), text))
        }
        Seal::Show { seal } => {
            let seal = seals::show(&session, &seal)?;
            Ok(Outcome::new(&json!({ "seal": seal }), line(shell, &seal)))
        }
    }
}

fn line(shell: &Shell, seal: &SealReport) -> String {
    let (width, height) = (format!("{:.1}", seal.width_mm), format!("{:.1}", seal.height_mm));
    shell.words.fill("out.seal.line", &[("name", &seal.name), ("width", &width), ("height", &height)])
}
