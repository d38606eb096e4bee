//! Finding tokens, and making software tokens.

use algo::Suite;
use serde::Serialize;
use token::{CaPolicy, InitialPin, PinState, Remaining, Token, TokenInfo, TokenRef};

use crate::{
    Code, Failure, Session,
    blank::{self, BlankReport},
    certificates::KeyReport,
    fault,
    ledger::guard,
    modules::{ModuleReport, Survey},
    pins, session,
};

/// One token, as `token list` and `token info` show it.
#[derive(Clone, Debug, Serialize)]
pub struct TokenReport {
    /// What people call it.
    pub label: String,
    /// Kind of token: `soft`, `pkcs11`, `skf`.
    pub provider: &'static str,
    /// Serial number (设备号).
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// Model name.
    pub model: String,
    /// The suite it was made for, if it was made for one.
    pub suite: Option<String>,
    /// What it can do.
    pub capabilities: Vec<&'static str>,
    /// The state of its PIN.
    pub pin: PinReport,
    /// The rules of its certificate authority for PINs, if it is known.
    pub policy: Option<PolicyReport>,
    /// Limits of its protection.
    pub warnings: Vec<&'static str>,
    /// Its keys and their certificates.
    pub keys: Vec<KeyReport>,
}

/// What a certificate authority prescribes for the PINs of its keys.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyReport {
    /// The authority.
    pub authority: &'static str,
    /// The PIN that all its keys come with, if there is one such.
    pub initial: Option<&'static str>,
    /// Fewest and most characters of a new PIN.
    pub length: (usize, usize),
    /// What a new PIN must have, as the rules that are named when it does not.
    pub classes: Vec<&'static str>,
    /// Tries of a fresh counter, as the authority publishes them.
    pub tries: Option<u32>,
    /// How a locked key is unlocked.
    pub unblock: Vec<&'static str>,
    /// Whether this was seen on a key.
    pub confirmed: bool,
}

impl PolicyReport {
    fn of(policy: &'static CaPolicy) -> Self {
        let initial = if let InitialPin::Fixed(pin) = &policy.initial { Some(pin.as_str()) } else { None };
        Self {
            authority: &policy.name,
            initial,
            length: (policy.min, policy.max),
            classes: policy.classes.iter().map(|class| class.name()).collect(),
            tries: policy.tries,
            unblock: policy.unblock.iter().map(|way| way.name()).collect(),
            confirmed: policy.confirmed,
        }
    }
}

/// The state of a PIN.
#[derive(Clone, Debug, Serialize)]
pub struct PinReport {
    /// A PIN has been set.
    pub initialised: bool,
    /// The initial PIN is still in force: the token must be activated; null where the token cannot tell.
    pub is_default: Option<bool>,
    /// Tries of a fresh counter; null where the token cannot tell.
    pub max: Option<u32>,
    /// Tries left; null where the token gives no number.
    pub remaining: Option<u32>,
    /// `ok`, `low`, `final_try`, `locked` or `unknown`.
    pub state: &'static str,
    /// Fewest and most characters of a new PIN.
    pub length: (usize, usize),
}

impl PinReport {
    pub(crate) fn of(state: &PinState) -> Self {
        let word = match state.remaining {
            Remaining::Locked => "locked",
            remaining if remaining.is_last() => "final_try",
            Remaining::Exact(_) => "ok",
            Remaining::Low => "low",
            _ => "unknown",
        };
        Self {
            initialised: state.initialised,
            is_default: state.is_default,
            max: state.max,
            remaining: state.remaining.count(),
            state: word,
            length: (*state.length.start(), *state.length.end()),
        }
    }
}

/// The tokens that are here, and how each module fared.
pub struct Listing {
    /// Every token; none is no error.
    pub tokens: Vec<TokenReport>,
    /// Keys that hold nothing yet.
    pub blank: Vec<BlankReport>,
    /// Every module that was asked.
    pub modules: Vec<ModuleReport>,
    /// The first failure of a token, or of a module that the person named: the others are listed all the same.
    pub failure: Option<Failure>,
}

/// Every token that is here. One that cannot be read hides no other.
#[must_use]
pub fn list(session: &Session<'_>) -> Listing {
    let Survey { tokens, modules, mut failure } = session.survey();
    let mut reports = Vec::new();
    for token in &tokens {
        match report(session, token) {
            Ok(report) => reports.push(report),
            Err(failed) => failure = failure.or(Some(failed)),
        }
    }
    let blank = blank::of(&session.providers).iter().map(BlankReport::of).collect();
    Listing { tokens: reports, blank, modules, failure }
}

/// One token.
///
/// # Errors
/// As [`find`].
pub fn info(session: &Session<'_>, selector: Option<&str>) -> Result<TokenReport, Failure> {
    report(session, &find(session, selector)?)
}

