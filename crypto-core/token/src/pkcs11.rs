//! Tokens behind a PKCS#11 module (OASIS PKCS#11 2.40 and 3), through a worker process.
//!
//! The module is loaded by `bidseal-token-worker` and never by this program: vendor modules keep global state, hang and
//! crash. A call that takes too long or kills the worker is [`TokenError::ModuleFailed`]; the next call starts a new
//! worker, and logins are gone as if the token had been pulled.
//!
//! SM2 has no standard mechanism in PKCS#11: a module that speaks a known dialect is asked in it ([`Sm2Dialect`]), every
//! other one is not asked at all.

mod mechanism;
mod objects;
mod token;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use algo::Pin;
use token_worker::{Reply, Request, SlotToken, TokenFacts};

pub(crate) use self::mechanism::digest_info;
use self::token::Pkcs11Token;
use crate::worker::{self, Interface, Worker};
use crate::{Provider, Sm2Dialect, Token, TokenError, TokenRef};

/// The tokens of one PKCS#11 module.
pub struct Pkcs11Provider {
    worker: Arc<Mutex<Worker>>,
    sm2: Option<Arc<Sm2Dialect>>,
}

impl Pkcs11Provider {
    /// [`Provider::name`] of PKCS#11 tokens.
    pub const NAME: &'static str = "pkcs11";

    /// The module at the absolute path `module`, hosted by the program at `worker`. Nothing is started yet.
    #[must_use]
    pub fn new(worker: impl Into<PathBuf>, module: impl Into<PathBuf>) -> Self {
        let worker = Worker::new(worker.into(), module.into(), Interface::Pkcs11);
        Self { worker: Arc::new(Mutex::new(worker)), sm2: None }
    }

    /// How the module speaks SM2, as the table knows it.
    #[must_use]
    pub fn sm2(self, dialect: Option<&Sm2Dialect>) -> Self {
        Self { sm2: dialect.cloned().map(Arc::new), ..self }
    }

    /// Waits this long for every answer but that of a key generation, in place of 30 s.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        worker::lock(&self.worker).set_deadline(deadline);
        self
    }

    /// Gives the first token here that is blank a label, the administrator's PIN and the person's.
    ///
    /// # Errors
    /// [`TokenError::LabelInvalid`] for more than 32 bytes of UTF-8 (PKCS#11 §3.2), [`TokenError::None`] when no blank
    /// token is here, [`TokenError::Policy`] for a PIN that the token refuses.
    pub fn initialise(&self, label: &str, so_pin: &Pin, pin: &Pin) -> Result<TokenRef, TokenError> {
        if label.trim().is_empty() || label.len() > 32 || label.chars().any(char::is_control) {
            return Err(TokenError::LabelInvalid(label.to_owned()));
        }
        let known: Vec<TokenRef> = self.tokens()?;
        let slot = self.slots(&Request::Blank)?.first().ok_or(TokenError::None)?.slot;
        let request = Request::Initialise { slot, label: label.to_owned() };
        let answer = worker::lock(&self.worker).call(&request, &[so_pin.expose(), pin.expose()])?;
        match answer {
            Reply::Done => self.tokens()?.into_iter().find(|token| !known.contains(token)).ok_or(TokenError::None),
            _ => Err(worker::lock(&self.worker).nonsense(&request)),
        }
    }

    fn slots(&self, request: &Request) -> Result<Vec<SlotToken>, TokenError> {
        let mut worker = worker::lock(&self.worker);
        match worker.call(request, &[])? {
            Reply::Slots(slots) => Ok(slots),
            _ => Err(worker.nonsense(request)),
        }
    }
}

impl Provider for Pkcs11Provider {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn tokens(&self) -> Result<Vec<TokenRef>, TokenError> {
        Ok(self.slots(&Request::Slots)?.iter().map(|slot| reference(&slot.token)).collect())
    }

    fn open(&self, token: &TokenRef) -> Result<Box<dyn Token>, TokenError> {
        let slots = self.slots(&Request::Slots)?;
        let slot = slots.iter().find(|slot| reference(&slot.token).id == token.id && token.provider == Self::NAME);
        let slot = slot.ok_or(TokenError::None)?;
        Ok(Box::new(Pkcs11Token::new(Arc::clone(&self.worker), slot.slot, reference(&slot.token), self.sm2.clone())))
    }
}

/// Slot numbers change when a token is plugged in again: it is known by manufacturer, model and serial number.
fn reference(facts: &TokenFacts) -> TokenRef {
    let TokenFacts { label, manufacturer, model, serial, .. } = facts;
    TokenRef { provider: Pkcs11Provider::NAME, id: format!("{manufacturer}/{model}/{serial}"), label: label.clone() }
}
