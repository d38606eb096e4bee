//! `bidseal token …`

use client::{
    Catalogue, Code, Failure,
    blank::{self, InitialiseOrder},
    devices::Os,
    hardware::SystemHardware,
    modules::ModuleReport,
    tokens::{self, Listing, PolicyReport, TokenReport},
    watch::{self, Event, Watched},
};
use machine::programs::{card_watch, worker};
use serde_json::{Value, json};

use super::{Shell, discover};
use crate::{
    args::{Modules, Token},
    outcome::{self, Outcome},
};

pub(super) fn run(shell: &Shell, command: Token) -> Result<Outcome, Failure> {
    match command {
        Token::List(modules) => Ok(listed(shell, tokens::list(&shell.session(&modules)?))),
        Token::Watch(modules) => keep_watching(shell, &modules),
        Token::Info { token, modules } => {
            let found = tokens::info(&shell.session(&modules)?, token.as_deref())?;
            Ok(Outcome::new(&json!({ "token": found }), whole(shell, &found)))
        }
        Token::Init { token, label, modules, .. } if token.is_some() || !modules.paths.is_empty() => {
            initialised(shell, token.as_deref(), &label, &modules)
        }
        Token::Init { label, suite, .. } => {
            let made = tokens::init(&shell.session_without_modules()?, &label, suite)?;
            let text = shell.words.fill("out.token.made", &[("label", &made.label)]);
            Ok(Outcome::new(&json!({ "token": made }), text))
        }
    }
}

/// A key of hardware, blank or in use. What is on it goes: the person types what it is called.
fn initialised(shell: &Shell, key: Option<&str>, label: &str, modules: &Modules) -> Result<Outcome, Failure> {
    let confirm = |present: &str, is_blank: bool| {
        if shell.person.yes {
            return Ok(());
        }
        let question = if is_blank { "out.token.init_blank" } else { "out.token.init_again" };
        let question = shell.words.fill(question, &[("token", &client::printable(present))]);
        let typed = shell.person.line(&format!("{question} "), "initialise")?;
        if typed == present.trim() { Ok(()) } else { Err(Failure::new(Code::UserCancelled)) }
    };
    let made = blank::initialise(&shell.session(modules)?, InitialiseOrder { key, label }, &confirm)?;
    let text = shell.words.fill("out.token.initialised", &[("label", &made.label)]);
    Ok(Outcome::new(&json!({ "token": made }), text))
}

/// Tokens, and what went wrong with modules: a failure of one that was found by itself is told, not the command's.
fn listed(shell: &Shell, listing: Listing) -> Outcome {
    let Listing { tokens, blank, modules, failure } = listing;
    let words = shell.person.words;
    let mut lines: Vec<String> = tokens.iter().map(|token| line(shell, token)).collect();
    if lines.is_empty() && blank.is_empty() {
        lines.push(shell.words.get("out.token.none").to_owned());
    }
    for one in &blank {
        let (message, hint) = one.finding().told(words);
        lines.push(client::printable_lines(&format!("{message}\n  {hint}")));
    }
    let failed = modules.iter().filter(|module| !module.chosen).filter_map(|module| module.failure.as_ref());
    lines.extend(failed.map(|failure| client::printable_lines(&failure.told(words).message)));
    let modules: Vec<Value> = modules.iter().map(|module| module_json(module, words)).collect();
    Outcome::new(&json!({ "tokens": tokens, "blank": blank, "modules": modules }), lines.join("\n")).failed(failure)
}

fn module_json(module: &ModuleReport, words: &Catalogue) -> Value {
    let mut value = json!(module);
    value["error"] = json!(module.failure.as_ref().map(|failure| failure.told(words)));
    value
}

/// Prints every change until Ctrl-C, or until nobody reads any more.
fn keep_watching(shell: &Shell, modules: &Modules) -> Result<Outcome, Failure> {
    let discover = || discover(shell.home.settings(), modules);
    let stopped = std::cell::Cell::new(false);
    let watched = Watched {
        home: &shell.home,
        clock: &shell.clock,
        hardware: &mut SystemHardware::new(card_watch()),
        discover: &discover,
        worker: &worker(),
        os: Os::here(),
    };
    let stop = || stopped.get() || client::Progress::cancelled(&shell.bar);
    watch::watch(watched, &stop, &mut |event| {
        let words = shell.person.words;
        let text = if shell.person.json { event_json(event, words).to_string() } else { event_line(event, words) };
        stopped.set(!outcome::stream_line(&text)?);
        Ok(())
    })?;
    Ok(Outcome::streamed())
}

fn event_json(event: &Event, words: &Catalogue) -> Value {
    let mut value = event.finding.to_json(words);
    value["about"] = event.about.into();
    value["change"] = event.change.into();
    value
}

fn event_line(event: &Event, words: &Catalogue) -> String {
    let (message, hint) = event.finding.told(words);
    let told = if event.finding.level == client::Level::Good { message } else { format!("{message}\n  {hint}") };
    client::printable_lines(&told)
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

/// What the certificate authority prescribes, in one line.
fn rules(shell: &Shell, policy: &PolicyReport) -> String {
    let words = shell.person.words;
    let joined = |terms: &[&str]| terms.iter().map(|term| words.term(term)).collect::<Vec<_>>().join(", ");
    let (fewest, most) = (policy.length.0.to_string(), policy.length.1.to_string());
    let facts = [
        ("authority", policy.authority),
        ("initial", policy.initial.unwrap_or("–")),
        ("fewest", &fewest),
        ("most", &most),
        ("classes", &joined(&policy.classes)),
        ("ways", &joined(&policy.unblock)),
    ];
    shell.words.fill("out.token.rules", &facts)
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
    lines.extend(token.policy.as_ref().map(|policy| rules(shell, policy)));
    lines.extend(token.warnings.iter().map(|warning| shell.words.get(&format!("out.warning.{warning}")).to_owned()));
    lines.join("\n")
}
