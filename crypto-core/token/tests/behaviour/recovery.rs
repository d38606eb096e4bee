//! Unblocking a soft token by an answer of its certificate authority.

use algo::{Hash, KeyAlgorithm, KeyTransport, PublicKey, Secret, Suite};
use token::{Capability, PinRule, Remaining, TokenError, UnblockRequest};

use crate::support::{GOOD, Home, OTHER, WRONG, copy_folder, pin};

/// What the authority keeps for a token; the envelope around it is the authority's business.
const SHARE: [u8; 32] = [7; 32];
const ESCROW: &[u8] = b"an envelope";

/// Enrols the only token of a home, whose PIN is [`GOOD`].
pub fn enrol(home: &Home) {
    let mut token = home.token();
    token.login(&pin(GOOD)).unwrap();
    token.enrol_recovery(&Secret::copy_of(&SHARE), ESCROW).unwrap();
}

/// The authority's right answer to a fresh request of the only token.
pub fn answered(home: &Home) -> Vec<u8> {
    answer(&home.token().unblock_request().unwrap(), &SHARE)
}

fn answer(request: &UnblockRequest, share: &[u8]) -> Vec<u8> {
    let key = PublicKey::from_spki(&request.answer_key).unwrap();
    let transport = match key.algorithm() {
        KeyAlgorithm::Sm2 => KeyTransport::Sm2,
        _ => KeyTransport::RsaOaep(Hash::Sha256),
    };
    key.wrap(transport, &[&request.challenge, share].concat()).unwrap()
}

fn enrolled(suite: Suite, keyring: bool) -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path(), keyring);
    home.make_activated(suite);
    enrol(&home);
    (folder, home)
}

fn locked(suite: Suite, keyring: bool) -> (tempfile::TempDir, Home) {
    let (folder, home) = enrolled(suite, keyring);
    let mut token = home.token();
    for _ in 0..10 {
        assert!(token.login(&pin(WRONG)).is_err());
    }
    assert_eq!(token.pin_state().unwrap().remaining, Remaining::Locked);
    (folder, home)
}

#[test]
fn the_authoritys_answer_opens_a_locked_token_once() {
    for (suite, keyring) in [(Suite::Sm, true), (Suite::P256, false)] {
        let (_folder, home) = locked(suite, keyring);
        let mut token = home.token();
        let request = token.unblock_request().unwrap();
        assert_eq!((request.escrow.as_slice(), request.new_pin_here), (ESCROW, true));
        let response = answer(&request, &SHARE);
        token.unblock_remotely(&response, Some(&pin(OTHER))).unwrap();
        assert_eq!(token.pin_state().unwrap().remaining, Remaining::Exact(10));
        token.login(&pin(OTHER)).unwrap();
        let replayed = token.unblock_remotely(&response, Some(&pin(GOOD)));
        assert!(matches!(replayed, Err(TokenError::NoRequestPending)), "{replayed:?}");
        token.unblock_request().unwrap();
        let replayed = token.unblock_remotely(&response, Some(&pin(GOOD)));
        assert!(
            matches!(replayed, Err(TokenError::ResponseWrong { .. })),
            "an answer to an earlier request: {replayed:?}"
        );
        token.login(&pin(OTHER)).unwrap();
    }
}

#[test]
fn wrong_answers_are_counted_and_end_the_request() {
    let (_folder, home) = enrolled(Suite::Sm, false);
    let mut token = home.token();
    let request = token.unblock_request().unwrap();
    let right = answer(&request, &SHARE);
    let weak = token.unblock_remotely(&right, Some(&pin("short1")));
    assert!(matches!(weak, Err(TokenError::Policy(PinRule::TooShort { min: 8 }))), "no answer is spent: {weak:?}");
    let bad = [answer(&request, &[8; 32]), answer(&request, &[]), vec![], vec![0; 300]];
    for (left, bad) in [4, 3, 2, 1].into_iter().zip(&bad) {
        match token.unblock_remotely(bad, Some(&pin(OTHER))) {
            Err(TokenError::ResponseWrong { remaining }) => assert_eq!(remaining.count(), Some(left)),
            other => panic!("{other:?}"),
        }
    }
    let last = token.unblock_remotely(&answer(&request, &[9; 32]), Some(&pin(OTHER)));
    assert!(matches!(last, Err(TokenError::ResponseWrong { remaining: Remaining::Locked })), "{last:?}");
    let late = token.unblock_remotely(&right, Some(&pin(OTHER)));
    assert!(matches!(late, Err(TokenError::NoRequestPending)), "the right answer comes too late: {late:?}");
    token.unblock_remotely(&answered(&home), Some(&pin(OTHER))).unwrap();
}

#[test]
fn an_answer_opens_no_other_token_and_no_token_that_was_not_enrolled() {
    let (_folder, home) = enrolled(Suite::Sm, false);
    let response = answered(&home);
    let (_other_folder, other) = enrolled(Suite::Sm, false);
    other.token().unblock_request().unwrap();
    let refused = other.token().unblock_remotely(&response, Some(&pin(OTHER)));
    assert!(matches!(refused, Err(TokenError::ResponseWrong { .. })), "{refused:?}");
    let folder = tempfile::tempdir().unwrap();
    let plain = Home::new(folder.path(), false);
    plain.make_activated(Suite::Sm);
    let refused = plain.token().unblock_request();
    assert!(matches!(refused, Err(TokenError::NotSupported(Capability::RemoteUnblock))), "{refused:?}");
    let told = |home: &Home| home.token().info().unwrap().capabilities.has(Capability::RemoteUnblock);
    assert!(told(&home) && !told(&plain));
}

#[test]
fn the_files_alone_are_not_enough_and_a_stranger_cannot_enrol() {
    let (_folder, home) = enrolled(Suite::Sm, false);
    let stolen = tempfile::tempdir().unwrap();
    copy_folder(&home.path, stolen.path());
    let thief = Home::new(stolen.path(), false);
    let own = answer(&thief.token().unblock_request().unwrap(), &[0; 32]);
    assert!(thief.token().unblock_remotely(&own, Some(&pin(OTHER))).is_err(), "the authority's share is missing");
    let enrolled = thief.token().enrol_recovery(&Secret::copy_of(&[1; 32]), b"");
    assert!(matches!(enrolled, Err(TokenError::NotLoggedIn)), "{enrolled:?}");
}
