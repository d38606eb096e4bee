//! `bidseal seal …`

use client::{
    Code, Failure,
    seals::{self, ImportOrder, SealReport},
};
use serde_json::json;

use super::Shell;
use crate::{args::Seal, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: Seal) -> Result<Outcome, Failure> {
    let session = shell.session_without_modules()?;
    match command {
        Seal::Import { image, size, name, clear_white } => {
            let (image, name) = (image.as_path(), name.as_deref());
            let order = ImportOrder { image, width_mm: size, name, clear_white, force: shell.force };
            let kept = seals::import(&session, &order)?;
            let text = format!("{}\n{}", shell.words.get("out.seal.kept"), line(shell, &kept));
            Ok(Outcome::new(&json!({ "seal": kept }), text))
        }
        Seal::Rename { seal, name } => {
            let kept = seals::rename(&session, &seal, &name)?;
            let text = format!("{}\n{}", shell.words.get("out.seal.kept"), line(shell, &kept));
            Ok(Outcome::new(&json!({ "seal": kept }), text))
        }
        Seal::Remove { seal } => {
            let seal = seals::show(&session, &seal).map(|seal| seal.name).or_else(|failure| known(failure, seal))?;
            confirm(shell, &seal)?;
            seals::remove(&session, &seal)?;
            Ok(Outcome::new(&json!({ "removed": seal }), shell.words.fill("out.seal.removed", &[("name", &seal)])))
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

/// A damaged seal can be removed too; one that is not there cannot.
fn known(failure: Failure, seal: String) -> Result<String, Failure> {
    if failure.code() == Code::SealNotFound { Err(failure) } else { Ok(seal) }
}

/// The picture is gone afterwards: a word is typed, or `--yes`.
fn confirm(shell: &Shell, seal: &str) -> Result<(), Failure> {
    if shell.person.yes {
        return Ok(());
    }
    let word = shell.words.get("out.seal.word");
    let question = shell.words.fill("out.seal.type", &[("name", seal), ("word", word)]);
    let typed = shell.person.line(&format!("{question} "), "remove")?;
    if typed == word { Ok(()) } else { Err(Failure::new(Code::UserCancelled)) }
}

fn line(shell: &Shell, seal: &SealReport) -> String {
    let (width, height) = (format!("{:.1}", seal.width_mm), format!("{:.1}", seal.height_mm));
    shell.words.fill("out.seal.line", &[("name", &seal.name), ("width", &width), ("height", &height)])
}
