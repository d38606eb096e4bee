//! The ledger: every bid that was encrypted here, which key opens it, and what is still missing before the opening.
//!
//! A bid is entered before it gets its name and leaves only by the person's word, so that no key it needs is deleted
//! unknowingly ([`guard`]), no opening is forgotten ([`reminders`]), and a failed one can be explained (`bids::evidence`).

pub mod guard;
mod keys;
pub mod reminders;
mod report;
mod rows;
mod store;

use std::path::Path;

use algo::Hash;
use bid::{Claims, KeyId, Profile, Recipient, Role, Sealed, StatementContent};
use cms::SignedData;
use time::OffsetDateTime;

use crate::{Code, Failure, Home, Session, fault, files};

pub use report::{BidReport, DeviceReport, Missing, ProofReport, RecipientReport};
pub(crate) use {
    keys::{Needed, keys_here, needed},
    store::FAILPOINTS,
    store::LABEL,
};

use rows::{Attempt, Bid, Kind, Proof, State};

/// What is known of a bid at the moment it gets its name.
pub(crate) struct Fresh<'a> {
    pub(crate) output: &'a Path,
    pub(crate) claims: &'a Claims,
    pub(crate) sealed: &'a Sealed,
    pub(crate) recipients: &'a [Recipient],
    pub(crate) statement: Option<&'a [u8]>,
    /// Whether it was opened on trial.
    pub(crate) rehearsed: bool,
}

/// Finds a ledger that cannot be written before anybody is asked for anything.
pub(crate) fn check(home: &Home) -> Result<(), Failure> {
    store::read(home, async |_| Ok(()))
}

/// Enters a bid that is complete but has no name yet. A kill after this leaves an entry too many, never one too few.
pub(crate) fn enter(session: &Session<'_>, fresh: &Fresh<'_>) -> Result<(), Failure> {
    let now = session.clock.now();
    let bid = bid(fresh, now);
    let recipients: Vec<_> = fresh.recipients.iter().map(recipient).collect();
    let devices = keys::devices(session, &fresh.recipients.iter().map(|r| key_id(r.certificate())).collect::<Vec<_>>());
    let statement = fresh.statement.map(|bytes| proof(Kind::Statement, bytes, Some(true), now));
    let attempt = fresh.rehearsed.then(|| attempt(Some(&bid.root), &bid.file, "rehearse", "done", now));
    store::write(session.home, async move |connection| {
        rows::insert_bid(connection, &bid, &recipients).await?;
        rows::put_devices(connection, &devices).await?;
        if let Some(statement) = &statement {
            rows::put_proof(connection, &bid.root, statement).await?;
        }
        if let Some(attempt) = &attempt {
            rows::insert_attempt(connection, attempt).await?;
        }
        Ok(())
    })
}

/// The bid has its name.
pub(crate) fn named(session: &Session<'_>, sealed: &Sealed) -> Result<(), Failure> {
    set_state(session, &sealed.root.to_string(), State::Waiting)
}

/// The bid never got its name, for a reason that was reported.
pub(crate) fn withdraw(home: &Home, sealed: &Sealed) -> Result<(), Failure> {
    let root = sealed.root.to_string();
    store::write(home, async move |connection| rows::delete(connection, &root).await)
}

/// Records how a rehearsal or an opening went. An opening never fails because of its record: a fault here is dropped.
pub(crate) fn tried<T>(session: &Session<'_>, path: &Path, operation: &'static str, result: &Result<T, Failure>) {
    // A person who said no has learned nothing about the bid, and a home without a ledger gets none by opening.
    if !store::exists(session.home) || result.as_ref().is_err_and(|failure| failure.code() == Code::UserCancelled) {
        return;
    }
    let outside = bid::inspect(path).ok();
    let root = outside.as_ref().map(|envelope| envelope.claimed_root().to_string());
    let opened = result.is_ok() && operation != "rehearse";
    let word = result.as_ref().map_or_else(|failure| failure.code().as_str(), |_| "done");
    let now = session.clock.now();
    let attempt = attempt(root.as_deref(), &files::name(path), operation, word, now);
    let ids: Vec<String> = outside.iter().flat_map(bid::Envelope::slots).filter_map(slot_key).collect();
    let devices = keys::devices(session, &ids);
    // A record that fails must not take from the person what was opened.
    let _ = store::write(session.home, async move |connection| {
        rows::insert_attempt(connection, &attempt).await?;
        rows::put_devices(connection, &devices).await?;
        let Some(root) = &attempt.root else { return Ok(()) };
        match rows::find(connection, root).await? {
            // A trial before the opening time is no opening: the ceremony still needs the key.
            Some(bid) if opened && bid.opens_at.is_none_or(|opens| opens <= now) => {
                rows::set_state(connection, root, State::Opened, now).await
            }
            _ => Ok(()),
        }
    });
}

