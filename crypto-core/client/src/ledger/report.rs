//! What the ledger tells about a bid: its facts, the time left, and what is missing.

use std::collections::BTreeMap;

use serde::Serialize;
use time::OffsetDateTime;

use super::{
    keys::{self, Present},
    rows::{self, Attempt, Bid, Device, Kind, Proof, Recipient, State},
    store,
};
use crate::{Catalogue, Failure, Session, consent::rfc3339};

/// Digits of a root by which a person names a bid.
const ID_LEN: usize = 12;

/// One bid.
#[derive(Clone, Debug, Serialize)]
pub struct BidReport {
    /// The beginning of its root: its name in the ledger.
    pub id: String,
    /// `sealing`, `waiting`, `opened` or `cleared`.
    pub state: &'static str,
    /// Since when, RFC 3339.
    pub state_since: String,
    /// The project.
    pub project: String,
    /// The lot.
    pub lot: String,
    /// The bidder.
    pub bidder: String,
    /// The bidder's credit code.
    pub credit_code: String,
    /// Name of the bid file.
    pub file: String,
    /// Its length in bytes.
    pub size: u64,
    /// Number of files in it.
    pub files: u64,
    /// `sm` or `intl`.
    pub profile: String,
    /// Root of its hash tree.
    pub root: String,
    /// Hash of its header.
    pub header_hash: String,
    /// When it was encrypted, RFC 3339.
    pub sealed_at: String,
    /// When bids are opened, RFC 3339.
    pub opens_at: Option<String>,
    /// Seconds until then; negative afterwards.
    pub seconds_left: Option<i64>,
    /// Who can open it.
    pub recipients: Vec<RecipientReport>,
    /// The sealing statement.
    pub statement: Option<ProofReport>,
    /// The platform's receipt.
    pub receipt: Option<ProofReport>,
    /// Trial openings and openings, oldest first.
    pub attempts: Vec<AttemptReport>,
    /// What stands between this bid and a sure opening; empty once it is opened or cleared.
    pub missing: Vec<Missing>,
}

/// Who can open a bid.
#[derive(Clone, Debug, Serialize)]
pub struct RecipientReport {
    /// `bidder`, `spare`, `host` or `committee`.
    pub role: String,
    /// The holder's name.
    pub holder: String,
    /// Serial number of the certificate, hexadecimal.
    pub serial: String,
    /// The key's id as in the bid's slot.
    pub key_id: String,
    /// SHA-256 thumbprint of the certificate.
    pub sha256: String,
    /// Last moment of the certificate's validity.
    pub valid_to: String,
    /// The token that the key was seen on last.
    pub device: Option<DeviceReport>,
    /// Whether the key is here now.
    pub here: bool,
    /// The holder has a later encryption certificate here with another key: this one, the old one, still opens the bid.
    pub renewed: bool,
}

/// A token, as the ledger remembers it.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceReport {
    /// Kind of token.
    pub provider: String,
    /// What people call it.
    pub label: String,
    /// Serial number (设备号).
    pub serial: String,
    /// When the key was seen there last.
    pub seen_at: String,
}

/// A statement or receipt that is kept.
#[derive(Clone, Debug, Serialize)]
pub struct ProofReport {
    /// When it was stored.
    pub at: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Whether it is over this bid's root; null where its form is not known here.
    pub matches: Option<bool>,
}

/// A trial opening or opening.
#[derive(Clone, Debug, Serialize)]
pub struct AttemptReport {
    /// When.
    pub at: String,
    /// `rehearse`, `decrypt` or `open`.
    pub operation: String,
    /// `done`, or the code of the failure.
    pub result: String,
}

/// What is missing, as a stable word with its facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// `unfinished`, `never_rehearsed`, `rehearsal_failed`, `no_statement`, `no_receipt`, `certificate_expires`,
    /// `key_not_here`, `key_never_seen`, `key_renewed` or `no_opening_time`.
    pub what: &'static str,
    /// The facts: `holder`, `serial`, `until`, `device`, `seen_at`, `code`.
    #[serde(flatten)]
    pub facts: BTreeMap<&'static str, String>,
}

impl BidReport {
    /// The bid in one line: file, project, lot, opening time, id.
    #[must_use]
    pub fn title(&self, words: &Catalogue) -> String {
        let opens = self.opens_at.as_deref().map_or("–".into(), |opens| words.moment(opens));
        format!("{} · {opens} · {}", self.names(), self.id)
    }

    /// The same without the time, for the facts of a failure.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} · {}", self.names(), self.id)
    }

    fn names(&self) -> String {
        let names = [&self.file, &self.project, &self.lot];
        let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).map(String::as_str).collect();
        names.join(" · ")
    }
}

/// Everything the tables hold about one bid.
struct Whole {
    bid: Bid,
    recipients: Vec<(Recipient, Option<Device>)>,
    attempts: Vec<Attempt>,
    proofs: Vec<Proof>,
}

