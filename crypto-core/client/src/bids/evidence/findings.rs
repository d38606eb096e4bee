//! Whose part failed: file, key, token, clock, platform or this computer.

use std::{fs::File, path::Path};

use bid::Envelope;
use serde_json::{Value, json};

use super::{EvidenceOrder, Finding};
use crate::{
    Failure, Session,
    bids::{faults, statement, watch},
    consent::rfc3339,
    files,
    ledger::{self, BidReport, Needed},
    tokens,
};

/// Whose part it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    File,
    Platform,
    Clock,
    Key,
    Token,
    Computer,
    None,
}

impl Part {
    /// The stable word.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Platform => "platform",
            Self::Clock => "clock",
            Self::Key => "key",
            Self::Token => "token",
            Self::Computer => "computer",
            Self::None => "none",
        }
    }
}

/// All that was found, ready to be told.
pub(super) struct Findings {
    pub(super) found: Vec<Finding>,
    parts: Vec<Part>,
    pub(super) file: Value,
    pub(super) needed: Vec<Needed>,
    pub(super) here: Value,
    pub(super) tokens: Value,
    pub(super) clock: Value,
    pub(super) entry: Option<BidReport>,
    pub(super) statement: Option<Vec<u8>>,
    pub(super) receipt: Option<Vec<u8>>,
}

impl Findings {
    /// Examines everything that needs no PIN.
    pub(super) fn of(session: &Session<'_>, order: &EvidenceOrder<'_>) -> Result<Self, Failure> {
        let path = order.bid;
        let envelope = bid::inspect(path).map_err(|error| faults::open(path, error));
        let entry = entry(session, path, envelope.as_ref().ok())?;
        let mut findings = Self {
            found: Vec::new(),
            parts: Vec::new(),
            file: json!({ "file": files::name(path), "size": files::size_of(path), "readable": envelope.is_ok() }),
            needed: envelope
                .as_ref()
                .map_or_else(|_| Vec::new(), |envelope| ledger::needed(session.home, envelope.head())),
            here: Value::Null,
            tokens: Value::Null,
            clock: Value::Null,
            entry,
            statement: None,
            receipt: None,
        };
        findings.proofs(session, order)?;
        findings.file(session, path, envelope.as_ref());
        findings.clock(session, envelope.as_ref().ok());
        findings.keys(session);
        findings.last_attempt();
        Ok(findings)
    }

    /// Whose part it is by the most telling finding.
    pub(super) fn part(&self) -> Part {
        self.parts.first().copied().unwrap_or(Part::None)
    }

    fn add(&mut self, part: Part, code: &str) {
        let finding = Finding { part: part.name(), code: code.to_owned() };
        if !self.found.contains(&finding) {
            self.found.push(finding);
            self.parts.push(part);
        }
    }

    /// Statement and receipt: what was named, what lies beside, what the ledger keeps.
    fn proofs(&mut self, session: &Session<'_>, order: &EvidenceOrder<'_>) -> Result<(), Failure> {
        if let Some(entry) = &self.entry {
            for (kind, bytes) in ledger::proofs(session.home, &entry.root)? {
                match kind {
                    "statement" => self.statement = Some(bytes),
                    _ => self.receipt = Some(bytes),
                }
            }
        }
        let beside = statement::place(order.bid);
        if let Some(place) = order.statement.or_else(|| beside.is_file().then_some(&*beside)) {
            self.statement = Some(files::small(place)?);
        }
        if let Some(place) = order.receipt {
            self.receipt = Some(files::small(place)?);
        }
        Ok(())
    }