/// An attempt on a bid of which only the head is here.
pub(crate) struct Trial<'a> {
    pub(crate) name: &'a str,
    pub(crate) head: &'a bid::Head,
    pub(crate) operation: &'static str,
}

/// As [`tried`] for a bid without its file: the header's hash tells which it is.
pub(crate) fn tried_head<T>(session: &Session<'_>, trial: &Trial<'_>, result: &Result<T, Failure>) {
    if !store::exists(session.home) || result.as_ref().is_err_and(|failure| failure.code() == Code::UserCancelled) {
        return;
    }
    let header_hash = trial.head.header_hash().to_string();
    let found = store::read(session.home, async move |connection| rows::find_by_header(connection, &header_hash).await);
    let found = found.ok().flatten();
    let word = result.as_ref().map_or_else(|failure| failure.code().as_str(), |_| "done");
    let now = session.clock.now();
    let root = found.as_ref().map(|bid| bid.root.as_str());
    let attempt = attempt(root, &files::name(Path::new(trial.name)), trial.operation, word, now);
    // With a threshold one answer opens nothing by itself, but the holder of the key has done his part.
    let opened = result.is_ok() && found.is_some_and(|bid| bid.opens_at.is_none_or(|opens| opens <= now));
    // A record that fails must not take the answer from the person.
    let _ = store::write(session.home, async move |connection| {
        rows::insert_attempt(connection, &attempt).await?;
        match &attempt.root {
            Some(root) if opened => rows::set_state(connection, root, State::Opened, now).await,
            _ => Ok(()),
        }
    });
}

/// The latest moment that this ledger has recorded; none where it cannot be read.
pub(crate) fn latest_record(home: &Home) -> Option<OffsetDateTime> {
    if !store::exists(home) {
        return None;
    }
    store::read(home, async |connection| rows::latest(connection).await).ok().flatten()
}

/// Every bid that is not cleared, the next opening first; with `all`, the cleared ones too.
///
/// # Errors
/// [`Code::LedgerDamaged`] and its kin.
pub fn list(session: &Session<'_>, all: bool) -> Result<Vec<BidReport>, Failure> {
    if !store::exists(session.home) {
        return Ok(Vec::new());
    }
    let mut reports = report::all(session)?;
    reports.retain(|report| all || report.state != State::Cleared.name());
    reports.sort_by_key(|report| (report.opens_at.is_none(), report.seconds_left, report.sealed_at.clone()));
    Ok(reports)
}

/// One bid, named by the beginning of its root, or by its file name where only one has it.
///
/// # Errors
/// [`Code::LedgerNotFound`], [`Code::LedgerAmbiguous`].
pub fn show(session: &Session<'_>, name: &str) -> Result<BidReport, Failure> {
    choose(list(session, true)?, name)
}

fn choose(reports: Vec<BidReport>, name: &str) -> Result<BidReport, Failure> {
    let by_root = |report: &&BidReport| !name.is_empty() && report.root.starts_with(&name.to_lowercase());
    let matching: Vec<_> = reports.iter().filter(|report| by_root(report) || report.file == name).cloned().collect();
    match &matching[..] {
        [] => Err(Failure::new(Code::LedgerNotFound).with("name", name)),
        [report] => Ok(report.clone()),
        _ => {
            let candidates: Vec<_> = matching.iter().map(|report| format!("{} {}", report.id, report.file)).collect();
            Err(Failure::new(Code::LedgerAmbiguous).with("name", name).with("candidates", candidates))
        }
    }
}