/// Every bid; keys that are here are noted as seen.
pub(super) fn all(session: &Session<'_>) -> Result<Vec<BidReport>, Failure> {
    let here = keys::present(session);
    let devices: Vec<Device> = here.iter().map(|present| present.device.clone()).collect();
    let wholes = store::write(session.home, async move |connection| {
        let mut wholes = Vec::new();
        for bid in rows::bids(connection).await? {
            let mut recipients = Vec::new();
            for recipient in rows::recipients(connection, &bid.root).await? {
                let seen: Vec<_> = devices.iter().filter(|one| one.key_id == recipient.key_id).cloned().collect();
                rows::put_devices(connection, &seen).await?;
                let device = rows::device(connection, &recipient.key_id).await?;
                recipients.push((recipient, device));
            }
            let attempts = rows::attempts(connection, &bid.root, &bid.file).await?;
            let mut proofs = Vec::new();
            for kind in [Kind::Statement, Kind::Receipt] {
                proofs.extend(rows::proof(connection, &bid.root, kind).await?);
            }
            wholes.push(Whole { bid, recipients, attempts, proofs });
        }
        Ok(wholes)
    })?;
    let now = session.clock.now();
    Ok(wholes.into_iter().map(|whole| report(whole, &here, now)).collect())
}

fn report(whole: Whole, here: &[Present], now: OffsetDateTime) -> BidReport {
    let recipients: Vec<_> =
        whole.recipients.iter().map(|(one, device)| recipient(one, device.as_ref(), here)).collect();
    let missing = if whole.bid.state.needs_keys() { missing(&whole, &recipients, now) } else { Vec::new() };
    let kept = |kind| whole.proofs.iter().find(|proof| proof.kind == kind).map(kept);
    let (statement, receipt) = (kept(Kind::Statement), kept(Kind::Receipt));
    let Bid { root, state, opens_at, .. } = &whole.bid;
    BidReport {
        id: root[..ID_LEN.min(root.len())].to_owned(),
        state: state.name(),
        state_since: rfc3339(whole.bid.state_since),
        sealed_at: rfc3339(whole.bid.sealed_at),
        opens_at: opens_at.map(rfc3339),
        seconds_left: opens_at.map(|opens| (opens - now).whole_seconds()),
        statement,
        receipt,
        attempts: whole.attempts.into_iter().map(attempt).collect(),
        recipients,
        missing,
        project: whole.bid.project,
        lot: whole.bid.lot,
        bidder: whole.bid.bidder,
        credit_code: whole.bid.credit_code,
        file: whole.bid.file,
        size: whole.bid.size,
        files: whole.bid.files,
        profile: whole.bid.profile,
        root: whole.bid.root,
        header_hash: whole.bid.header_hash,
    }
}

fn recipient(one: &Recipient, device: Option<&Device>, here: &[Present]) -> RecipientReport {
    RecipientReport {
        role: one.role.clone(),
        holder: one.holder.clone(),
        serial: one.serial.clone(),
        key_id: one.key_id.clone(),
        sha256: one.sha256.clone(),
        valid_to: rfc3339(one.valid_to),
        device: device.map(|device| DeviceReport {
            provider: device.provider.clone(),
            label: device.label.clone(),
            serial: device.serial.clone(),
            seen_at: device.seen_at.clone(),
        }),
        here: here.iter().any(|present| present.device.key_id == one.key_id),
        renewed: here.iter().any(|present| replaces(present, one)),
    }
}

/// Whether a certificate here is the later one of the same holder, with a key that does not open the bid.
fn replaces(present: &Present, old: &Recipient) -> bool {
    present.certificate.as_ref().is_some_and(|new| {
        new.key_usage().can_encrypt()
            && crate::consent::holder(new) == old.holder
            && present.device.key_id != old.key_id
            && new.validity().1 > old.valid_to
    })
}

fn missing(whole: &Whole, recipients: &[RecipientReport], now: OffsetDateTime) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut tell = |what, facts: &[(&'static str, &str)]| {
        missing.push(Missing { what, facts: facts.iter().map(|(name, value)| (*name, (*value).to_owned())).collect() });
    };
    if whole.bid.state == State::Sealing {
        tell("unfinished", &[]);
    }
    match whole.attempts.iter().rfind(|attempt| attempt.root.is_some()) {
        None => tell("never_rehearsed", &[]),
        Some(last) if last.result != "done" => tell("rehearsal_failed", &[("code", &last.result)]),
        Some(_) => {}
    }
    for kind in [(Kind::Statement, "no_statement"), (Kind::Receipt, "no_receipt")] {
        if !whole.proofs.iter().any(|proof| proof.kind == kind.0) {
            tell(kind.1, &[]);
        }
    }
    if whole.bid.opens_at.is_none() {
        tell("no_opening_time", &[]);
    }
    let own = recipients.iter().zip(&whole.recipients).filter(|(one, _)| ["bidder", "spare"].contains(&&*one.role));
    for (one, (row, _)) in own {
        let facts = [("holder", one.holder.as_str()), ("serial", &one.serial)];
        if row.valid_to < whole.bid.opens_at.unwrap_or(now) {
            tell("certificate_expires", &[&facts[..], &[("until", &one.valid_to)]].concat());
        }
        match &one.device {
            _ if one.here => {}
            None => tell("key_never_seen", &facts),
            Some(device) => {
                let named = format!("{} {}", device.label, device.serial);
                tell("key_not_here", &[&facts[..], &[("device", &named), ("seen_at", &device.seen_at)]].concat());
            }
        }
        if one.renewed {
            tell("key_renewed", &facts);
        }
    }
    missing
}

fn kept(proof: &Proof) -> ProofReport {
    ProofReport { at: rfc3339(proof.at), sha256: proof.sha256.clone(), matches: proof.matches }
}

fn attempt(row: Attempt) -> AttemptReport {
    AttemptReport { at: row.at, operation: row.operation, result: row.result }
}
