//! Certificates on tokens: listed, shown, exported, requested, imported, deleted.

mod import;
mod report;
mod request;

use time::OffsetDateTime;
use token::{ContainerPart, KeyId, TokenRef};
use x509::Certificate;

use crate::{
    Code, Failure, Purpose, Session, consent, fault, files,
    ledger::guard::{self, Released},
    pins::{self, LoggedIn},
    select, tokens, trust,
};

pub use import::{Imported, import, import_enclosed};
pub use report::{CertificateReport, KeyReport};
pub use request::{MadeRequest, RequestOrder, RequestedUse, request};

/// A certificate on a token, with the key behind it.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) token: TokenRef,
    pub(crate) key: KeyId,
    pub(crate) certificate: Certificate,
}

impl AsRef<Certificate> for Held {
    fn as_ref(&self) -> &Certificate {
        &self.certificate
    }
}

/// The certificates that are here, and what kept one of the tokens from showing its own.
pub struct Listing {
    /// Every certificate that could be read; none is no error.
    pub certificates: Vec<CertificateReport>,
    /// Why a token could not be read: the others are listed all the same.
    pub failure: Option<Failure>,
}

/// Every certificate on one token, or on all.
///
/// # Errors
/// What finding tokens reports; with `token`, also what reading it does.
pub fn list(session: &Session<'_>, token: Option<&str>) -> Result<Listing, Failure> {
    let Holdings { held, failure, .. } = match token {
        Some(selector) => {
            let held = held_by(session, &tokens::find(session, Some(selector))?)?;
            Holdings { held, tokens: 1, failure: None }
        }
        None => held(session)?,
    };
    let report = |held: &Held| CertificateReport::of(&held.certificate).on(&held.token.label);
    Ok(Listing { certificates: held.iter().map(report).collect(), failure })
}

/// One certificate, on a token or in a file.
///
/// # Errors
/// As [`find_any`].
pub fn show(session: &Session<'_>, selector: &str) -> Result<CertificateReport, Failure> {
    let (certificate, token) = find_any(session, selector)?;
    let report = CertificateReport::of(&certificate);
    Ok(match token {
        Some(token) => report.on(&token.label),
        None => report,
    })
}

/// A certificate as PEM text; with `chain`, followed by those up to its root as far as they are known here.
///
/// # Errors
/// As [`find_any`].
pub fn export(session: &Session<'_>, selector: &str, chain: bool) -> Result<String, Failure> {
    let (certificate, token) = find_any(session, selector)?;
    let mut pem = certificate.to_pem();
    if chain {
        let others = token.map_or_else(|| Ok(Vec::new()), |token| held_by(session, &token))?;
        let others: Vec<_> = others.into_iter().map(|held| held.certificate).collect();
        let above = trust::chain_above(session, &certificate, &others)?;
        pem.extend(above.iter().map(Certificate::to_pem));
    }
    Ok(pem)
}

/// Deletes a certificate from its token. Its key stays: it may still be needed to open bids.
///
/// # Errors
/// [`Code::LedgerGuard`] when an unopened bid needs its key; as every use of the PIN.
pub fn delete(session: &Session<'_>, selector: &str) -> Result<CertificateReport, Failure> {
    let found = held(session)?.choose(selector, Purpose::Any, session.clock.now())?;
    // Without its certificate nobody finds the key that a bid was encrypted for.
    let released = guard::key(session.home, &consent::holder(&found.certificate), found.certificate.public_key())?;
    let mut opened = pins::login(session, &found.token)?;
    remove(&mut opened, &found, &released)?;
    Ok(CertificateReport::of(&found.certificate).on(&found.token.label))
}

/// Only what the ledger has released goes.
fn remove(opened: &mut LoggedIn, found: &Held, _: &Released) -> Result<(), Failure> {
    let part = ContainerPart::Certificate(found.key.key_use);
    opened.token.delete(&found.key.container, part).map_err(|error| fault::token(&opened.label, error))
}

