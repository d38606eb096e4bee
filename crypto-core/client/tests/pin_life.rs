//! What reaches a token of its PIN, seen by a token that writes down every call.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use algo::{Digest, Password, Pin, SignatureScheme};
use client::{
    Answer, Clock, Code, Consent, ConsentRequest, Failure, Home, SecretKind, SecretRequest, Secrets, Session, Silent,
    Source, pins,
};
use time::OffsetDateTime;
use token::{
    Capabilities, Container, KeyId, PinPolicy, PinState, Provider, Remaining, Token, TokenError, TokenInfo, TokenRef,
};

/// The hardware behind all handles of one token.
struct Chip {
    pin: &'static str,
    tries: u32,
    is_default: bool,
    maker: &'static str,
    calls: Vec<String>,
}

#[derive(Clone)]
struct Card(Arc<Mutex<Chip>>);

impl Card {
    fn with(tries: u32, is_default: bool, maker: &'static str) -> Self {
        Self(Arc::new(Mutex::new(Chip { pin: "right-1", tries, is_default, maker, calls: Vec::new() })))
    }

    fn calls(&self) -> Vec<String> {
        self.0.lock().unwrap().calls.clone()
    }

    fn try_pin(&self, call: &str, pin: &Pin) -> Result<(), TokenError> {
        let mut chip = self.0.lock().unwrap();
        chip.calls.push(format!("{call} {}", pin.expose_str()));
        if chip.tries == 0 {
            return Err(TokenError::PinLocked);
        }
        if pin.expose_str() == chip.pin {
            chip.tries = 10;
            return Ok(());
        }
        chip.tries -= 1;
        drop(chip);
        Err(TokenError::PinWrong { state: state(&self.0.lock().unwrap()) })
    }
}

fn state(chip: &Chip) -> PinState {
    PinState::new(Some(chip.is_default), Some(10), Remaining::from_count(chip.tries), 4..=16)
}

impl Provider for Card {
    fn name(&self) -> &'static str {
        "card"
    }

    fn tokens(&self) -> Result<Vec<TokenRef>, TokenError> {
        Ok(vec![TokenRef { provider: "card", id: "1".into(), label: "card".into() }])
    }

    fn open(&self, _: &TokenRef) -> Result<Box<dyn Token>, TokenError> {
        Ok(Box::new(self.clone()))
    }
}

impl Token for Card {
    fn info(&mut self) -> Result<TokenInfo, TokenError> {
        let token = self.tokens()?.remove(0);
        let maker = self.0.lock().unwrap().maker;
        Ok(TokenInfo::new(token, [maker, "model", "1"].map(str::to_owned), Capabilities::default()))
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        Ok(state(&self.0.lock().unwrap()))
    }

    fn pin_policy(&mut self) -> Result<PinPolicy, TokenError> {
        Ok(PinPolicy::length_only(4, 16))
    }

    fn login(&mut self, pin: &Pin) -> Result<(), TokenError> {
        self.try_pin("login", pin)
    }

    fn logout(&mut self) -> Result<(), TokenError> {
        Ok(())
    }

    fn change_pin(&mut self, old: &Pin, _: &Pin) -> Result<(), TokenError> {
        self.try_pin("change", old)
    }

    fn activate(&mut self, initial: &Pin, _: &Pin) -> Result<Option<token::Puk>, TokenError> {
        self.try_pin("activate", initial).map(|()| None)
    }

    fn containers(&mut self) -> Result<Vec<Container>, TokenError> {
        Ok(Vec::new())
    }

    fn sign_digest(&mut self, key: &KeyId, _: &SignatureScheme, _: &Digest) -> Result<Vec<u8>, TokenError> {
        Err(TokenError::KeyNotFound(key.clone()))
    }
}

/// A person who types these secrets in turn, and may agree to spend the last try.
struct Person {
    typed: Mutex<VecDeque<&'static str>>,
    asked: Mutex<Vec<(SecretKind, bool)>>,
    spends_last: bool,
}

impl Person {
    fn typing(typed: &[&'static str], spends_last: bool) -> Self {
        Self { typed: Mutex::new(typed.iter().copied().collect()), asked: Mutex::default(), spends_last }
    }

    fn asked(&self) -> Vec<(SecretKind, bool)> {
        self.asked.lock().unwrap().clone()
    }
}

impl Secrets for Person {
    fn ask(&self, request: &SecretRequest<'_>) -> Result<Password, Failure> {
        self.asked.lock().unwrap().push((request.kind, request.is_running_out()));
        let typed = self.typed.lock().unwrap().pop_front().expect("nothing more is asked for");
        Password::new(typed).map_err(|_| Failure::new(Code::UserCancelled))
    }

