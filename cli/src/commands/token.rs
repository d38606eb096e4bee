//! `bidseal token …`

use client::{
    Failure,
    tokens::{self, TokenReport},
};
use serde_json::json;

use super::Shell;
use crate::{args::Token, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: Token) -> Result<Outcome, Failure> {
    match command {
        Token::List(modules) => {
            let found = tokens::list(&shell.session(&modules)?)?;
            let text = if found.is_empty() {
                shell.words.get("out.token.none").to_owned()
            } else {
                found.iter().map(|token| line(shell, token)).collect::<Vec<_>>().join("\n")
            };
            Ok(Outcome::new(&json!({ "tokens": found }), text))
        }
        Token::Info { token, modules } => {
            let found = tokens::info(&shell.session(&modules)?, token.as_deref())?;
            Ok(Outcome::new(&json!({ "token": found }), whole(shell, &found)))
        }
        Token::Init { label, suite } => {
            let made = tokens::init(&shell.session_without_modules()?, &label, suite)?;
            let text = shell.words.fill("out.token.made", &[("label", &made.label)]);
            Ok(Outcome::new(&json!({ "token": made }), text))
        }
    }
}

fn line(shell: &Shell, token: &TokenReport) -> String {
    let facts = [
        ("label", token.label.as_str()),
        ("serial", &token.serial),
        ("provider", token.provider),
        ("pin", &super::pin::state(shell, &token.pin)),
    ];
    shell.words.fill("out.token.line", &facts)
}

/// All that is known of a token, for people.
fn whole(shell: &Shell, token: &TokenReport) -> String {
    let mut lines = vec![line(shell, token)];
    for key in &token.keys {
        let key_use = shell.words.get(if key.key_use == "sign" { "out.use.sign" } else { "out.use.encrypt" });
        let certificate = key.certificate.as_ref().map_or_else(
            || shell.words.get("out.key.no_certificate").to_owned(),
            |certificate| super::cert::line(shell, certificate),
        );
        lines.push(format!("  {key_use} {}: {certificate}", key.algorithm));
    }
    lines.extend(token.warnings.iter().map(|warning| shell.words.get(&format!("out.warning.{warning}")).to_owned()));
    lines.join("\n")
}