/// The certificates of all tokens that are here. A token that cannot be read hides no other.
#[derive(Default)]
pub(crate) struct Holdings {
    /// What could be read.
    pub(crate) held: Vec<Held>,
    /// How many tokens are here.
    tokens: usize,
    /// Why the first one could not be read that could not: what is missed may lie on it.
    pub(crate) failure: Option<Failure>,
}

impl Holdings {
    /// The one that a text names and the purpose allows.
    ///
    /// # Errors
    /// As [`select::choose`]; where a token could not be read, that instead: what fits may lie on it.
    pub(crate) fn choose(self, text: &str, purpose: Purpose, now: OffsetDateTime) -> Result<Held, Failure> {
        let Self { held, failure, .. } = self;
        select::choose(held, text, purpose, now).map_err(|refused| match failure {
            Some(failure) if refused.code() != Code::CertAmbiguous => failure,
            _ => refused,
        })
    }
}

/// Reads the certificates of all tokens that are here.
///
/// # Errors
/// What finding tokens reports.
pub(crate) fn held(session: &Session<'_>) -> Result<Holdings, Failure> {
    let mut holdings = Holdings::default();
    for token in tokens::all(session)? {
        holdings.tokens += 1;
        match held_by(session, &token) {
            Ok(held) => holdings.held.extend(held),
            Err(failed) => holdings.failure = holdings.failure.or(Some(failed)),
        }
    }
    Ok(holdings)
}

/// The certificates of one token.
fn held_by(session: &Session<'_>, token: &TokenRef) -> Result<Vec<Held>, Failure> {
    let mut opened = session.open(token)?;
    let containers = opened.containers().map_err(|error| fault::token(&token.label, error))?;
    let entries = containers.iter().flat_map(token::Container::keys);
    let held = entries.filter_map(|entry| {
        let certificate = entry.certificate.clone()?;
        Some(Held { token: token.clone(), key: entry.key.clone(), certificate })
    });
    Ok(held.collect())
}

/// The certificates that go with a signature: those above the signer's own, as far as they are known here, without
/// the root, which a verifier must have anyway.
pub(crate) fn chain_of(session: &Session<'_>, held: &Held) -> Result<Vec<Certificate>, Failure> {
    let others: Vec<_> = held_by(session, &held.token)?.into_iter().map(|other| other.certificate).collect();
    let mut above = trust::chain_above(session, &held.certificate, &others)?;
    above.retain(|certificate| !certificate.is_self_issued());
    Ok(above)
}

/// The certificate that a command is to use with its key.
///
/// # Errors
/// [`Code::TokenNone`] when no token is here at all, else as [`select::choose`].
pub(crate) fn with_key(session: &Session<'_>, selector: &str, purpose: Purpose) -> Result<Held, Failure> {
    let holdings = held(session)?;
    if holdings.tokens == 0 {
        return Err(Failure::new(Code::TokenNone));
    }
    holdings.choose(selector, purpose, session.clock.now())
}

/// A certificate that others gave us as a file, or one on a token here.
///
/// # Errors
/// [`Code::CertMalformed`], or as [`select::choose`].
pub(crate) fn of_recipient(session: &Session<'_>, text: &str) -> Result<Certificate, Failure> {
    let now = session.clock.now();
    match files::existing(text) {
        Some(path) => {
            let certificate = files::certificate(&path)?;
            select::check(&certificate, Purpose::Encrypt, now)?;
            Ok(certificate)
        }
        None => Ok(held(session)?.choose(text, Purpose::Encrypt, now)?.certificate),
    }
}

/// A certificate by any name, with the token it lies on.
///
/// # Errors
/// [`Code::CertMalformed`], or as [`select::choose`].
pub(crate) fn find_any(session: &Session<'_>, text: &str) -> Result<(Certificate, Option<TokenRef>), Failure> {
    if let Some(path) = files::existing(text) {
        return Ok((files::certificate(&path)?, None));
    }
    let found = held(session)?.choose(text, Purpose::Any, session.clock.now())?;
    Ok((found.certificate, Some(found.token)))
}
