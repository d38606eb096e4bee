//! The life of a PIN.

use token::{KeyUse, Remaining, Token, TokenError};

use crate::expected;
use crate::fixtures::{Fixture, Running, key, pin};

/// Each wrong PIN is told as the table says; after a lock the right one is refused as locked, and the proof gives a new
/// PIN and all tries.
pub(crate) fn count_and_lock(fixture: &dyn Fixture) {
    let running = Running::start(fixture);
    let expected = expected::of(fixture.name());
    let [good, new, wrong] = fixture.pins();
    let mut token = running.token();
    for (index, told) in expected.told.iter().enumerate() {
        // Every second try in a process of its own: the count is the token's, not ours.
        if index % 2 == 0 {
            token = running.token();
        }
        let said = match token.login(&pin(wrong)) {
            Err(TokenError::PinWrong { state }) => expected::told(&state),
            Err(TokenError::PinLocked) => "locked".to_owned(),
            other => panic!("wrong PIN {}: {other:?}", index + 1),
        };
        assert_eq!(said, *told, "wrong PIN {}", index + 1);
        assert_eq!(expected::told(&token.pin_state().unwrap()), *told, "the state after wrong PIN {}", index + 1);
    }
    if expected.locks {
        for mut token in [token, running.token()] {
            let late = token.login(&pin(good));
            assert!(matches!(late, Err(TokenError::PinLocked)), "the right PIN comes too late: {late:?}");
        }
        let mut token = running.token();
        assert!(matches!(
            token.unblock(&pin("00000000"), &pin(new)),
            Err(TokenError::PukWrong { .. } | TokenError::PukMistyped(_))
        ));
        token.unblock(&pin(&running.started.proof), &pin(new)).unwrap();
        assert_ne!(token.pin_state().unwrap().remaining, Remaining::Locked, "at once, in this process too");
        assert!(matches!(running.token().login(&pin(good)), Err(TokenError::PinWrong { .. })), "the old PIN is gone");
        works(&mut *running.token(), new);
    } else {
        works(&mut *token, good);
    }
    let mut token = running.token();
    let again = match token.login(&pin(wrong)) {
        Err(TokenError::PinWrong { state }) => expected::told(&state),
        other => panic!("{other:?}"),
    };
    assert_eq!(again, expected.told[0], "a right PIN gives all tries back");
}

/// The old PIN is gone and the new one opens the keys; a wrong old one is a try.
pub(crate) fn change(fixture: &dyn Fixture) {
    let running = Running::start(fixture);
    let [good, new, wrong] = fixture.pins();
    let mut token = running.token();
    assert!(matches!(token.change_pin(&pin(wrong), &pin(new)), Err(TokenError::PinWrong { .. })));
    assert!(matches!(token.change_pin(&pin(good), &pin("1")), Err(TokenError::Policy(_))), "too short");
    token.change_pin(&pin(good), &pin(new)).unwrap();
    assert!(matches!(running.token().login(&pin(good)), Err(TokenError::PinWrong { .. })));
    works(&mut *running.token(), new);
}

fn works(token: &mut dyn Token, pin_text: &str) {
    token.login(&pin(pin_text)).unwrap();
    let (key, certificate) = key(token, KeyUse::Sign);
    let scheme = crate::judged::scheme(certificate.public_key().algorithm());
    let digest = certificate.public_key().to_sign(&scheme, b"x").unwrap();
    token.sign_digest(&key, &scheme, &digest).unwrap();
}
