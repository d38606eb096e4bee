//! PINs and passwords: asked when they are needed, held only in types that wipe themselves.

use std::ops::RangeInclusive;

use algo::{Password, Pin};
use token::{PinState, Remaining};

use crate::{Code, Failure};

/// Which secret is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretKind {
    /// The token's PIN.
    Pin,
    /// The PIN that is to be set.
    NewPin,
    /// The proof that unlocks a token (PUK).
    Puk,
    /// The proof that will unlock a key, while it is being initialised: the administrator's PIN.
    NewPuk,
    /// The authentication key of a device, without which nothing is made on it.
    DeviceKey,
    /// The initial PIN, where the certificate authority sends it by text message or letter.
    ActivationCode,
    /// The password of a `.bid` or `.p12` file.
    Password,
    /// The password that a new `.bid` is to have.
    NewPassword,
    /// The password that opens a PDF.
    DocumentPassword,
}

impl SecretKind {
    /// Its member in the object that `--secrets-stdin` reads, and its term in the catalogue.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::NewPin => "new_pin",
            Self::Puk | Self::NewPuk => "puk",
            Self::DeviceKey => "device_key",
            Self::ActivationCode => "activation_code",
            Self::Password | Self::NewPassword => "password",
            Self::DocumentPassword => "document_password",
        }
    }

    /// Whether it is being chosen now, so that a typing mistake must be caught by asking twice.
    #[must_use]
    pub const fn is_new(self) -> bool {
        matches!(self, Self::NewPin | Self::NewPuk | Self::NewPassword)
    }
}

/// What the person is told when a secret is asked for.
#[derive(Clone, Debug)]
pub struct SecretRequest<'a> {
    /// Which secret.
    pub kind: SecretKind,
    /// Of what: a token's label or a file's name.
    pub subject: &'a str,
    /// Tries left, where tries are counted.
    pub remaining: Option<Remaining>,
    /// Permitted number of characters of a new one.
    pub length: Option<RangeInclusive<usize>>,
}

impl<'a> SecretRequest<'a> {
    /// A request for a secret whose tries nobody counts.
    #[must_use]
    pub const fn new(kind: SecretKind, subject: &'a str) -> Self {
        Self { kind, subject, remaining: None, length: None }
    }

    /// A request for the PIN of a token in this state.
    #[must_use]
    pub const fn pin(subject: &'a str, state: &PinState) -> Self {
        Self { kind: SecretKind::Pin, subject, remaining: Some(state.remaining), length: None }
    }

    /// A request for a new PIN of a token in this state.
    #[must_use]
    pub fn new_pin(subject: &'a str, state: &PinState) -> Self {
        Self { kind: SecretKind::NewPin, subject, remaining: None, length: Some(state.length.clone()) }
    }

    /// From this many tries left on, the person is warned.
    pub const WARN_AT: u32 = 3;

    /// Whether few tries are left.
    #[must_use]
    pub fn is_running_out(&self) -> bool {
        match self.remaining {
            Some(Remaining::Low) => true,
            Some(remaining) => remaining.count().is_some_and(|count| count <= Self::WARN_AT),
            None => false,
        }
    }
}

/// Where secrets come from.
pub trait Secrets: Sync {
    /// Asks for a secret. An implementation asks twice for what [`SecretKind::is_new`].
    ///
    /// # Errors
    /// [`Code::SecretNoTerminal`], [`Code::SecretMissing`], [`Code::SecretMismatch`] or [`Code::UserCancelled`].
    fn ask(&self, request: &SecretRequest<'_>) -> Result<Password, Failure>;

    /// Asks whether the last try before the token locks may be spent.
    ///
    /// # Errors
    /// As [`Secrets::ask`].
    fn may_spend_last_try(&self, token: &str) -> Result<bool, Failure>;

    /// Tells the person that the PIN is typed on the reader's own keys now: no program asks for it.
    fn on_pad(&self, token: &str) {
        let _ = token;
    }

    /// Tells the person that what was typed there has arrived, or will not.
    fn off_pad(&self, token: &str) {
        let _ = token;
    }
}

/// Has the person type on the reader's own keys, told before and after.
pub(crate) fn on_pad<T>(secrets: &dyn Secrets, token: &str, typed: impl FnOnce() -> T) -> T {
    secrets.on_pad(token);
    let done = typed();
    secrets.off_pad(token);
    done
}

/// Asks for a PIN of any kind.
pub(crate) fn pin(secrets: &dyn Secrets, request: &SecretRequest<'_>) -> Result<Pin, Failure> {
    let typed = secrets.ask(request)?;
    Ok(Pin::new(typed.expose_str()).expect("a password is never empty"))
}

/// Makes sure that the last try is spent only by the person's will.
pub(crate) fn guard_last_try(secrets: &dyn Secrets, token: &str, remaining: Remaining) -> Result<(), Failure> {
    if remaining.is_last() && !secrets.may_spend_last_try(token)? {
        return Err(Failure::new(Code::TokenLastTry).with("token", token));
    }
    Ok(())
}

/// A password made by the program, for a new encrypted bid.
///
/// # Errors
/// [`Code::RandomFailed`].
pub fn generated_password() -> Result<Password, Failure> {
    Ok(bid::password::generate()?)
}
