//! Modules that hang, die, lie about lengths or are none: a clear error that names the module, and other keys go on.

use std::path::Path;
use std::time::{Duration, Instant};

use algo::{KeyAlgorithm, SignatureScheme, Sm2Id};
use token::{KeyUse, ModuleFailure, Provider, SkfProvider, TokenError};

use crate::signatures::digest;
use crate::support::{Key, PIN, container, failure, key, open, pin, simulator};

/// Long enough for what answers, also on a machine with much else to do.
const DEADLINE: Duration = Duration::from_secs(5);
/// What starting and ending programs may take beside it, there. Whoever waited for the usual deadline would wait longer.
const SLOWEST: Duration = Duration::from_secs(15);

#[test]
fn only_absolute_paths_of_real_modules_are_loaded() {
    let skf = Key::new();
    let tokens = |module: &Path| failure(SkfProvider::new(skf.path("worker"), module).tokens());
    assert_eq!(tokens(Path::new("libskf_simulator.so")), ModuleFailure::NotAbsolute);
    assert_eq!(tokens(&skf.path("none.so")), ModuleFailure::NotFound);
    skf.put("text.so", b"no library");
    assert!(matches!(tokens(&skf.path("text.so")), ModuleFailure::NotAModule { .. }));
    match tokens(Path::new("/usr/lib/softhsm/libsofthsm2.so")) {
        ModuleFailure::NotAModule { detail } => assert!(detail.contains("SKF_EnumDev"), "{detail}"),
        other => panic!("{other:?}"),
    }
}

/// Every call that can hang is answered at its deadline, and the module is named; another key answers meanwhile.
#[test]
fn a_module_that_hangs_is_killed_at_its_deadline_and_delays_no_other_key() {
    let good = Key::activated();
    let good_provider = good.provider();
    for function in ["SKF_EnumDev", "SKF_ConnectDev", "SKF_GetPINInfo", "SKF_VerifyPIN"] {
        let skf = Key::activated();
        let provider = skf.provider().deadline(DEADLINE);
        skf.quirks(&format!("hang {function}"));
        let begun = Instant::now();
        let hung = std::thread::scope(|scope| {
            let hung = scope.spawn(|| {
                let token = provider.tokens()?.pop().ok_or(TokenError::None)?;
                provider.open(&token)?.login(&pin(PIN))
            });
            let mut other = open(&good_provider);
            other.login(&pin(PIN)).unwrap();
            assert!(begun.elapsed() < DEADLINE, "another key waited for {function}");
            hung.join().unwrap()
        });
        assert!(begun.elapsed() < DEADLINE + SLOWEST, "{function}");
        match hung {
            Err(TokenError::ModuleFailed { module, failure: ModuleFailure::Hung { deadline, .. } }) => {
                assert_eq!((module.as_path(), deadline), (simulator().as_path(), DEADLINE), "{function}");
            }
            other => panic!("{function}: {other:?}"),
        }
        skf.quirks("");
        open(&provider).login(&pin(PIN)).unwrap();
    }
}

#[test]
fn a_module_that_dies_is_named_with_its_signal_and_the_next_call_starts_it_anew() {
    for (function, call) in [
        ("SKF_EnumDev", "SKF_EnumDev"),
        ("SKF_OpenApplication", "SKF_GetPINInfo"),
        ("SKF_VerifyPIN", "SKF_VerifyPIN"),
        ("SKF_ExportCertificate", "SKF_EnumContainer"),
        ("SKF_ECCSignData", "SKF_ECCSignData"),
    ] {
        let skf = Key::activated();
        let provider = skf.provider();
        let mut token = open(&provider);
        token.login(&pin(PIN)).unwrap();
        token.generate(&container("sm"), KeyUse::Sign, KeyAlgorithm::Sm2).unwrap();
        let public = token.containers().unwrap()[0].sign.as_ref().unwrap().public_key.clone();
        let everything = |token: &mut dyn token::Token| {
            token.login(&pin(PIN))?;
            token.containers()?;
            let scheme = SignatureScheme::Sm2(Sm2Id::DEFAULT);
            token.sign_digest(&key("sm", KeyUse::Sign), &scheme, &digest(&public, b"x"))
        };
        everything(&mut *token).unwrap();
        skf.quirks(&format!("abort {function}"));
        // What was opened before is asked for anew only after the key was out.
        skf.plug("again");
        match failure(everything(&mut *token)) {
            ModuleFailure::Died { call: named, status } => {
                assert_eq!(named, call);
                assert!(status.contains('6'), "{function}: {status}");
            }
            other => panic!("{function}: {other:?}"),
        }
        skf.quirks("");
        everything(&mut *token).unwrap();
    }
}

#[test]
fn garbage_lengths_are_refused_or_not_needed() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    let public = token.generate(&container("rsa"), KeyUse::Sign, crate::support::RSA).unwrap();
    let scheme = SignatureScheme::RsaPkcs1(algo::Hash::Sha256);
    let sha256 = algo::Hash::Sha256.digest(b"x");
    skf.quirks("garbage-length SKF_RSASignData");
    let said = failure(token.sign_digest(&key("rsa", KeyUse::Sign), &scheme, &sha256)).to_string();
    assert_eq!(said, "SKF_RSASignData returned a length of 4294967295 bytes, more than it was given room for");
    skf.quirks("garbage-length SKF_ExportPublicKey");
    let said = failure(token.containers()).to_string();
    assert!(said.contains("SKF_ExportPublicKey"), "{said}");
    skf.quirks("garbage-length SKF_EnumContainer");
    assert!(token.containers().unwrap().is_empty(), "it wrote no name");
    skf.quirks("garbage-length SKF_EnumDev");
    assert!(skf.provider().tokens().unwrap().is_empty());
    skf.quirks("");
    assert_eq!(token.containers().unwrap()[0].sign.as_ref().unwrap().public_key, public);
    token.sign_digest(&key("rsa", KeyUse::Sign), &scheme, &sha256).unwrap();
}

#[test]
fn a_slow_module_is_waited_for() {
    let skf = Key::activated();
    skf.quirks("slow SKF_VerifyPIN 800\nslow SKF_EnumDev 100");
    open(&skf.provider().deadline(DEADLINE)).login(&pin(PIN)).unwrap();
}
