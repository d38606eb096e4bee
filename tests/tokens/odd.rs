//! Modules that misbehave, and tokens and readers that are odd: SoftHSM2 with one thing changed.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use token::{Capability, KeyUse, ModuleFailure, Pkcs11Provider, Provider, Token, TokenError};

use crate::fixtures::{Fixture, Running, SoftHsm, key, open, pin};
use crate::judged;

/// Long enough for what answers, also on a machine with much else to do.
const DEADLINE: Duration = Duration::from_secs(4);
/// What starting and ending programs may take beside it, there. Whoever waited for the usual deadline would wait longer.
const SLOWEST: Duration = Duration::from_secs(15);

/// The module under the name that chooses its oddity.
fn odd(running: &Running<'_>, name: &str) -> Pkcs11Provider {
    let module: PathBuf = running.folder().join(format!("{name}.so"));
    std::fs::copy(programs::fixture("libodd_pkcs11.so"), &module).unwrap();
    Pkcs11Provider::new(running.folder().join("worker"), module).deadline(DEADLINE)
}

/// Everything from the list of tokens to a signature.
fn signs(provider: &dyn Provider) -> Result<Vec<u8>, TokenError> {
    let tokens = provider.tokens()?;
    let mut token: Box<dyn Token> = provider.open(tokens.first().ok_or(TokenError::None)?)?;
    token.login(&pin(SoftHsm.pins()[0]))?;
    let (key, certificate) = key(&mut *token, KeyUse::Sign);
    let scheme = judged::scheme(certificate.public_key().algorithm());
    let digest = certificate.public_key().to_sign(&scheme, b"x").unwrap();
    token.sign_digest(&key, &scheme, &digest)
}

#[test]
fn a_module_that_misbehaves_is_named_in_time_and_other_keys_work() {
    let running = Running::start(&SoftHsm);
    let good = SoftHsm.provider(running.folder());
    let hung = |call| ModuleFailure::Hung { call, deadline: DEADLINE };
    for (name, wanted) in [
        ("hang-C_Initialize", Some(hung("C_Initialize"))),
        ("hang-C_GetTokenInfo", Some(hung("C_GetSlotList"))),
        ("hang-C_Login", Some(hung("C_Login"))),
        ("hang-C_Sign", Some(hung("C_Sign"))),
        ("fork-C_Sign", Some(hung("C_Sign"))),
        ("lie-C_Sign", Some(ModuleFailure::Nonsense { call: "C_Sign" })),
        ("abort-C_Initialize", None),
        ("abort-C_Login", None),
        ("abort-C_Sign", None),
        ("crash-C_Sign", None),
        ("exit-C_Sign", None),
        ("unload-C_Sign", None),
        ("garbage-C_GetSlotList", None),
    ] {
        let begun = Instant::now();
        let Err(TokenError::ModuleFailed { module, failure }) = signs(&odd(&running, name)) else {
            panic!("{name}: it worked, or another failure");
        };
        assert!(begun.elapsed() < DEADLINE + SLOWEST, "{name}: {:?}", begun.elapsed());
        assert!(module.ends_with(format!("{name}.so")), "the module is named: {module:?}");
        match wanted {
            Some(wanted) => assert_eq!(failure, wanted, "{name}"),
            None => assert!(matches!(failure, ModuleFailure::Died { .. }), "{name}: {failure}"),
        }
        signs(&*good).unwrap();
    }
}

#[test]
fn a_module_that_fails_lies_about_lengths_or_is_slow_is_told_apart() {
    let running = Running::start(&SoftHsm);
    for (name, code) in [("fail-C_Sign", "FunctionFailed"), ("garbage-C_Sign", "18446744073709551615 bytes")] {
        match signs(&odd(&running, name)) {
            Err(TokenError::ModuleFailed { failure: ModuleFailure::Call { function, code: said }, .. }) => {
                assert_eq!((function.as_str(), said.as_str()), ("C_Sign", code), "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    signs(&odd(&running, "slow-C_Sign")).unwrap();
    let garbage = odd(&running, "garbage-C_GetTokenInfo").tokens().unwrap();
    assert!(garbage.iter().all(|token| !token.label.contains(char::is_control)), "{garbage:?}");
}

#[test]
fn labels_in_gbk_and_clocks_that_are_none_do_no_harm() {
    let running = Running::start(&SoftHsm);
    let provider = odd(&running, "gbk");
    assert_eq!(provider.tokens().unwrap()[0].label, "投标令牌");
    assert_eq!(open(&provider).info().unwrap().manufacturer, "飞天诚信");
    signs(&provider).unwrap();
    let provider = odd(&running, "clock");
    assert_eq!(provider.tokens().unwrap()[0].label, "投标令牌");
    signs(&provider).unwrap();
}

#[test]
fn the_person_is_told_to_type_on_the_reader_and_nothing_is_asked_on_the_screen() {
    let running = Running::start(&SoftHsm);
    let module = running.folder().join("pinpad.so");
    std::fs::copy(programs::fixture("libodd_pkcs11.so"), &module).unwrap();
    let [good, new, wrong] = SoftHsm.pins();
    // At a terminal, with nobody to type there.
    let at_terminal = |arguments: &str, typed: &str| {
        std::fs::write(running.folder().join("pad"), typed).unwrap();
        let program = programs::path_of("bidseal");
        let line = format!("{} --home home --lang en {arguments} --module {}", program.display(), module.display());
        let mut command = Command::new("script");
        command.args(["-qefc", &line, "/dev/null"]).current_dir(running.folder()).env("SHELL", "/bin/sh");
        command.envs(running.started.environment.iter().map(|(name, value)| (name, value)));
        let output = programs::call(&mut command, "");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for (arguments, typed, exit) in [
        ("pin verify", wrong.to_owned(), 3),
        ("pin verify", good.to_owned(), 0),
        ("pin change", format!("{good}\n{new}\n"), 0),
        ("pin verify", new.to_owned(), 0),
    ] {
        let (code, screen) = at_terminal(arguments, &typed);
        assert_eq!(code, Some(exit), "{arguments}: {screen}");
        assert!(screen.contains("reader’s own keys"), "{arguments}: {screen}");
        assert!(!screen.contains("Enter") && !screen.contains(new), "nothing is asked: {screen}");
    }
}

#[test]
fn a_pin_pad_takes_the_pin_and_no_program_sends_one() {
    let running = Running::start(&SoftHsm);
    let [good, new, wrong] = SoftHsm.pins();
    let typed = |lines: &str| std::fs::write(running.folder().join("pad"), lines).unwrap();
    let mut token = open(&odd(&running, "pinpad"));
    assert!(token.info().unwrap().capabilities.has(Capability::PinPad));
    typed(&format!("{wrong}\n"));
    assert!(matches!(token.login_on_pad(), Err(TokenError::PinWrong { .. })));
    typed(&format!("{good}\n{new}\n"));
    token.login_on_pad().unwrap();
    let (key, certificate) = key(&mut *token, KeyUse::Sign);
    let scheme = judged::scheme(certificate.public_key().algorithm());
    let digest = certificate.public_key().to_sign(&scheme, b"x").unwrap();
    token.sign_digest(&key, &scheme, &digest).unwrap();
    token.change_pin_on_pad().unwrap();
    assert!(matches!(token.login_on_pad(), Err(TokenError::PinWrong { .. })), "the old one is typed");
    typed(&format!("{new}\n"));
    token.login_on_pad().unwrap();
    let mut without = running.token();
    assert!(matches!(without.login_on_pad(), Err(TokenError::NotSupported(Capability::PinPad))));
}
