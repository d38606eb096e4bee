//! Unlocking a bid: with the key of a slot after consent, or with its password.

use std::{fs::File, path::Path};

use algo::Digest;
use bid::{Envelope, Head, KeyId, Missing, Opened, Part};
use token::{KeyId as TokenKeyId, TokenRef};
use x509::Certificate;

use super::faults;
use crate::{
    Code, ConsentRequest, DocumentFacts, Failure, Operation, Purpose, SecretKind, SecretRequest, Session, certificates,
    consent::{self, CertificateFacts},
    fault, files,
    ledger::{self, Needed},
    pins, tokens,
};

/// What opens the bid.
#[derive(Clone, Copy, Debug)]
pub enum Opener<'a> {
    /// The only slot whose key is here.
    AnyKey,
    /// The key of this certificate.
    Key(&'a str),
    /// The bid's password.
    Password,
}

/// A key on a token that opens a slot.
struct Fitting {
    token: TokenRef,
    key: TokenKeyId,
    slot: usize,
    certificate: Option<Certificate>,
}

/// What the person is asked before a key is used.
pub(super) struct Asking<'a> {
    pub(super) operation: Operation,
    /// The page that asks.
    pub(super) origin: Option<&'a str>,
    /// Who gets what the slot holds.
    pub(super) platform: Option<&'a Certificate>,
    pub(super) warnings: &'a [&'static str],
}

impl Asking<'_> {
    /// A request of somebody at this computer who wants the content himself.
    const fn here(operation: Operation) -> Self {
        Self { operation, origin: None, platform: None, warnings: &[] }
    }

    fn request(&self, certificate: Option<&Certificate>, document: DocumentFacts) -> ConsentRequest {
        ConsentRequest {
            origin: self.origin.map(ToOwned::to_owned),
            platform: self.platform.map(CertificateFacts::of),
            warnings: self.warnings.to_vec(),
            ..ConsentRequest::new(self.operation, certificate, vec![document])
        }
    }
}

/// Reads and unlocks the bid at `path`; the person is asked only when a key for it is here.
pub(super) fn unlock(
    session: &Session<'_>,
    path: &Path,
    opener: Opener<'_>,
    operation: Operation,
) -> Result<Opened<File>, Failure> {
    let envelope = bid::inspect(path).map_err(|error| faults::open(path, error))?;
    if let Some(policy) = envelope.head().policy() {
        // One part alone opens nothing: nobody types a PIN for that.
        let missing = Missing { bidder: false, members: 0, threshold: policy.threshold() };
        return Err(faults::threshold(path, missing));
    }
    let root = envelope.claimed_root();
    let part = part_of(session, path, envelope.head(), Some(root), opener, &Asking::here(operation))?;
    envelope.unlock(&[part]).map_err(|error| faults::open(path, error))
}

/// Takes out what one slot of a bid holds, of which perhaps only the head is here.
pub(super) fn part(
    session: &Session<'_>,
    path: &Path,
    head: &Head,
    opener: Opener<'_>,
    asking: &Asking<'_>,
) -> Result<Part, Failure> {
    part_of(session, path, head, None, opener, asking)
}

/// The bidder's part, or a member's share, on trial: whether it is the right one.
pub(super) fn part_on_trial(
    session: &Session<'_>,
    path: &Path,
    envelope: &Envelope<File>,
    opener: Opener<'_>,
) -> Result<Part, Failure> {
    let asking = Asking::here(Operation::Rehearse);
    part_of(session, path, envelope.head(), Some(envelope.claimed_root()), opener, &asking)
}

fn part_of(
    session: &Session<'_>,
    path: &Path,
    head: &Head,
    root: Option<Digest>,
    opener: Opener<'_>,
    asking: &Asking<'_>,
) -> Result<Part, Failure> {
    let document = document(path, head, root);
    let fitting = match opener {
        Opener::Password => return with_password(session, path, head, asking, document),
        Opener::Key(selector) => {
            let held = certificates::with_key(session, selector, Purpose::Decrypt)?;
            let slots = slots_of(session, path, head, &[KeyId::of(held.certificate.public_key())])?;
            Fitting { token: held.token, key: held.key, slot: slots[0], certificate: Some(held.certificate) }
        }
        Opener::AnyKey => only_fitting(session, path, head)?,
    };
    let request = asking.request(fitting.certificate.as_ref(), document);
    let consented = consent::ask(session.consent, &request)?;
    let mut opened = pins::login(session, &fitting.token)?;
    let label = opened.label.clone();
    let mut key = opened.key(&fitting.key, &consented);
    head.part_with_key(fitting.slot, &mut key).map_err(|error| faults::unlock(path, &label, error))
}

