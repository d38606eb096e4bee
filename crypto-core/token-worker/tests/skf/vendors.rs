//! Peculiarities of vendors: each key is used from activation to decryption all the same.

use algo::Suite;
use token::{Capability, KeyUse, Provider, Remaining, Token, TokenError};

use crate::support::{FACTORY_PIN, Key, PIN, container, encryption_pair, enrol, found, key, open, pin};

/// Activation, certificate, encryption key, signature and decryption.
fn whole_life(token: &mut dyn Token) {
    token.activate(&pin(FACTORY_PIN), &pin(PIN)).unwrap();
    token.login(&pin(PIN)).unwrap();
    let signing = enrol(token, "sm", Suite::Sm);
    let (private, certificate) = encryption_pair(Suite::Sm);
    token.import_key(&container("sm"), KeyUse::Encrypt, &private, &certificate).unwrap();
    let both = found(token, "sm");
    assert_eq!(both.sign.unwrap().certificate.unwrap().der(), signing.der());
    assert_eq!(both.encrypt.unwrap().certificate.unwrap().der(), certificate.der());
    enrol(token, "rsa", Suite::Rsa);
    assert_eq!(token.containers().unwrap().len(), 2);
}

#[test]
fn every_peculiarity_leaves_a_key_that_can_be_used() {
    for quirks in [
        "",
        "gbk",
        "wrong-lengths",
        "wide",
        "short-info",
        "wide\nshort-info",
        "gbk\nwide\nwrong-lengths\nkey-field whole",
    ] {
        let skf = Key::new();
        skf.quirks(quirks);
        let provider = skf.provider();
        let tokens = provider.tokens().unwrap();
        assert_eq!(
            (tokens[0].label.as_str(), tokens[0].id.as_str()),
            ("投标令牌", "Bidseal/SIM0001/BIDSEAL"),
            "{quirks}"
        );
        if !quirks.contains("wrong-lengths") {
            whole_life(&mut *open(&provider));
            continue;
        }
        // Names and certificates tell their own length; a public key and a signature that are cut short do not.
        let mut token = open(&provider);
        token.activate(&pin(FACTORY_PIN), &pin(PIN)).unwrap();
        token.login(&pin(PIN)).unwrap();
        assert!(token.containers().unwrap().is_empty());
    }
}

#[test]
fn a_second_login_checks_the_pin_also_where_the_module_keeps_the_first() {
    let skf = Key::activated();
    skf.quirks("one-login");
    let mut token = skf.logged_in();
    let wrong = token.login(&pin("000000"));
    assert!(matches!(wrong, Err(TokenError::PinWrong { state }) if state.remaining == Remaining::Exact(9)));
    token.login(&pin(PIN)).unwrap();
    enrol(&mut *token, "sm", Suite::Sm);
}

/// A vendor's missing function is a missing capability; all else goes on working.
#[test]
fn a_missing_function_is_a_missing_capability() {
    for (functions, missing) in [
        (
            &["SKF_GetPINInfo"][..],
            &[Capability::RetryCountExact, Capability::DefaultPinKnown, Capability::Activate][..],
        ),
        (&["SKF_UnblockPIN"], &[Capability::Unblock]),
        (&["SKF_GenRemoteUnblockRequest"], &[Capability::RemoteUnblock, Capability::PinInAnswer]),
        (&["SKF_RemoteUnblockPIN"], &[Capability::RemoteUnblock, Capability::PinInAnswer]),
        (&["SKF_ImportSessionKey"], &[Capability::DecryptContent]),
        (&["SKF_Decrypt", "SKF_DecryptUpdate"], &[Capability::DecryptContent]),
        (&["SKF_GenECCKeyPair"], &[Capability::Generate]),
        (&["SKF_ImportECCKeyPair"], &[Capability::ImportKey]),
        (&["SKF_ImportCertificate"], &[Capability::ImportCertificate]),
        (&["SKF_DeleteContainer"], &[Capability::Delete]),
        (&["SKF_ECCSignData"], &[Capability::Sm2]),
        (&["SKF_ChangePIN"], &[Capability::ChangePin, Capability::Activate]),
        (&["SKF_WaitForDevEvent"], &[Capability::Events]),
        (&["SKF_ClearSecureState", "SKF_DecryptFinal", "SKF_CloseHandle"], &[]),
    ] {
        let all: Vec<Capability> = Key::new().token().info().unwrap().capabilities.iter().collect();
        let skf = Key::without(functions);
        let left = skf.token().info().unwrap().capabilities;
        for capability in all {
            assert_eq!(left.has(capability), !missing.contains(&capability), "{functions:?}: {capability:?}");
        }
    }
}

#[test]
fn keys_without_some_functions_are_used_as_far_as_they_go() {
    let skf = Key::without(&["SKF_DecryptUpdate", "SKF_DecryptFinal", "SKF_CloseHandle"]);
    whole_life(&mut *skf.token());

    let skf = Key::without(&["SKF_GetPINInfo"]);
    let mut token = skf.token();
    assert_eq!(token.pin_state().unwrap().remaining, Remaining::Unknown);
    token.change_pin(&pin(FACTORY_PIN), &pin(PIN)).unwrap();
    assert!(
        matches!(token.login(&pin("000000")), Err(TokenError::PinWrong { state }) if state.remaining == Remaining::Unknown)
    );
    token.login(&pin(PIN)).unwrap();
    enrol(&mut *token, "sm", Suite::Sm);

    let skf = Key::without(&["SKF_ImportSessionKey"]);
    let mut token = skf.token();
    whole_life(&mut *token);
    let (_, certificate) = encryption_pair(Suite::Sm);
    let envelope = cms::encrypt_key(&certificate, cms::RecipientForm::for_key(algo::KeyAlgorithm::Sm2), b"x").unwrap();
    let mut opening = token::TokenKey::new(&mut *token, key("sm", KeyUse::Encrypt));
    let refused = cms::Enveloped::parse(&envelope).unwrap().open(&mut opening).err().unwrap().into_fault();
    assert!(matches!(refused, Some(TokenError::NotSupported(_))), "{refused:?}");
}
