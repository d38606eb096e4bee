//! Modules that misbehave, and tokens and readers that are odd: SoftHSM2 with one thing changed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use token::{Capability, KeyUse, ModuleFailure, Pkcs11Provider, Provider, Token, TokenError};

use crate::fixtures::{Fixture, Running, SoftHsm, key, open, pin};
use crate::judged;

const DEADLINE: Duration = Duration::from_secs(2);

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
        assert!(begun.elapsed() < DEADLINE + Duration::from_secs(4), "{name}: {:?}", begun.elapsed());
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
