//! PIN, PUK and counters of a soft token within one process.

use crate::support::{FACTORY, GOOD, Home, OTHER, WRONG, pin};
use algo::Suite;
use token::{ContainerId, KeyUse, PinRule, Remaining, TokenError, TokenWarning};

fn home(keyring: bool) -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path(), keyring);
    (folder, home)
}

fn left(home: &Home) -> Remaining {
    home.token().pin_state().unwrap().remaining
}

/// Wrong PINs until `tries` are left.
fn spend_down_to(home: &Home, tries: u32) {
    let mut token = home.token();
    while token.pin_state().unwrap().remaining.count().unwrap() > tries {
        assert!(token.login(&pin(WRONG)).is_err());
    }
}

#[test]
fn a_new_token_does_nothing_before_its_factory_pin_is_changed() {
    let (_folder, home) = home(false);
    home.provider().init("测试 1", Suite::Sm).unwrap();
    let mut token = home.token();
    let state = token.pin_state().unwrap();
    assert_eq!(state.is_default, Some(true));
    assert_eq!((state.max, state.remaining), (Some(10), Remaining::Exact(10)));

    assert!(matches!(token.login(&pin(FACTORY)), Err(TokenError::NotActivated)));
    let generated = token.generate(&ContainerId::random().unwrap(), KeyUse::Sign, Suite::Sm.key_algorithm());
    assert!(matches!(generated, Err(TokenError::NotLoggedIn)));
    assert!(matches!(token.change_pin(&pin(FACTORY), &pin(GOOD)), Err(TokenError::NotActivated)));
    assert_eq!(left(&home), Remaining::Exact(10), "none of this is a try");
}

#[test]
fn activation_checks_policy_and_factory_pin_and_happens_once() {
    let (_folder, home) = home(false);
    home.provider().init("测试", Suite::P256).unwrap();
    let mut token = home.token();
    let cases = [
        ("123456", PinRule::FactoryPin),
        ("abc1234", PinRule::TooShort { min: 8 }),
        ("12345678", PinRule::NoLetter),
        ("abcdefgh", PinRule::NoDigit),
        ("abcdefg\t1", PinRule::ControlCharacter),
        ("a1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", PinRule::TooLong { max: 32 }),
    ];
    for (new, rule) in cases {
        match token.activate(&pin(FACTORY), &pin(new)) {
            Err(TokenError::Policy(found)) => assert_eq!(found, rule, "{new:?}"),
            other => panic!("{new:?}: {:?}", other.map(|_| "activated")),
        }
    }
    assert_eq!(left(&home), Remaining::Exact(10), "a refused new PIN is no try");

    match token.activate(&pin(WRONG), &pin(GOOD)) {
        Err(TokenError::PinWrong { state }) => assert_eq!(state.remaining, Remaining::Exact(9)),
        other => panic!("{:?}", other.map(|_| "activated")),
    }
    assert!(token.activate(&pin(FACTORY), &pin(GOOD)).unwrap().is_some());
    let state = token.pin_state().unwrap();
    assert_eq!((state.is_default, state.remaining), (Some(false), Remaining::Exact(10)));
    assert!(matches!(token.activate(&pin(FACTORY), &pin(OTHER)), Err(TokenError::AlreadyActivated)));
    assert!(matches!(token.login(&pin(FACTORY)), Err(TokenError::PinWrong { .. })));
    token.login(&pin(GOOD)).unwrap();
}

#[test]
fn ten_wrong_pins_lock_and_the_puk_unlocks() {
    let (_folder, home) = home(false);
    let puk = home.make_activated(Suite::Rsa);
    let mut token = home.token();
    for expected in (1..=9).rev() {
        match token.login(&pin(WRONG)) {
            Err(TokenError::PinWrong { state }) => assert_eq!(state.remaining, Remaining::Exact(expected)),
            other => panic!("{other:?}"),
        }
    }
    match token.login(&pin(WRONG)) {
        Err(TokenError::PinWrong { state }) => assert_eq!(state.remaining, Remaining::Locked),
        other => panic!("{other:?}"),
    }
    assert!(matches!(token.login(&pin(GOOD)), Err(TokenError::PinLocked)), "the right PIN comes too late");
    assert!(matches!(token.change_pin(&pin(GOOD), &pin(OTHER)), Err(TokenError::PinLocked)));

    token.unblock(&puk, &pin(OTHER)).unwrap();
    assert_eq!(left(&home), Remaining::Exact(10));
    assert!(matches!(token.login(&pin(GOOD)), Err(TokenError::PinWrong { .. })), "the old PIN is gone");
    token.login(&pin(OTHER)).unwrap();
}

#[test]
fn a_right_pin_restores_all_tries() {
    let (_folder, home) = home(true);
    home.make_activated(Suite::Sm);
    spend_down_to(&home, 8);
    home.token().login(&pin(GOOD)).unwrap();
    assert_eq!(left(&home), Remaining::Exact(10));
}

#[test]
fn a_changed_pin_is_the_only_one() {
    for keyring in [false, true] {
        let (_folder, home) = home(keyring);
        home.make_activated(Suite::Sm);
        let mut token = home.token();
        assert!(matches!(token.change_pin(&pin(GOOD), &pin(GOOD)), Err(TokenError::Policy(PinRule::SameAsOld))));
        token.change_pin(&pin(GOOD), &pin(OTHER)).unwrap();
        assert!(matches!(token.login(&pin(GOOD)), Err(TokenError::PinWrong { .. })));
        token.login(&pin(OTHER)).unwrap();
        assert_eq!(home.keyring().entries().len(), usize::from(keyring), "no old half is left");
    }
}

