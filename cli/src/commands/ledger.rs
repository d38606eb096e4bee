//! `bidseal bid ledger …`: the bids that were encrypted here.

use client::{
    Code, Failure,
    ledger::{self, BidReport, Missing, reminders},
};
use serde_json::json;
use time::OffsetDateTime;

use super::Shell;
use crate::{args::Ledger, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: Ledger) -> Result<Outcome, Failure> {
    match command {
        Ledger::List { all, modules } => {
            let bids = ledger::list(&shell.session(&modules)?, all)?;
            let lines: Vec<_> = bids.iter().map(|bid| line(shell, bid)).collect();
            let none = || shell.words.get("out.ledger.none").to_owned();
            let text = if lines.is_empty() { none() } else { lines.join("\n") };
            Ok(Outcome::new(&json!({ "bids": bids }), text))
        }
        Ledger::Show(entry) => {
            let bid = ledger::show(&shell.session(&entry.modules)?, &entry.id)?;
            Ok(Outcome::new(&json!({ "bid": bid }), whole(shell, &bid)))
        }
        Ledger::Clear(entry) => {
            let session = shell.session(&entry.modules)?;
            let bid = ledger::show(&session, &entry.id)?;
            confirm(shell, &bid)?;
            let cleared = ledger::clear(&session, &bid)?;
            let text = shell
                .words
                .fill("out.ledger.now_cleared", &[("bid", &client::printable(&cleared.title(shell.person.words)))]);
            Ok(Outcome::new(&json!({ "bid": cleared }), text))
        }
        Ledger::Receipt { id, file } => {
            let bid = ledger::receive(&shell.session_without_modules()?, &id, &file)?;
            let matches = bid.receipt.as_ref().and_then(|receipt| receipt.matches);
            let key = if matches == Some(true) { "out.ledger.receipt" } else { "out.ledger.receipt_unread" };
            let text = shell.words.fill(key, &[("bid", &client::printable(&bid.title(shell.person.words)))]);
            Ok(Outcome::new(&json!({ "bid": bid }), text))
        }
    }
}

/// Reminders that are due, each shown once; a ledger that cannot be read is no reason to stop another command.
pub(super) fn remind(shell: &Shell, now: OffsetDateTime) {
    let words = shell.person.words;
    match reminders::take(&shell.home, now) {
        Ok(due) => due.iter().for_each(|one| {
            let text = client::printable(&one.told(words));
            let line = if shell.person.json { json!({ "reminder": one, "message": text }).to_string() } else { text };
            eprintln!("{line}");
        }),
        Err(failure) => {
            let told = failure.told(words);
            let text = format!("{} {}", client::printable(&told.message), client::printable(&told.hint));
            let line = if shell.person.json { json!({ "warning": told }).to_string() } else { text };
            eprintln!("{line}");
        }
    }
}

/// Has a word typed: a cleared bid no longer protects its key. `--yes` is enough once the opening is past.
fn confirm(shell: &Shell, bid: &BidReport) -> Result<(), Failure> {
    let is_past = bid.state == "opened" || bid.seconds_left.is_some_and(|left| left <= 0);
    if shell.person.yes {
        let refused = || {
            let opens_at = bid.opens_at.clone().unwrap_or_else(|| "–".into());
            Failure::new(Code::LedgerWaiting).with("bid", bid.name()).with("opens_at", opens_at)
        };
        return if is_past { Ok(()) } else { Err(refused()) };
    }
    let word = shell.words.get("out.ledger.word");
    let mut question = vec![client::printable(&bid.title(shell.person.words))];
    if !is_past {
        question.push(shell.words.get("out.ledger.not_yet").to_owned());
    }
    question.push(shell.words.fill("out.ledger.type", &[("word", word)]));
    let typed = shell.person.line(&format!("{} ", question.join("\n")), "clear")?;
    if typed == word { Ok(()) } else { Err(Failure::new(Code::UserCancelled)) }
}

/// A bid with what is missing.
fn line(shell: &Shell, bid: &BidReport) -> String {
    let mut lines = vec![shell.words.fill(
        "out.ledger.line",
        &[("state", &state(shell, bid)), ("bid", &client::printable(&bid.title(shell.person.words)))],
    )];
    lines.extend(bid.missing.iter().map(|missing| format!("    ! {}", told(shell, missing))));
    lines.join("\n")
}

/// Its state, and while it waits the time that is left.
fn state(shell: &Shell, bid: &BidReport) -> String {
    match bid.seconds_left {
        Some(left) if bid.state == "waiting" && left > 0 => {
            let (days, hours, minutes) = (left / 86_400, left / 3_600 % 24, left / 60 % 60);
            let facts = [("days", days.to_string()), ("hours", hours.to_string()), ("minutes", minutes.to_string())];
            let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
            shell.words.fill("out.ledger.left", &facts)
        }
        Some(_) if bid.state == "waiting" => shell.words.get("out.ledger.past").to_owned(),
        _ => shell.words.get(&format!("out.ledger.{}", bid.state)).to_owned(),
    }
}

fn told(shell: &Shell, missing: &Missing) -> String {
    let facts: Vec<_> = missing.facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client::printable(&shell.person.words.text(&format!("missing.{}", missing.what), &facts))
}

fn whole(shell: &Shell, bid: &BidReport) -> String {
    let yes = |known: bool| shell.words.get(if known { "out.ledger.kept" } else { "out.ledger.not_kept" });
    let mut lines = vec![line(shell, bid)];
    let facts = [
        ("bidder", if bid.bidder.is_empty() { "–".to_owned() } else { client::printable(&bid.bidder) }),
        ("root", bid.root.clone()),
        ("header_hash", bid.header_hash.clone()),
        ("size", bid.size.to_string()),
        ("sealed_at", bid.sealed_at.clone()),
        ("statement", yes(bid.statement.is_some()).to_owned()),
        ("receipt", yes(bid.receipt.is_some()).to_owned()),
    ];
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lines.push(shell.words.fill("out.ledger.whole", &facts));
    for one in &bid.recipients {
        let device = one.device.as_ref().map_or_else(|| "–".to_owned(), |d| format!("{} {}", d.label, d.serial));
        let role = format!("out.role.{}", one.role);
        let facts =
            [("role", shell.words.get(&role)), ("holder", &one.holder), ("serial", &one.serial), ("device", &device)];
        lines.push(client::printable(&shell.words.fill("out.ledger.recipient", &facts)));
    }
    for one in &bid.attempts {
        let operation = format!("out.ledger.{}", one.operation);
        let result = match one.result.as_str() {
            "done" => shell.words.get("out.ledger.done").into(),
            code => shell.person.words.cause(code),
        };
        let facts = [("at", one.at.as_str()), ("operation", shell.words.get(&operation)), ("result", &*result)];
        lines.push(shell.words.fill("out.ledger.attempt", &facts));
    }
    lines.join("\n")
}
