//! Several processes at one key.

use std::thread;

use algo::{KeyAlgorithm, SignatureScheme, Sm2Id};
use token::KeyUse;

use crate::signatures::{digest, rustcrypto_verifies};
use crate::support::{Key, container, key};

#[test]
fn four_processes_make_fifty_signatures_each_at_once() {
    let skf = Key::activated();
    let public = skf.logged_in().generate(&container("sm"), KeyUse::Sign, KeyAlgorithm::Sm2).unwrap();
    let scheme = SignatureScheme::Sm2(Sm2Id::DEFAULT);
    thread::scope(|scope| {
        for process in 0..4 {
            let (skf, public, scheme) = (&skf, &public, &scheme);
            // Each has a worker of its own, and so a login and a copy of the module of its own.
            scope.spawn(move || {
                let mut token = skf.logged_in();
                for round in 0..50 {
                    let e = digest(public, format!("{process}/{round}").as_bytes());
                    let signature = token.sign_digest(&key("sm", KeyUse::Sign), scheme, &e).unwrap();
                    assert!(rustcrypto_verifies(public, &e, &signature), "{process}/{round}");
                }
            });
        }
    });
}
