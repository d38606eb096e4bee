//! Keys that are pulled and plugged in again while the program runs.

use std::thread;
use std::time::{Duration, Instant};

use algo::{KeyAlgorithm, SignatureScheme, Sm2Id};
use token::{Capability, KeyUse, Provider, Token, TokenError};

use crate::signatures::digest;
use crate::support::{Key, PIN, container, key, open, pin};

fn sign(token: &mut dyn Token) -> Result<Vec<u8>, TokenError> {
    let containers = token.containers()?;
    let public = containers[0].sign.as_ref().unwrap().public_key.clone();
    token.sign_digest(&key("sm", KeyUse::Sign), &SignatureScheme::Sm2(Sm2Id::DEFAULT), &digest(&public, b"x"))
}

#[test]
fn a_key_pulled_during_a_signature_is_removed_and_works_after_it_is_plugged_in_again() {
    for said in ["pull", "pull-unsaid"] {
        let skf = Key::activated();
        let provider = skf.provider();
        let mut token = open(&provider);
        token.login(&pin(PIN)).unwrap();
        token.generate(&container("sm"), KeyUse::Sign, KeyAlgorithm::Sm2).unwrap();
        sign(&mut *token).unwrap();
        let worker = skf.worker_id();

        skf.quirks(&format!("{said} SKF_ECCSignData"));
        assert!(matches!(sign(&mut *token), Err(TokenError::Removed)), "{said}");
        skf.quirks("");
        assert!(provider.tokens().unwrap().is_empty());
        assert!(matches!(token.pin_state(), Err(TokenError::Removed)));
        assert!(matches!(token.login(&pin(PIN)), Err(TokenError::Removed)), "and not a wrong PIN");

        skf.plug("again");
        assert!(matches!(sign(&mut *token), Err(TokenError::NotLoggedIn)), "a login does not outlive the removal");
        token.login(&pin(PIN)).unwrap();
        sign(&mut *token).unwrap();
        assert_eq!(provider.tokens().unwrap().len(), 1);
        assert_eq!(skf.worker_id(), worker, "the module was not loaded anew");
    }
}

#[test]
fn a_key_that_was_out_between_two_calls_wants_its_pin_again() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    token.generate(&container("sm"), KeyUse::Sign, KeyAlgorithm::Sm2).unwrap();
    let public = token.containers().unwrap()[0].sign.as_ref().unwrap().public_key.clone();
    skf.pull();
    skf.plug("quickly");
    let scheme = SignatureScheme::Sm2(Sm2Id::DEFAULT);
    let signed = token.sign_digest(&key("sm", KeyUse::Sign), &scheme, &digest(&public, b"x"));
    assert!(matches!(signed, Err(TokenError::Removed)), "{signed:?}");
    let signed = token.sign_digest(&key("sm", KeyUse::Sign), &scheme, &digest(&public, b"x"));
    assert!(matches!(signed, Err(TokenError::NotLoggedIn)), "{signed:?}");
    token.login(&pin(PIN)).unwrap();
    sign(&mut *token).unwrap();
}

#[test]
fn another_key_in_the_same_place_is_another_token() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    skf.pull();
    skf.quirks("serial SIM0002");
    skf.plug("another");
    assert!(matches!(token.login(&pin(PIN)), Err(TokenError::Removed)), "the PIN of one key is not tried on another");
    assert_eq!(skf.provider().tokens().unwrap()[0].id, "Bidseal/SIM0002/BIDSEAL");
}

#[test]
fn the_module_tells_when_a_key_comes_or_goes() {
    let skf = Key::activated();
    let provider = skf.provider();
    assert!(open(&provider).info().unwrap().capabilities.has(Capability::Events));
    let told_after = |change: &str| {
        thread::scope(|scope| {
            let _ = std::fs::remove_file(skf.path("waiting"));
            let waiting = scope.spawn(|| provider.wait_for_change(Duration::from_secs(60)).map(|()| Instant::now()));
            programs::service::wait_for("the module is not asked", || skf.path("waiting").exists());
            // The module blocks in one worker; the other goes on answering.
            provider.tokens().unwrap();
            let begun = Instant::now();
            if change == "pull" {
                skf.pull()
            } else {
                skf.plug(change)
            }
            waiting.join().unwrap().unwrap() - begun
        })
    };
    // The best of several: other work runs on this machine.
    let pulled_and_plugged = ["1", "2", "3"].map(|change| told_after("pull").max(told_after(change)));
    assert!(pulled_and_plugged.iter().min() < Some(&Duration::from_secs(1)), "{pulled_and_plugged:?}");
    assert!(provider.wait_for_change(Duration::from_millis(300)).is_err(), "nothing happened");
}

/// Open files, threads and resident KiB of a process.
fn footprint(process: u32) -> (usize, usize, usize) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
    (files, number("Threads:"), number("VmRSS:"))
}

#[test]
fn a_thousand_plug_cycles_leave_files_threads_and_memory_as_after_the_tenth() {
    let skf = Key::activated();
    let provider = skf.provider();
    let mut tenth = None;
    for cycle in 1..=1000 {
        skf.pull();
        assert!(provider.tokens().unwrap().is_empty());
        skf.plug(&cycle.to_string());
        let mut token = open(&provider);
        token.login(&pin(PIN)).unwrap();
        if cycle == 10 {
            tenth = Some(footprint(skf.worker_id()));
        }
    }
    let (files, threads, resident) = tenth.unwrap();
    let after = footprint(skf.worker_id());
    assert_eq!((after.0, after.1), (files, threads));
    assert!(after.2 <= resident + 512, "{} KiB after the tenth, {} after the last", resident, after.2);
}