    fn may_spend_last_try(&self, _: &str) -> Result<bool, Failure> {
        Ok(self.spends_last)
    }
}

impl Consent for Person {
    fn ask(&self, _: &ConsentRequest) -> Result<Answer, Failure> {
        Ok(Answer::Yes)
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> OffsetDateTime {
        time::macros::datetime!(2026-11-21 12:00 UTC)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

fn run<T>(card: &Card, person: &Person, use_case: impl Fn(&Session<'_>) -> Result<T, Failure>) -> Result<(), Code> {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(folder.path()).unwrap();
    let session = Session {
        home: &home,
        clock: &Noon,
        consent: person,
        secrets: person,
        progress: &Silent,
        providers: vec![Source::new(Box::new(card.clone()), None)],
    };
    use_case(&session).map(|_| ()).map_err(|failure| failure.code())
}

fn verify(session: &Session<'_>) -> Result<(), Failure> {
    pins::verify(session, None).map(|_| ())
}

fn change(session: &Session<'_>) -> Result<(), Failure> {
    pins::change(session, None, None::<&Path>).map(|_| ())
}

fn activate(session: &Session<'_>) -> Result<(), Failure> {
    pins::activate(session, None, None::<&Path>).map(|_| ())
}

type UseCase = fn(&Session<'_>) -> Result<(), Failure>;
const ALL: [(UseCase, bool); 3] = [(verify, false), (change, false), (activate, true)];

#[test]
fn the_last_try_is_spent_only_by_the_persons_will_wherever_a_pin_is_asked() {
    for (use_case, is_default) in ALL {
        let card = Card::with(1, is_default, "maker");
        let refusing = Person::typing(&[], false);
        assert_eq!(run(&card, &refusing, use_case), Err(Code::TokenLastTry));
        assert!(card.calls().is_empty() && refusing.asked().is_empty(), "not even asked for");
        let willing = Person::typing(&["right-1", "New-pin-1"], true);
        assert_eq!(run(&card, &willing, use_case), Ok(()));
        assert_eq!(card.calls().len(), 1);
    }
}

#[test]
fn a_wrong_pin_is_one_try_and_no_pin_is_ever_tried_again_by_itself() {
    for (use_case, is_default) in ALL {
        let card = Card::with(10, is_default, "maker");
        let person = Person::typing(&["wrong-1", "New-pin-1"], false);
        assert_eq!(run(&card, &person, use_case), Err(Code::TokenPinWrong));
        assert_eq!(card.calls().len(), 1, "{:?}", card.calls());
        let again = Person::typing(&["right-1", "New-pin-1"], false);
        assert_eq!(run(&card, &again, use_case), Ok(()));
        assert!(again.asked()[0].0 == SecretKind::Pin, "asked for anew");
        assert_eq!(card.calls().len(), 2);
    }
}

#[test]
fn an_empty_pin_does_not_reach_the_token() {
    for (use_case, is_default) in ALL {
        let card = Card::with(10, is_default, "maker");
        assert_eq!(run(&card, &Person::typing(&["", ""], false), use_case), Err(Code::UserCancelled));
        assert!(card.calls().is_empty());
    }
}

#[test]
fn the_person_is_warned_from_three_tries_on() {
    for tries in 2..=5 {
        let person = Person::typing(&["right-1"], false);
        assert_eq!(run(&Card::with(tries, false, "maker"), &person, verify), Ok(()));
        assert_eq!(person.asked(), [(SecretKind::Pin, tries <= 3)], "{tries} left");
    }
}

#[test]
fn a_new_pin_is_held_against_the_authoritys_rules_before_the_token_is_asked() {
    for (new, fits) in [("new-pin-1", false), ("New-pin-1", true), ("12345678", false)] {
        let card = Card::with(10, false, "NETCA");
        let changed = run(&card, &Person::typing(&["right-1", new], false), change);
        assert_eq!(changed, if fits { Ok(()) } else { Err(Code::TokenPinRule) }, "{new}");
        assert_eq!(card.calls().len(), usize::from(fits), "{new}: no try is spent");
    }
}

#[test]
fn a_locked_or_unactivated_token_is_told_before_the_pin_is_asked_for() {
    let nobody = Person::typing(&[], true);
    for (tries, is_default, code) in [(0, false, Code::TokenPinLocked), (10, true, Code::TokenNotActivated)] {
        let card = Card::with(tries, is_default, "maker");
        assert_eq!(run(&card, &nobody, verify), Err(code));
        assert!(card.calls().is_empty() && nobody.asked().is_empty());
    }
}
