//! A key that is pulled out while it is used.

use std::process::Command;

use algo::Hash;
use programs::service::wait_for;
use token::{KeyUse, TokenError};

use crate::fixtures::{Fixture, Running, VirtualPiv, key, pin, plug};
use crate::judged;

#[test]
fn a_card_pulled_during_a_signature_is_removed_and_works_again_when_it_is_back() {
    let mut running = Running::start(&VirtualPiv);
    let mut token = running.logged_in();
    let (key, certificate) = key(&mut *token, KeyUse::Sign);
    let scheme = judged::scheme(certificate.public_key().algorithm());
    let digest = Hash::Sha256.digest(b"x");
    token.sign_digest(&key, &scheme, &digest).unwrap();

    // The same worker sees the card go and come: nothing is started anew.
    let reader = running.started.reader.as_mut().unwrap();
    reader.pull();
    let socket = running.started.environment.iter().find(|(name, _)| *name == "PCSCLITE_CSOCK_NAME").unwrap().1.clone();
    // The service needs a moment to see it; OpenSC is stuck when it is asked before.
    wait_for("the service sees an empty reader", || !readers(&socket).contains("Yes"));
    assert!(matches!(token.pin_state(), Err(TokenError::Removed)), "a card that is gone is said to be gone");
    let reader = running.started.reader.as_mut().unwrap();
    plug(reader, &["--pull-on-signature"]);
    wait_for("the card is seen again", || token.pin_state().is_ok());
    let good = pin(VirtualPiv.pins()[0]);
    token.login(&good).unwrap();
    let pulled = token.sign_digest(&key, &scheme, &digest);
    assert!(matches!(pulled, Err(TokenError::Removed)), "{pulled:?}");

    plug(running.started.reader.as_mut().unwrap(), &[]);
    wait_for("the card is seen again", || token.pin_state().is_ok());
    assert!(matches!(token.sign_digest(&key, &scheme, &digest), Err(TokenError::NotLoggedIn)), "a login is gone");
    token.login(&good).unwrap();
    token.sign_digest(&key, &scheme, &digest).unwrap();
}

/// The readers, and whether a card is in them.
fn readers(socket: &str) -> String {
    let mut command = Command::new("opensc-tool");
    programs::done(&programs::call(command.arg("--list-readers").env("PCSCLITE_CSOCK_NAME", socket), ""))
}
