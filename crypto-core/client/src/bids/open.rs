//! Unlocking a bid: with the key of a slot after consent, or with its password.

use std::{fs::File, path::Path};

use bid::{Envelope, KeyId, Opened};
use token::{KeyId as TokenKeyId, TokenRef};
use x509::Certificate;

use super::faults;
use crate::{
    Code, ConsentRequest, DocumentFacts, Failure, Operation, Purpose, SecretKind, SecretRequest, Session, certificates,
    consent, fault, files,
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

/// Reads and unlocks the bid at `path`; the person is asked only when a key for it is here.
pub(super) fn unlock(
    session: &Session<'_>,
    path: &Path,
    opener: Opener<'_>,
    operation: Operation,
) -> Result<Opened<File>, Failure> {
    let envelope = bid::inspect(path).map_err(|error| faults::open(path, error))?;
    match opener {
        Opener::Password => with_password(session, path, envelope),
        Opener::Key(selector) => {
            let held = certificates::with_key(session, selector, Purpose::Decrypt)?;
            let slots = slots_of(session, path, &envelope, &[KeyId::of(held.certificate.public_key())])?;
            let fitting =
                Fitting { token: held.token, key: held.key, slot: slots[0], certificate: Some(held.certificate) };
            with_key(session, path, envelope, fitting, operation)
        }
        Opener::AnyKey => {
            let fitting = only_fitting(session, path, &envelope)?;
            with_key(session, path, envelope, fitting, operation)
        }
    }
}

fn with_password(session: &Session<'_>, path: &Path, envelope: Envelope<File>) -> Result<Opened<File>, Failure> {
    if !envelope.has_password() {
        return Err(fault::at(Code::BidNoPassword, path));
    }
    let password = session.secrets.ask(&SecretRequest::new(SecretKind::Password, &files::name(path)))?;
    envelope.unlock_with_password(&password).map_err(|error| faults::open(path, error))
}

fn with_key(
    session: &Session<'_>,
    path: &Path,
    envelope: Envelope<File>,
    fitting: Fitting,
    operation: Operation,
) -> Result<Opened<File>, Failure> {
    let request = ConsentRequest::new(operation, fitting.certificate.as_ref(), vec![document(path, &envelope)]);
    let consented = consent::ask(session.consent, &request)?;
    let mut opened = pins::login(session, &fitting.token)?;
    let label = opened.label.clone();
    let mut key = opened.key(&fitting.key, &consented);
    envelope.unlock_with_key(fitting.slot, &mut key).map_err(|error| faults::unlock(path, &label, error))
}

/// A bid as a document: its digest is the root, which stands for every byte of it.
fn document(path: &Path, envelope: &Envelope<File>) -> DocumentFacts {
    let hash = envelope.profile().hash();
    DocumentFacts::digested(files::name(path), envelope.geometry().file_len(), hash, &envelope.claimed_root(), None)
}

/// The only key here that has a slot.
fn only_fitting(session: &Session<'_>, path: &Path, envelope: &Envelope<File>) -> Result<Fitting, Failure> {
    let tokens = tokens::all(session)?;
    if tokens.is_empty() {
        return Err(Failure::new(Code::TokenNone));
    }
    let mut fitting = Vec::new();
    for token in tokens {
        let mut opened = session.open(&token)?;
        let containers = opened.containers().map_err(|error| fault::token(&token.label, error))?;
        for entry in containers.iter().flat_map(token::Container::keys) {
            let Ok(slots) = envelope.slots_of(&[KeyId::of(&entry.public_key)]) else { continue };
            let (key, certificate) = (entry.key.clone(), entry.certificate.clone());
            fitting.push(Fitting { token: token.clone(), key, slot: slots[0], certificate });
        }
    }
    match fitting.len() {
        0 => Err(no_recipient(session, path, envelope)),
        1 => Ok(fitting.remove(0)),
        _ => Err(ambiguous(&fitting)),
    }
}

fn ambiguous(fitting: &[Fitting]) -> Failure {
    let name = |one: &Fitting| match &one.certificate {
        Some(certificate) => format!("{} serial:{}", consent::holder(certificate), certificate.serial()),
        None => format!("{} {}", one.token.label, one.key),
    };
    let candidates: Vec<String> = fitting.iter().map(name).collect();
    Failure::new(Code::CertAmbiguous).with("selector", "--key").with("candidates", candidates)
}

fn slots_of(
    session: &Session<'_>,
    path: &Path,
    envelope: &Envelope<File>,
    keys: &[KeyId],
) -> Result<Vec<usize>, Failure> {
    envelope.slots_of(keys).map_err(|_| no_recipient(session, path, envelope))
}

/// Names those who can open it: the person sees which token to fetch, and what is written on it where it was seen here.
fn no_recipient(session: &Session<'_>, path: &Path, envelope: &Envelope<File>) -> Failure {
    let needed = ledger::needed(session.home, envelope);
    let lines: Vec<String> = needed.iter().map(Needed::line).collect();
    let facts = serde_json::to_value(needed).expect("texts always serialise");
    fault::at(Code::BidNoRecipient, path).with("recipients", lines).with("needed", facts)
}
