//! PINs: truthful counts, lock, activation, change, unblocking by the administrator's PIN and from afar.

use std::process::Command;

use token::{Capability, PinState, Provider, Remaining, Token, TokenError};

use crate::support::{ADMIN_PIN, FACTORY_PIN, Key, PIN, failure, pin};

fn state_after_wrong(token: &mut dyn Token) -> PinState {
    match token.login(&pin("000000")) {
        Err(TokenError::PinWrong { state }) => state,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_key_tells_its_default_pin_and_is_used_after_activation_only() {
    let key = Key::new();
    let mut token = key.token();
    let capabilities = token.info().unwrap().capabilities;
    assert!(
        [Capability::RetryCountExact, Capability::DefaultPinKnown, Capability::Activate, Capability::DecryptContent]
            .iter()
            .all(|capability| capabilities.has(*capability))
    );
    let state = token.pin_state().unwrap();
    assert_eq!((state.is_default, state.max, state.remaining), (Some(true), Some(10), Remaining::Exact(10)));
    assert!(matches!(token.login(&pin(FACTORY_PIN)), Err(TokenError::NotActivated)));
    assert!(matches!(token.activate(&pin(FACTORY_PIN), &pin("12345")), Err(TokenError::Policy(_))));
    assert!(matches!(token.activate(&pin(FACTORY_PIN), &pin(FACTORY_PIN)), Err(TokenError::Policy(_))));
    match token.activate(&pin("654321"), &pin(PIN)) {
        Err(TokenError::PinWrong { state }) => assert_eq!(state.remaining, Remaining::Exact(9)),
        other => panic!("{:?}", other.err()),
    }
    assert!(token.activate(&pin(FACTORY_PIN), &pin(PIN)).unwrap().is_none());
    assert!(matches!(token.activate(&pin(PIN), &pin(FACTORY_PIN)), Err(TokenError::AlreadyActivated)));
    let state = token.pin_state().unwrap();
    assert_eq!((state.is_default, state.remaining), (Some(false), Remaining::Exact(10)));
    token.login(&pin(PIN)).unwrap();
}

#[test]
fn the_tenth_wrong_pin_locks_with_truthful_counts_at_each_step() {
    let key = Key::activated();
    let mut token = key.token();
    for left in (0..10).rev() {
        assert_eq!(state_after_wrong(&mut *token).remaining, Remaining::from_count(left));
        assert_eq!(token.pin_state().unwrap().remaining, Remaining::from_count(left));
        // Another process sees the same.
        assert_eq!(key.token().pin_state().unwrap().remaining, Remaining::from_count(left));
    }
    assert!(matches!(token.login(&pin(PIN)), Err(TokenError::PinLocked)), "a good PIN after the lock");
    assert!(matches!(token.login(&pin("000000")), Err(TokenError::PinLocked)));
    assert!(matches!(token.change_pin(&pin(PIN), &pin("Other-2026!")), Err(TokenError::PinLocked)));

    match token.unblock(&pin("wrong-admin"), &pin("New-2026!")) {
        Err(TokenError::PukWrong { remaining }) => assert_eq!(remaining, Remaining::Exact(9)),
        other => panic!("{other:?}"),
    }
    assert!(matches!(token.unblock(&pin(ADMIN_PIN), &pin("short")), Err(TokenError::Policy(_))));
    token.unblock(&pin(ADMIN_PIN), &pin("New-2026!")).unwrap();
    assert_eq!(token.pin_state().unwrap().remaining, Remaining::Exact(10));
    assert_eq!(state_after_wrong(&mut *token).remaining, Remaining::Exact(9));
    token.login(&pin("New-2026!")).unwrap();
    assert_eq!(token.pin_state().unwrap().remaining, Remaining::Exact(10), "the right one sets the counter back");
}

#[test]
fn the_administrators_pin_has_a_counter_of_its_own() {
    let key = Key::activated();
    let mut token = key.token();
    for left in (0..10).rev() {
        match token.unblock(&pin("wrong-admin"), &pin("New-2026!")) {
            Err(TokenError::PukWrong { remaining }) => assert_eq!(remaining, Remaining::from_count(left)),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(token.unblock(&pin(ADMIN_PIN), &pin("New-2026!")), Err(TokenError::PukLocked)));
    token.login(&pin(PIN)).unwrap();
}

#[test]
fn the_pin_is_changed_and_the_old_one_is_over() {
    let key = Key::activated();
    let mut token = key.logged_in();
    assert!(matches!(token.change_pin(&pin(PIN), &pin(PIN)), Err(TokenError::Policy(_))));
    match token.change_pin(&pin("000000"), &pin("New-2026!")) {
        Err(TokenError::PinWrong { state }) => assert_eq!(state.remaining, Remaining::Exact(9)),
        other => panic!("{other:?}"),
    }
    token.change_pin(&pin(PIN), &pin("New-2026!")).unwrap();
    assert!(matches!(token.login(&pin(PIN)), Err(TokenError::PinWrong { .. })));
    token.login(&pin("New-2026!")).unwrap();
    assert!(matches!(token.login(&pin("000000")), Err(TokenError::PinWrong { .. })), "a second login checks the PIN");
}

/// The authority's part, by the openssl command: the new PIN encrypted under half of SHA-1 over the administrator's
/// PIN, and a MAC over the challenge.
fn authoritys_answer(key: &Key, challenge: &[u8], new: &str) -> Vec<u8> {
    key.put("admin", ADMIN_PIN.as_bytes());
    key.put("new", new.as_bytes());
    key.put("challenge", challenge);
    let script = "K=$(openssl dgst -sha1 -r admin | cut -c1-32)\n\
                  openssl enc -sm4-ecb -K $K -in new -out cipher\n\
                  openssl enc -sm4-cbc -nopad -K $K -iv 00000000000000000000000000000000 -in challenge | tail -c 16 | head -c 4 > mac\n\
                  cat cipher mac > answer";
    let status = Command::new("sh").args(["-ec", script]).current_dir(key.path("")).status().unwrap();
    assert!(status.success());
    std::fs::read(key.path("answer")).unwrap()
}

#[test]
fn the_authority_unblocks_from_afar_once_for_each_request() {
    let key = Key::activated();
    let mut token = key.token();
    for _ in 0..10 {
        let _ = state_after_wrong(&mut *token);
    }
    let request = token.unblock_request().unwrap();
    assert_eq!((request.challenge.len(), request.new_pin_here), (16, false));
    assert!(request.answer_key.is_empty() && request.escrow.is_empty());
    let answer = authoritys_answer(&key, &request.challenge, "Sent-2026!");

    let other = token.unblock_request().unwrap();
    assert_ne!(other.challenge, request.challenge);
    let late = token.unblock_remotely(&answer, None);
    assert!(matches!(late, Err(TokenError::ResponseWrong { .. })), "it answers an earlier request: {late:?}");
    assert_eq!(token.pin_state().unwrap().remaining, Remaining::Locked);

    let request = token.unblock_request().unwrap();
    let answer = authoritys_answer(&key, &request.challenge, "Sent-2026!");
    let mut altered = answer.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert!(matches!(token.unblock_remotely(&altered, None), Err(TokenError::ResponseWrong { .. })));
    let request = token.unblock_request().unwrap();
    let answer = authoritys_answer(&key, &request.challenge, "Sent-2026!");
    token.unblock_remotely(&answer, None).unwrap();
    token.login(&pin("Sent-2026!")).unwrap();
    assert!(matches!(token.unblock_remotely(&answer, None), Err(TokenError::ResponseWrong { .. })), "used before");
}

#[test]
fn a_fault_of_the_token_is_never_called_a_wrong_pin() {
    let key = Key::activated();
    let mut token = key.token();
    for code in ["0x0A000001", "0x0A000002", "0x0A000007", "0x12345678"] {
        key.quirks(&format!("fail SKF_VerifyPIN {code}"));
        let said = failure(token.login(&pin(PIN))).to_string();
        assert!(said.starts_with("SKF_VerifyPIN returned"), "{said}");
        key.quirks("");
        assert_eq!(token.pin_state().unwrap().remaining, Remaining::Exact(10), "{code}");
    }
    // A key that says "incorrect" after it was pulled.
    key.quirks("fail SKF_VerifyPIN 0x0A000024\nfail SKF_GetDevInfo 0x0A000001");
    assert!(matches!(key.provider().tokens(), Ok(tokens) if tokens.is_empty()));
}
