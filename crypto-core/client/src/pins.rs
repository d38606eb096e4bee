//! The PIN: checked, changed, set at activation, and unlocked.

use algo::Pin;
use token::{PinState, Remaining, Token, TokenRef};

use crate::{
    Code, Failure, Session, fault,
    secrets::{self, SecretKind, SecretRequest},
    tokens::{self, PinReport},
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
    let pin = current_pin(session, token, &state)?;
    opened.login(&pin).map_err(|error| fault::token(&token.label, error))?;
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

/// Replaces the PIN.
///
/// # Errors
/// [`Code::TokenPinRule`] before a try is spent, else as every use of the PIN.
pub fn change(session: &Session<'_>, selector: Option<&str>) -> Result<PinReport, Failure> {
    let token = tokens::find(session, selector)?;
    let mut opened = session.open(&token)?;
    let state = usable_state(&mut *opened, &token)?;
    if state.is_default == Some(true) {
        return Err(Failure::new(Code::TokenNotActivated).with("token", token.label.as_str()));
    }
    let old = current_pin(session, &token, &state)?;
    let new = secrets::pin(session.secrets, &SecretRequest::new_pin(&token.label, &state))?;
    opened.change_pin(&old, &new).map_err(|error| fault::token(&token.label, error))?;
    state_after(&mut *opened, &token)
}

/// Replaces the initial PIN; only then can the token's keys be used.
///
/// # Errors
/// [`Code::TokenActive`], [`Code::TokenPinRule`], else as every use of the PIN.
pub fn activate(session: &Session<'_>, selector: Option<&str>) -> Result<Activated, Failure> {
    let token = tokens::find(session, selector)?;
    let mut opened = session.open(&token)?;
    let state = usable_state(&mut *opened, &token)?;
    if state.is_default == Some(false) {
        return Err(Failure::new(Code::TokenActive).with("token", token.label.as_str()));
    }
    let initial = current_pin(session, &token, &state)?;
    let new = secrets::pin(session.secrets, &SecretRequest::new_pin(&token.label, &state))?;
    let puk = opened.activate(&initial, &new).map_err(|error| fault::token(&token.label, error))?;
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
    let state = opened.pin_state().map_err(|error| fault::token(&token.label, error))?;
    let puk = secrets::pin(session.secrets, &SecretRequest::new(SecretKind::Puk, &token.label))?;
    let new = secrets::pin(session.secrets, &SecretRequest::new_pin(&token.label, &state))?;
    opened.unblock(&puk, &new).map_err(|error| fault::token(&token.label, error))?;
    state_after(&mut *opened, &token)
}

/// The state of a PIN that may be tried.
fn usable_state(opened: &mut dyn Token, token: &TokenRef) -> Result<PinState, Failure> {
    let state = opened.pin_state().map_err(|error| fault::token(&token.label, error))?;
    if state.remaining == Remaining::Locked {
        return Err(Failure::new(Code::TokenPinLocked).with("token", token.label.as_str()));
    }
    Ok(state)
}

fn current_pin(session: &Session<'_>, token: &TokenRef, state: &PinState) -> Result<Pin, Failure> {
    secrets::guard_last_try(session.secrets, &token.label, state.remaining)?;
    secrets::pin(session.secrets, &SecretRequest::pin(&token.label, state))
}

fn state_after(opened: &mut dyn Token, token: &TokenRef) -> Result<PinReport, Failure> {
    opened.pin_state().map(|state| PinReport::of(&state)).map_err(|error| fault::token(&token.label, error))
}
