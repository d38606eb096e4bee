//! The PIN: checked, changed, set at activation, and unlocked.

use std::path::Path;

use algo::Pin;
use token::{CaPolicy, Capability, InitialPin, PinState, Remaining, Token, TokenRef};

use crate::{
    Code, Failure, Session, fault,
    secrets::{self, SecretKind, SecretRequest},
    tokens::{self, PinReport},
    vouchers,
};

/// A token whose PIN was right: its keys can be used until it is dropped.
pub(crate) struct LoggedIn {
    /// What people call it.
    pub(crate) label: String,
    /// Which token it is.
    pub(crate) token_ref: TokenRef,
    /// The opened token.
    pub(crate) token: Box<dyn Token>,
}

/// What unlocks a token later; shown once and kept nowhere.
pub struct Activated {
    /// The PUK, if the token makes one.
    pub puk: Option<Pin>,
    /// The PIN's state now.
    pub pin: PinReport,
}

/// Asks for the PIN and opens the token's keys.
///
/// # Errors
/// [`Code::TokenPinWrong`], [`Code::TokenPinLocked`], [`Code::TokenNotActivated`], [`Code::TokenLastTry`]; a locked or
/// unactivated token is reported before the PIN is asked for.
pub(crate) fn login(session: &Session<'_>, token: &TokenRef) -> Result<LoggedIn, Failure> {
    let mut opened = session.open(token)?;
    let state = usable_state(&mut *opened, token)?;
    if state.is_default == Some(true) {
        return Err(Failure::new(Code::TokenNotActivated).with("token", token.label.as_str()));
    }
    let done = if has_pad(&mut *opened) {
        secrets::guard_last_try(session.secrets, &token.label, state.remaining)?;
        secrets::on_pad(session.secrets, &token.label, || opened.login_on_pad())
    } else {
        opened.login(&current_pin(session, token, &state, SecretKind::Pin)?)
    };
    done.map_err(|error| fault::token(&token.label, error))?;
    Ok(LoggedIn { label: token.label.clone(), token_ref: token.clone(), token: opened })
}

/// Checks the PIN and nothing else.
///
/// # Errors
/// As every use of the PIN.
pub fn verify(session: &Session<'_>, selector: Option<&str>) -> Result<PinReport, Failure> {
    let token = tokens::find(session, selector)?;
    let mut opened = login(session, &token)?;
    state_after(&mut *opened.token, &token)
}

/// Replaces the PIN. `recovery` names the certificate of an authority that shall be able to unblock the token.
///
/// # Errors
/// [`Code::TokenPinRule`] before a try is spent, else as every use of the PIN.
pub fn change(session: &Session<'_>, selector: Option<&str>, recovery: Option<&Path>) -> Result<PinReport, Failure> {
    let authority = recovery.map(|file| vouchers::authority(session, file)).transpose()?;
    let token = tokens::find(session, selector)?;
    let mut opened = session.open(&token)?;
    let state = usable_state(&mut *opened, &token)?;
    if state.is_default == Some(true) {
        return Err(Failure::new(Code::TokenNotActivated).with("token", token.label.as_str()));
    }
    if has_pad(&mut *opened) {
        secrets::guard_last_try(session.secrets, &token.label, state.remaining)?;
        let changed = secrets::on_pad(session.secrets, &token.label, || opened.change_pin_on_pad());
        changed.map_err(|error| fault::token(&token.label, error))?;
        return state_after(&mut *opened, &token);
    }
    let old = current_pin(session, &token, &state, SecretKind::Pin)?;
    let new = new_pin(session, &token, &mut *opened)?;
    opened.change_pin(&old, &new).map_err(|error| fault::token(&token.label, error))?;
    if let Some(authority) = &authority {
        opened.login(&new).map_err(|error| fault::token(&token.label, error))?;
        vouchers::enrol(&mut *opened, &token, authority)?;
    }
    state_after(&mut *opened, &token)
}

/// Replaces the initial PIN; only then can the token's keys be used. `recovery` as in [`change`]. Where the authority
/// sends the initial PIN, it is asked for as the activation code.
///
/// # Errors
/// [`Code::TokenActive`], [`Code::TokenPinRule`], else as every use of the PIN.
pub fn activate(session: &Session<'_>, selector: Option<&str>, recovery: Option<&Path>) -> Result<Activated, Failure> {
    let authority = recovery.map(|file| vouchers::authority(session, file)).transpose()?;
    let token = tokens::find(session, selector)?;
    let mut opened = session.open(&token)?;
    let state = usable_state(&mut *opened, &token)?;
    if state.is_default == Some(false) {
        return Err(Failure::new(Code::TokenActive).with("token", token.label.as_str()));
    }
    let kind = initial_kind(ca_policy(&mut *opened));
    let initial = current_pin(session, &token, &state, kind)?;
    let new = new_pin(session, &token, &mut *opened)?;
    let puk = opened.activate(&initial, &new).map_err(|error| fault::token(&token.label, error))?;
    if let Some(authority) = &authority {
        opened.login(&new).map_err(|error| fault::token(&token.label, error))?;
        vouchers::enrol(&mut *opened, &token, authority)?;
    }
    Ok(Activated { puk: puk.map(|puk| puk.printable()), pin: state_after(&mut *opened, &token)? })
}