/// Makes a software token with the initial PIN; it must be activated before use.
///
/// # Errors
/// [`Code::LedgerGuard`] when the label is that of a token whose keys an unopened bid needs, [`Code::TokenExists`],
/// [`Code::TokenLabel`] and what writing reports.
pub fn init(session: &Session<'_>, label: &str, suite: Suite) -> Result<TokenReport, Failure> {
    for existing in all(session)?.iter().filter(|token| token.label == label) {
        guard::token(session.home, existing)?;
    }
    let token = session::soft(session.home).init(label, suite).map_err(|error| fault::token(label, error))?;
    report(session, &token)
}

/// References to all tokens.
pub(crate) fn all(session: &Session<'_>) -> Result<Vec<TokenRef>, Failure> {
    let survey = session.survey();
    survey.failure.map_or(Ok(survey.tokens), Err)
}

/// The token that a person names by label or serial number; without a name, the only one.
///
/// # Errors
/// [`Code::TokenNone`], [`Code::TokenNotFound`], [`Code::TokenAmbiguous`].
pub fn find(session: &Session<'_>, selector: Option<&str>) -> Result<TokenRef, Failure> {
    named(&all(session)?, selector)
}

fn named(tokens: &[TokenRef], selector: Option<&str>) -> Result<TokenRef, Failure> {
    if tokens.is_empty() {
        return Err(Failure::new(Code::TokenNone));
    }
    let named = selector.unwrap_or_default();
    // A vendor's key has its maker and its serial number in its id.
    let is_named = |token: &&TokenRef| {
        token.label == named || token.id == named || token.id.split('/').skip(1).any(|part| part == named)
    };
    let exact: Vec<_> = tokens.iter().filter(is_named).collect();
    let similar = || tokens.iter().filter(|token| token.label.contains(named) || token.id.starts_with(named)).collect();
    let matching: Vec<&TokenRef> = if exact.is_empty() { similar() } else { exact };
    match matching[..] {
        [] => Err(Failure::new(Code::TokenNotFound).with("selector", named)),
        [token] => Ok(token.clone()),
        _ => Err(ambiguous(named, &matching)),
    }
}

/// Several fit.
pub(crate) fn ambiguous(named: &str, matching: &[&TokenRef]) -> Failure {
    let candidates: Vec<_> = matching.iter().map(|token| format!("{} ({})", token.label, token.id)).collect();
    Failure::new(Code::TokenAmbiguous).with("selector", named).with("candidates", candidates)
}

pub(crate) fn report(session: &Session<'_>, token: &TokenRef) -> Result<TokenReport, Failure> {
    let mut opened = session.open(token)?;
    describe(&mut *opened).map_err(|error| fault::token(&token.label, error))
}

fn describe(token: &mut dyn Token) -> Result<TokenReport, token::TokenError> {
    let TokenInfo { token: name, manufacturer, model, serial, suite, capabilities, warnings, .. } = token.info()?;
    let pin = PinReport::of(&token.pin_state()?);
    let keys = token.containers()?.iter().flat_map(KeyReport::of_container).collect();
    Ok(TokenReport {
        label: name.label,
        provider: name.provider,
        serial,
        manufacturer,
        model,
        suite: suite.map(|suite| suite.to_string()),
        capabilities: capabilities.iter().map(token::Capability::name).collect(),
        pin,
        policy: pins::ca_policy(token).map(PolicyReport::of),
        warnings: warnings.iter().map(|warning| warning.name()).collect(),
        keys,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(id: &str, label: &str) -> TokenRef {
        TokenRef { provider: "skf", id: id.to_owned(), label: label.to_owned() }
    }

    #[test]
    fn two_applications_of_one_key_are_chosen_by_label_by_name_or_as_the_failure_lists_them() {
        let (first, second) = (token("Maker/42/APP", "key (APP)"), token("Maker/42/B", "key (B)"));
        let tokens = [first.clone(), second.clone(), token("Maker/43/APP", "other")];
        let found = |text: &str| named(&tokens, Some(text)).map_err(|failure| failure.code());
        for text in ["key (B)", "Maker/42/B", "B"] {
            assert_eq!(found(text).as_ref(), Ok(&second), "{text}");
        }
        for text in ["42", "key", "APP"] {
            assert_eq!(found(text), Err(Code::TokenAmbiguous), "{text}");
        }
        let listed = named(&tokens, Some("42")).unwrap_err();
        assert_eq!(
            listed.data()["candidates"],
            serde_json::json!(["key (APP) (Maker/42/APP)", "key (B) (Maker/42/B)"])
        );
        assert_eq!(found("43").map(|token| token.label), Ok("other".to_owned()));
        assert_eq!(named(&tokens[..1], None).as_ref().map_err(Failure::code), Ok(&first));
        assert_eq!(named(&[], Some("x")).unwrap_err().code(), Code::TokenNone);
    }
}