    /// The file itself: its tree computed anew, and compared with all that was ever said about it.
    fn file(&mut self, session: &Session<'_>, path: &Path, envelope: Result<&Envelope<File>, &Failure>) {
        let envelope = match envelope {
            Ok(envelope) => envelope,
            Err(failure) => return self.add(part_of(failure.code().as_str()), failure.code().as_str()),
        };
        let computed = envelope.tree_root(&mut watch(session)).map_err(|error| faults::decrypt(path, error));
        if let Err(failure) = &computed {
            self.add(part_of(failure.code().as_str()), failure.code().as_str());
        }
        let root = computed.ok().map(|tree| tree.root.to_string());
        let stated = |bytes: &Option<Vec<u8>>| bytes.as_deref().and_then(ledger::stated_root);
        let (in_statement, in_receipt) = (stated(&self.statement), stated(&self.receipt));
        let in_ledger = self.entry.as_ref().map(|entry| entry.root.clone());
        let differs = |other: &Option<String>| other.is_some() && root.is_some() && *other != root;
        if differs(&in_ledger) || differs(&in_statement) {
            self.add(Part::File, "root_differs");
        } else if differs(&in_receipt) {
            // Ours is what was sealed and stated: what the platform received is another file.
            self.add(Part::Platform, "receipt_differs");
        }
        let claims = &envelope.metadata().claims;
        self.file["project"] = json!(claims.project);
        self.file["lot"] = json!(claims.lot);
        self.file["bidder"] = json!(claims.bidder);
        self.file["credit_code"] = json!(claims.credit_code);
        self.file["header_hash"] = json!(envelope.header_hash().to_string());
        self.file["root"] = json!({
            "in_file": envelope.claimed_root().to_string(), "computed": root,
            "in_statement": in_statement, "in_receipt": in_receipt, "in_ledger": in_ledger,
        });
    }

    fn clock(&mut self, session: &Session<'_>, envelope: Option<&Envelope<File>>) {
        let now = session.clock.now();
        let opens_at = envelope.and_then(|envelope| envelope.metadata().claims.opens_at);
        let sealed_at = self.entry.as_ref().map(|entry| entry.sealed_at.clone());
        self.clock = json!({ "now": rfc3339(now), "opens_at": opens_at.map(rfc3339), "sealed_at": sealed_at });
        if sealed_at.is_some_and(|sealed| moment(&sealed).is_some_and(|sealed| now < sealed)) {
            self.add(Part::Clock, "clock_behind");
        }
        if opens_at.is_some_and(|opens| now < opens) {
            self.add(Part::Clock, "before_opening");
        }
    }

    /// The keys that are here, and whether one of them is needed.
    fn keys(&mut self, session: &Session<'_>) {
        let keys = ledger::keys_here(session);
        let listing = tokens::list(session);
        let token = |token: &tokens::TokenReport| json!({ "provider": token.provider, "label": token.label, "serial": token.serial, "pin": token.pin.state });
        self.tokens = listing.tokens.iter().map(token).collect();
        if let Some(failure) = &listing.failure {
            self.add(Part::Token, failure.code().as_str());
        }
        if listing.tokens.iter().any(|token| token.pin.state == "locked") {
            self.add(Part::Token, "token.pin_locked");
        }
        if listing.tokens.is_empty() && listing.failure.is_none() {
            self.add(Part::Token, "token.none");
        }
        let fits = keys.iter().any(|key| self.needed.iter().any(|needed| needed.is(key)));
        if !self.needed.is_empty() && !fits && !keys.is_empty() {
            self.add(Part::Key, "bid.no_recipient");
        }
        self.here = json!(keys);
    }

    /// What the last attempt failed with, where nothing of it is left to be seen now.
    fn last_attempt(&mut self) {
        let last = self.entry.as_ref().and_then(|entry| entry.attempts.last());
        if let Some(code) = last.map(|last| last.result.clone()).filter(|result| result != "done") {
            self.add(part_of(&code), &code);
        }
    }
}

/// The ledger's entry for the root in the file, else for the file's name.
fn entry(session: &Session<'_>, path: &Path, envelope: Option<&Envelope<File>>) -> Result<Option<BidReport>, Failure> {
    let mut all = ledger::list(session, true)?;
    let root = envelope.map(|envelope| envelope.claimed_root().to_string());
    let name = files::name(path);
    let by_root = all.iter().position(|entry| Some(&entry.root) == root.as_ref());
    let at = by_root.or_else(|| all.iter().position(|entry| entry.file == name));
    Ok(at.map(|at| all.swap_remove(at)))
}

/// Whose part a code is.
fn part_of(code: &str) -> Part {
    let kind = code.split('.').next().unwrap_or_default();
    match (kind, code) {
        (_, "bid.no_recipient" | "bid.no_password" | "bid.password_wrong") | ("cert", _) => Part::Key,
        (_, "bid.too_early") => Part::Clock,
        (_, "bid.threshold") => Part::Key,
        (_, "bid.platform_other" | "bid.origin_other") => Part::Platform,
        ("bid" | "input", _) => Part::File,
        ("token", _) => Part::Token,
        ("web", _) => Part::Platform,
        _ => Part::Computer,
    }
}

fn moment(text: &str) -> Option<time::OffsetDateTime> {
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()
}
