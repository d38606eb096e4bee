//! `bidseal sign`

use client::{
    Failure, Online, TimeStamping,
    sign::{self, SignOrder},
};

use super::Shell;
use crate::{args::Sign, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: &Sign) -> Result<Outcome, Failure> {
    let order = SignOrder {
        file: &command.file,
        certificate: &command.certificate,
        output: command.output.as_deref(),
        detached: command.detached,
        force: shell.force,
    };
    let network = shell.network();
    let tsa = command.tsa.as_deref().map(|url| TimeStamping::at(url, Online(&network))).transpose()?;
    let signed = sign::sign_with_time(&shell.session(&command.modules)?, &order, tsa.as_ref())?;
    let facts =
        [("holder", client::printable(&signed.certificate.holder)), ("path", signed.output.display().to_string())];
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(Outcome::new(&signed, shell.words.fill("out.sign.done", &facts)))
}