/// Sets a new PIN by the proof that was made at activation.
///
/// # Errors
/// [`Code::TokenPukMistyped`] before a try is spent, [`Code::TokenPukWrong`], [`Code::TokenPukLocked`],
/// [`Code::TokenPinRule`].
pub fn unblock(session: &Session<'_>, selector: Option<&str>) -> Result<PinReport, Failure> {
    let token = tokens::find(session, selector)?;
    let mut opened = session.open(&token)?;
    let puk = secrets::pin(session.secrets, &SecretRequest::new(SecretKind::Puk, &token.label))?;
    let new = new_pin(session, &token, &mut *opened)?;
    opened.unblock(&puk, &new).map_err(|error| fault::token(&token.label, error))?;
    state_after(&mut *opened, &token)
}

/// What the person has in hand before activation: the PIN that all keys come with, or one that was sent to them.
fn initial_kind(policy: Option<&CaPolicy>) -> SecretKind {
    match policy.map(|policy| &policy.initial) {
        Some(InitialPin::Sent) => SecretKind::ActivationCode,
        _ => SecretKind::Pin,
    }
}

/// Whether the PIN is typed on the reader: it goes first where there is one.
fn has_pad(opened: &mut dyn Token) -> bool {
    opened.info().is_ok_and(|info| info.capabilities.has(Capability::PinPad))
}

/// The state of a PIN that may be tried.
fn usable_state(opened: &mut dyn Token, token: &TokenRef) -> Result<PinState, Failure> {
    let state = opened.pin_state().map_err(|error| fault::token(&token.label, error))?;
    if state.remaining == Remaining::Locked {
        return Err(Failure::new(Code::TokenPinLocked).with("token", token.label.as_str()));
    }
    Ok(state)
}

fn current_pin(session: &Session<'_>, token: &TokenRef, state: &PinState, kind: SecretKind) -> Result<Pin, Failure> {
    secrets::guard_last_try(session.secrets, &token.label, state.remaining)?;
    secrets::pin(session.secrets, &SecretRequest { kind, ..SecretRequest::pin(&token.label, state) })
}

/// Asks for a new PIN and holds it against the authority's rules: before anything is spent on the token, which checks
/// its own.
pub(crate) fn new_pin(session: &Session<'_>, token: &TokenRef, opened: &mut dyn Token) -> Result<Pin, Failure> {
    let mut state = opened.pin_state().map_err(|error| fault::token(&token.label, error))?;
    let policy = ca_policy(opened);
    if let Some(policy) = policy {
        state.length = (*state.length.start()).max(policy.min)..=(*state.length.end()).min(policy.max);
    }
    let new = secrets::pin(session.secrets, &SecretRequest::new_pin(&token.label, &state))?;
    match policy.map_or(Ok(()), |policy| policy.check(&new)) {
        Ok(()) => Ok(new),
        Err(rule) => Err(fault::token(&token.label, token::TokenError::Policy(rule))),
    }
}

/// The rules of the authority that the token is from, as far as it can be known.
pub(crate) fn ca_policy(opened: &mut dyn Token) -> Option<&'static CaPolicy> {
    let containers = opened.containers().unwrap_or_default();
    let certificates =
        containers.iter().flat_map(|container| container.keys()).filter_map(|key| key.certificate.as_ref());
    let issuers: Vec<String> = certificates.map(|certificate| certificate.issuer().to_string()).collect();
    let maker = opened.info().map(|info| info.manufacturer).unwrap_or_default();
    CaPolicy::of(&issuers, &maker)
}

pub(crate) fn state_after(opened: &mut dyn Token, token: &TokenRef) -> Result<PinReport, Failure> {
    opened.pin_state().map(|state| PinReport::of(&state)).map_err(|error| fault::token(&token.label, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_initial_pin_that_is_sent_is_asked_for_as_the_activation_code() {
        let policy = |initial: &str| -> CaPolicy {
            let text = format!(
                "name='x'\nissuer=['x']\nmaker=[]\ninitial={initial}\nmin=6\nmax=8\nclasses=[]\nunblock=[]\n\
                 confirmed=false\nsource='x'"
            );
            toml::from_str(&text).unwrap()
        };
        for (initial, kind) in [
            ("'sent'", SecretKind::ActivationCode),
            ("'chosen'", SecretKind::Pin),
            ("{ fixed = '123456' }", SecretKind::Pin),
        ] {
            assert_eq!(initial_kind(Some(&policy(initial))), kind, "{initial}");
        }
        assert_eq!(initial_kind(None), SecretKind::Pin);
    }
}
