//! Keys that hold nothing yet: seen, named, and initialised.

use serde::Serialize;
use token::{Initialisation, SkfProvider, SoftProvider, TokenError, TokenRef};

use crate::{
    Failure, Finding, FindingCode, Session, Source, fault,
    ledger::guard,
    secrets::{self, SecretKind, SecretRequest},
    tokens::{self, TokenReport},
};

/// A key without anything on it.
#[derive(Clone, Debug, Serialize)]
pub struct BlankReport {
    /// What the hardware calls itself.
    pub label: String,
    /// Kind of token: `pkcs11`, `skf`.
    pub provider: &'static str,
    /// By which it is named.
    pub id: String,
}

/// What a key is to become.
#[derive(Clone, Copy, Debug)]
pub struct InitialiseOrder<'a> {
    /// Which key; none means the only blank one.
    pub key: Option<&'a str>,
    /// What people will call it.
    pub label: &'a str,
}

/// Blank keys behind all modules. One that fails is told with the list of tokens.
pub(crate) fn of(sources: &[Source]) -> Vec<TokenRef> {
    sources.iter().flat_map(|source| source.blank().unwrap_or_default()).collect()
}

/// What is said of a blank key.
pub(crate) fn finding(key: &TokenRef) -> Finding {
    Finding::new(FindingCode::KeyBlank).with("token", key.label.as_str()).with("provider", key.provider)
}

impl BlankReport {
    pub(crate) fn of(key: &TokenRef) -> Self {
        Self { label: key.label.clone(), provider: key.provider, id: key.id.clone() }
    }

    /// What is said of it, and what to do.
    #[must_use]
    pub fn finding(&self) -> Finding {
        finding(&TokenRef { provider: self.provider, id: self.id.clone(), label: self.label.clone() })
    }
}

/// Gives a blank key its label and both PINs, or a key that is in use new ones, which deletes what is on it: the person
/// says so by `confirm`, which gets its present label and whether it is blank, before any PIN is asked for.
///
/// # Errors
/// [`Code::LedgerGuard`](crate::Code::LedgerGuard) before anything else, what `confirm` answers,
/// [`Code::TokenPukWrong`](crate::Code::TokenPukWrong) for a key in use, [`Code::TokenLabel`](crate::Code::TokenLabel),
/// [`Code::TokenNotSupported`](crate::Code::TokenNotSupported).
pub fn initialise(
    session: &Session<'_>,
    order: InitialiseOrder<'_>,
    confirm: &dyn Fn(&str, bool) -> Result<(), Failure>,
) -> Result<TokenReport, Failure> {
    let (key, is_blank) = find(session, order.key)?;
    let _released = guard::token(session.home, &key)?;
    if key.provider == SoftProvider::NAME {
        return Err(fault::token(&key.label, TokenError::Algorithm { what: "initialising".to_owned() }));
    }
    confirm(&key.label, is_blank)?;
    let asked = |kind| secrets::pin(session.secrets, &SecretRequest::new(kind, &key.label));
    let device_key = (key.provider == SkfProvider::NAME).then(|| asked(SecretKind::DeviceKey)).transpose()?;
    let administrator = asked(if is_blank { SecretKind::NewPuk } else { SecretKind::Puk })?;
    let pin = asked(SecretKind::NewPin)?;
    let order = Initialisation {
        label: order.label,
        administrator: &administrator,
        pin: &pin,
        device_key: device_key.as_ref(),
    };
    for provider in session.providers.iter().filter(|provider| provider.name() == key.provider) {
        match provider.initialise(&key, &order) {
            Err(TokenError::None) => {}
            Err(TokenError::ModuleFailed { .. }) if !provider.must_work() => {}
            made => return tokens::report(session, &made.map_err(|error| fault::token(&key.label, error))?),
        }
    }
    Err(fault::token(&key.label, TokenError::Removed))
}

/// The key that is named, a blank one first; without a name the only blank one.
fn find(session: &Session<'_>, named: Option<&str>) -> Result<(TokenRef, bool), Failure> {
    let blank = of(&session.providers);
    let fits = |key: &&TokenRef| named.is_none_or(|named| key.label == named || key.id == named);
    match blank.iter().filter(fits).collect::<Vec<_>>()[..] {
        [key] => Ok((key.clone(), true)),
        [] if named.is_some() => Ok((tokens::find(session, named)?, false)),
        [] => Err(Failure::new(crate::Code::TokenNone)),
        ref several => Err(tokens::ambiguous(named.unwrap_or_default(), several)),
    }
}