/// Stores what the platform answered to the upload. A statement over another bid's root is refused.
///
/// # Errors
/// [`Code::LedgerReceiptOther`], and as [`show`].
pub fn receive(session: &Session<'_>, name: &str, file: &Path) -> Result<BidReport, Failure> {
    let found = show(session, name)?;
    let bytes = files::small(file)?;
    let matches = stated_root(&bytes).map(|root| root == found.root);
    if matches == Some(false) {
        return Err(fault::at(Code::LedgerReceiptOther, file).with("bid", found.name()));
    }
    let (root, receipt) = (found.root, proof(Kind::Receipt, &bytes, matches, session.clock.now()));
    let key = root.clone();
    store::write(session.home, async move |connection| rows::put_proof(connection, &key, &receipt).await)?;
    show(session, &root)
}

/// The root that a signed statement is about; none for a receipt in a form of the platform's own.
pub(crate) fn stated_root(bytes: &[u8]) -> Option<String> {
    let data = SignedData::parse(bytes).ok()?;
    StatementContent::from_der(data.content()?).ok().map(|stated| stated.bid.root.to_string())
}

/// The bid's keys are needed no more: it was opened, or will never be. The shell has had the word typed.
///
/// # Errors
/// As [`show`].
pub fn clear(session: &Session<'_>, found: &BidReport) -> Result<BidReport, Failure> {
    set_state(session, &found.root, State::Cleared)?;
    show(session, &found.root)
}

/// Statement and receipt of a bid as they are kept, by kind.
///
/// # Errors
/// [`Code::LedgerDamaged`] and its kin.
pub(crate) fn proofs(home: &Home, root: &str) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
    let root = root.to_owned();
    let proofs = store::read(home, async move |connection| {
        let mut proofs = Vec::new();
        for kind in [Kind::Statement, Kind::Receipt] {
            proofs.extend(rows::proof(connection, &root, kind).await?);
        }
        Ok(proofs)
    })?;
    Ok(proofs.into_iter().map(|proof| (proof.kind.name(), proof.bytes)).collect())
}

fn set_state(session: &Session<'_>, root: &str, state: State) -> Result<(), Failure> {
    let (root, now) = (root.to_owned(), session.clock.now());
    store::write(session.home, async move |connection| rows::set_state(connection, &root, state, now).await)
}

fn bid(fresh: &Fresh<'_>, now: OffsetDateTime) -> Bid {
    let Fresh { sealed, claims, .. } = fresh;
    Bid {
        root: sealed.root.to_string(),
        header_hash: sealed.header_hash.to_string(),
        profile: if sealed.profile == Profile::Sm { "sm" } else { "intl" }.into(),
        file: files::name(fresh.output),
        size: sealed.file_len,
        files: sealed.file_count,
        project: claims.project.clone(),
        lot: claims.lot.clone(),
        bidder: claims.bidder.clone(),
        credit_code: claims.credit_code.clone(),
        sealed_at: now,
        opens_at: claims.opens_at,
        state: State::Sealing,
        state_since: now,
    }
}

fn recipient(recipient: &Recipient) -> rows::Recipient {
    let certificate = recipient.certificate();
    rows::Recipient {
        role: role(recipient.role()).into(),
        holder: crate::consent::holder(certificate),
        serial: certificate.serial().to_string(),
        key_id: key_id(certificate),
        sha256: certificate.thumbprint(Hash::Sha256).to_string(),
        valid_to: certificate.validity().1,
    }
}

pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Bidder => "bidder",
        Role::Spare => "spare",
        Role::Password => "password",
        Role::Host => "host",
        Role::Committee => "committee",
    }
}

fn proof(kind: Kind, bytes: &[u8], matches: Option<bool>, at: OffsetDateTime) -> Proof {
    Proof { kind, at, sha256: Hash::Sha256.digest(bytes).to_string(), matches, bytes: bytes.to_vec() }
}

fn attempt(root: Option<&str>, file: &str, operation: &str, result: &str, at: OffsetDateTime) -> Attempt {
    let (file, operation, result) = (file.to_owned(), operation.to_owned(), result.to_owned());
    Attempt { root: root.map(ToOwned::to_owned), file, operation, result, at: rows::recorded(at) }
}

fn key_id(certificate: &x509::Certificate) -> String {
    hex::encode(KeyId::of(certificate.public_key()).as_bytes())
}

fn slot_key(slot: &bid::Slot) -> Option<String> {
    slot.key_id.map(|id| hex::encode(id.as_bytes()))
}