fn with_password(
    session: &Session<'_>,
    path: &Path,
    head: &Head,
    asking: &Asking<'_>,
    document: DocumentFacts,
) -> Result<Part, Failure> {
    if !head.has_password() {
        return Err(fault::at(Code::BidNoPassword, path));
    }
    // Whoever types the password at this computer has consented; for somebody else he must be asked.
    if asking.platform.is_some() {
        consent::ask(session.consent, &asking.request(None, document))?;
    }
    let password = session.secrets.ask(&SecretRequest::new(SecretKind::Password, &files::name(path)))?;
    head.part_with_password(&password).map_err(|error| faults::open(path, error))
}

/// A bid as a document: its digest is the root, which stands for every byte of it; where only the head is here, the head's.
pub(super) fn document(path: &Path, head: &Head, root: Option<Digest>) -> DocumentFacts {
    let digest = root.unwrap_or_else(|| head.digest());
    DocumentFacts::digested(files::name(path), head.geometry().file_len(), head.profile().hash(), &digest, None)
}

/// The only key here that has a slot.
fn only_fitting(session: &Session<'_>, path: &Path, head: &Head) -> Result<Fitting, Failure> {
    let tokens = tokens::all(session)?;
    if tokens.is_empty() {
        return Err(Failure::new(Code::TokenNone));
    }
    let (mut fitting, mut failure) = (Vec::new(), None);
    for token in &tokens {
        match fitting_on(session, token, head) {
            Ok(found) => fitting.extend(found),
            // Another key may open it all the same.
            Err(failed) => failure = failure.or(Some(failed)),
        }
    }
    match fitting.len() {
        0 => Err(failure.unwrap_or_else(|| no_recipient(session, path, head))),
        1 => Ok(fitting.remove(0)),
        _ => Err(ambiguous(&fitting)),
    }
}

/// The keys of one token that have a slot.
fn fitting_on(session: &Session<'_>, token: &TokenRef, head: &Head) -> Result<Vec<Fitting>, Failure> {
    let containers = session.open(token)?.containers().map_err(|error| fault::token(&token.label, error))?;
    let fitting = containers.iter().flat_map(token::Container::keys).filter_map(|entry| {
        let slots = head.slots_of(&[KeyId::of(&entry.public_key)]).ok()?;
        let (key, certificate) = (entry.key.clone(), entry.certificate.clone());
        Some(Fitting { token: token.clone(), key, slot: slots[0], certificate })
    });
    Ok(fitting.collect())
}

fn ambiguous(fitting: &[Fitting]) -> Failure {
    let name = |one: &Fitting| match &one.certificate {
        Some(certificate) => format!("{} serial:{}", consent::holder(certificate), certificate.serial()),
        None => format!("{} {}", one.token.label, one.key),
    };
    let candidates: Vec<String> = fitting.iter().map(name).collect();
    Failure::new(Code::CertAmbiguous).with("selector", "--key").with("candidates", candidates)
}

fn slots_of(session: &Session<'_>, path: &Path, head: &Head, keys: &[KeyId]) -> Result<Vec<usize>, Failure> {
    head.slots_of(keys).map_err(|_| no_recipient(session, path, head))
}

/// Names those who can open it: the person sees which token to fetch, and what is written on it where it was seen here.
fn no_recipient(session: &Session<'_>, path: &Path, head: &Head) -> Failure {
    let needed = ledger::needed(session.home, head);
    let lines: Vec<String> = needed.iter().map(Needed::line).collect();
    let facts = serde_json::to_value(needed).expect("texts always serialise");
    fault::at(Code::BidNoRecipient, path).with("recipients", lines).with("needed", facts)
}
