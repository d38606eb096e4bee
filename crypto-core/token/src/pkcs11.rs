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

use token_worker::{Reply, Request, SlotToken, TokenFacts};

pub(crate) use self::mechanism::digest_info;
use self::token::Pkcs11Token;
use crate::provider::tell_apart;
use crate::worker::{self, Interface, Worker};
use crate::{Initialisation, Provider, Remaining, Sm2Dialect, Token, TokenError, TokenRef};

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

    fn slots(&self, request: &Request) -> Result<Vec<SlotToken>, TokenError> {
        let mut worker = worker::lock(&self.worker);
        match worker.call(request, &[])? {
            Reply::Slots(slots) => Ok(slots),
            _ => Err(worker.nonsense(request)),
        }
    }

    /// Where a token is that was seen before.
    fn in_use(&self, token: &TokenRef) -> Result<(SlotToken, TokenRef), TokenError> {
        let slots = self.slots(&Request::Slots)?;
        let references = references(&slots);
        let found = slots.into_iter().zip(references).find(|(_, one)| one.id == token.id);
        found.filter(|_| token.provider == Self::NAME).ok_or(TokenError::None)
    }
}

impl Provider for Pkcs11Provider {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn tokens(&self) -> Result<Vec<TokenRef>, TokenError> {
        Ok(references(&self.slots(&Request::Slots)?))
    }

    fn blank(&self) -> Result<Vec<TokenRef>, TokenError> {
        Ok(self.slots(&Request::Blank)?.iter().map(|slot| blank_reference(&slot.token)).collect())
    }

    fn initialise(&self, key: &TokenRef, order: &Initialisation<'_>) -> Result<TokenRef, TokenError> {
        let label = order.valid_label()?.to_owned();
        let known = self.tokens()?;
        let blank = self.slots(&Request::Blank)?.into_iter().find(|slot| blank_reference(&slot.token) == *key);
        let (slot, was_blank) = match blank {
            Some(blank) => (blank.slot, true),
            None => (self.in_use(key)?.0.slot, false),
        };
        let request = Request::Initialise { slot, label };
        let answer = worker::lock(&self.worker).call(&request, &[order.administrator.expose(), order.pin.expose()]);
        match answer.map_err(|error| of_administrator(error, was_blank))? {
            Reply::Done => {
                let now = self.tokens()?;
                // A module may give it another serial number; where it does not, the label alone may have changed.
                let new =
                    now.iter().find(|token| !known.contains(token)).or_else(|| now.iter().find(|one| one.id == key.id));
                new.cloned().ok_or(TokenError::None)
            }
            _ => Err(worker::lock(&self.worker).nonsense(&request)),
        }
    }

    fn open(&self, token: &TokenRef) -> Result<Box<dyn Token>, TokenError> {
        let (slot, reference) = self.in_use(token)?;
        Ok(Box::new(Pkcs11Token::new(Arc::clone(&self.worker), &slot, reference, self.sm2.clone())))
    }
}

/// A blank key has no label yet: it is called by its model.
fn blank_reference(facts: &TokenFacts) -> TokenRef {
    let TokenRef { provider, id, label } = reference(facts);
    TokenRef { provider, label: if label.is_empty() { facts.model.clone() } else { label }, id }
}

/// The only PIN that is compared while a key in use is initialised is the administrator's.
fn of_administrator(error: TokenError, was_blank: bool) -> TokenError {
    match error {
        TokenError::PinWrong { .. } if !was_blank => TokenError::PukWrong { remaining: Remaining::Unknown },
        TokenError::PinLocked if !was_blank => TokenError::PukLocked,
        other => other,
    }
}

/// The tokens of these slots. A card with several PINs is several tokens with one serial number: their labels tell them apart,
/// and where these are the same too, their slots.
fn references(slots: &[SlotToken]) -> Vec<TokenRef> {
    let mut references: Vec<_> = slots.iter().map(|slot| reference(&slot.token)).collect();
    tell_apart(&mut references, |at| slots[at].token.label.clone());
    tell_apart(&mut references, |at| slots[at].slot.to_string());
    references
}

/// Slot numbers change when a token is plugged in again: it is known by manufacturer, model and serial number.
fn reference(facts: &TokenFacts) -> TokenRef {
    let TokenFacts { label, manufacturer, model, serial, .. } = facts;
    TokenRef { provider: Pkcs11Provider::NAME, id: format!("{manufacturer}/{model}/{serial}"), label: label.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(slot: u64, label: &str, serial: &str) -> SlotToken {
        let token = TokenFacts {
            label: label.to_owned(),
            manufacturer: "Maker".to_owned(),
            model: "Card".to_owned(),
            serial: serial.to_owned(),
            user_pin_initialized: true,
            user_pin_count_low: false,
            user_pin_final_try: false,
            user_pin_locked: false,
            user_pin_to_be_changed: false,
            so_pin_locked: false,
            protected_authentication_path: false,
            write_protected: false,
            min_pin_len: 4,
            max_pin_len: 8,
            can_generate: true,
            can_derive: false,
            can_decrypt: true,
            vendor_mechanisms: Vec::new(),
        };
        SlotToken { slot, token }
    }

    #[test]
    fn a_card_with_two_pins_is_two_tokens_that_are_told_apart() {
        let slots =
            [slot(0, "PIN", "1"), slot(1, "PIN (sig)", "1"), slot(2, "PIN", "2"), slot(3, "a", ""), slot(4, "a", "")];
        let ids: Vec<_> = references(&slots).into_iter().map(|one| one.id).collect();
        let expected =
            ["Maker/Card/1/PIN", "Maker/Card/1/PIN (sig)", "Maker/Card/2", "Maker/Card//a/3", "Maker/Card//a/4"];
        assert_eq!(ids, expected);
    }
}