#[test]
fn a_mistyped_puk_costs_nothing_and_ten_wrong_ones_end_it() {
    let (_folder, home) = home(false);
    let puk = home.make_activated(Suite::Sm);
    let mut token = home.token();
    let typed = |from: &str, to: &str| pin(&puk.expose_str().replacen(from, to, 1));
    let first = &puk.expose_str()[..1];
    let mistyped = typed(first, if first == "2" { "3" } else { "2" });
    // One mistake in 32 gives a check symbol that fits by chance; then it is a wrong PUK.
    match token.unblock(&mistyped, &pin(OTHER)) {
        Err(TokenError::PukMistyped(_) | TokenError::PukWrong { .. }) => {}
        other => panic!("{other:?}"),
    }
    assert!(matches!(token.unblock(&pin("short"), &pin(OTHER)), Err(TokenError::PukMistyped(_))));
    assert!(matches!(token.unblock(&puk, &pin("short")), Err(TokenError::Policy(_))), "policy first");

    // Lower case, spaces for hyphens, O for 0, I for 1: as people type.
    let sloppy = puk.expose_str().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "i");
    token.unblock(&pin(&sloppy), &pin(OTHER)).unwrap();

    let foreign = token::Puk::random().unwrap().printable();
    for expected in (0..=9).rev() {
        match token.unblock(&foreign, &pin(GOOD)) {
            Err(TokenError::PukWrong { remaining }) => assert_eq!(remaining, Remaining::from_count(expected)),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(token.unblock(&puk, &pin(GOOD)), Err(TokenError::PukLocked)));
    token.login(&pin(OTHER)).unwrap();
}

#[test]
fn the_tenth_wrong_pin_deletes_the_keyrings_half_and_the_puk_restores_one() {
    let (_folder, home) = home(true);
    let puk = home.make_activated(Suite::Sm);
    assert!(home.token().info().unwrap().warnings.is_empty());
    assert_eq!(home.keyring().entries().len(), 1);
    spend_down_to(&home, 0);
    assert_eq!(home.keyring().entries().len(), 0);
    home.token().unblock(&puk, &pin(OTHER)).unwrap();
    assert_eq!(home.keyring().entries().len(), 1);
    home.token().login(&pin(OTHER)).unwrap();
}

#[test]
fn with_a_keyring_an_old_copy_of_the_files_gives_no_tries() {
    let (folder, home) = home(true);
    home.make_activated(Suite::Sm);
    let copy = folder.path().join("copy");
    crate::support::copy_folder(&home.token_folder(), &copy);
    spend_down_to(&home, 7);
    crate::support::copy_folder(&copy, &home.token_folder());
    assert_eq!(left(&home), Remaining::Exact(7));
    spend_down_to(&home, 0);
    crate::support::copy_folder(&copy, &home.token_folder());
    assert_eq!(left(&home), Remaining::Locked);
    assert!(matches!(home.token().login(&pin(GOOD)), Err(TokenError::HalfMissing)));
}

#[test]
fn without_a_keyring_an_old_copy_gives_tries_and_the_token_says_so() {
    let (folder, home) = home(false);
    home.make_activated(Suite::Sm);
    let copy = folder.path().join("copy");
    crate::support::copy_folder(&home.token_folder(), &copy);
    spend_down_to(&home, 8);
    crate::support::copy_folder(&copy, &home.token_folder());
    assert_eq!(left(&home), Remaining::Exact(10));
    let warnings = home.token().info().unwrap().warnings;
    assert_eq!(warnings, [TokenWarning::CopyCanBeGuessed, TokenWarning::CopyRestoresCounter]);
}

#[test]
fn a_token_copied_to_another_computer_opens_by_its_puk_only() {
    let (_first, home) = home(true);
    let puk = home.make_activated(Suite::Sm);
    for keyring in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        crate::support::copy_folder(&home.path.join("tokens"), &folder.path().join("tokens"));
        let elsewhere = Home::new(folder.path(), keyring);
        match elsewhere.token().login(&pin(GOOD)) {
            Err(TokenError::HalfMissing) if keyring => {}
            Err(TokenError::Keyring { .. }) if !keyring => {}
            other => panic!("{other:?}"),
        }
        elsewhere.token().unblock(&puk, &pin(OTHER)).unwrap();
        elsewhere.token().login(&pin(OTHER)).unwrap();
        assert_eq!(elsewhere.token().info().unwrap().warnings.is_empty(), keyring);
    }
}

#[test]
fn a_silent_keyring_costs_no_try_and_weakens_nothing() {
    let (_folder, home) = home(true);
    home.make_activated(Suite::Sm);
    home.keyring().set_silent(true);
    let mut token = home.token();
    for _ in 0..12 {
        assert!(matches!(token.login(&pin(GOOD)), Err(TokenError::Keyring { .. })));
        assert!(matches!(token.change_pin(&pin(GOOD), &pin(OTHER)), Err(TokenError::Keyring { .. })));
    }
    home.keyring().set_silent(false);
    assert_eq!(left(&home), Remaining::Exact(10));
    token.login(&pin(GOOD)).unwrap();
}

#[test]
fn a_keyring_that_appears_later_is_taken_at_the_next_change_of_pin() {
    let (folder, plain) = home(false);
    plain.make_activated(Suite::Sm);
    let home = Home::new(folder.path(), true);
    home.token().login(&pin(GOOD)).unwrap();
    assert!(!home.token().info().unwrap().warnings.is_empty());
    home.token().change_pin(&pin(GOOD), &pin(OTHER)).unwrap();
    assert!(home.token().info().unwrap().warnings.is_empty());
    home.token().login(&pin(OTHER)).unwrap();
}
