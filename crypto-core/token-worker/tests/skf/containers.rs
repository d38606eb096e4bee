//! Containers: certificates, the encryption key pair's way in, and content that opens on the token.

use algo::{Cbc, KeyTransport, Secret, Suite, WrappedContent, cbc_encrypt};
use cms::{Enveloped, RecipientForm};
use token::{ContainerPart, EnclosedKey, KeyUse, Provider, Token, TokenError, TokenKey, devices::Quirk};
use x509::Certificate;

use crate::support::{FACTORY_PIN, Key, PIN, RSA, container, encryption_pair, enrol, found, key, open, pin};

const CONTENT: &[u8] = b"the key of a bid, as long as it is";

/// Opens an envelope to the certificate by the token's key, as a slot of a bid is opened.
fn opens(token: &mut dyn Token, name: &str, certificate: &Certificate) -> Result<Secret, TokenError> {
    let form = match certificate.public_key().point() {
        Some(_) => RecipientForm::for_key(certificate.public_key().algorithm()),
        None => RecipientForm::RsaPkcs1Sm4,
    };
    let envelope = cms::encrypt_key(certificate, form, CONTENT).unwrap();
    let enveloped = Enveloped::parse(&envelope).unwrap();
    let mut key = TokenKey::new(token, key(name, KeyUse::Encrypt));
    enveloped.open(&mut key).map_err(|failed| failed.into_fault().unwrap_or(TokenError::Unwrap))
}

#[test]
fn a_certificate_comes_to_its_key_and_stays() {
    let skf = Key::activated();
    for (name, suite) in [("sm", Suite::Sm), ("rsa", Suite::Rsa)] {
        let certificate = enrol(&mut *skf.logged_in(), name, suite);
        let container = found(&mut *skf.token(), name);
        assert_eq!(container.sign.unwrap().certificate.unwrap().der(), certificate.der());
        assert!(container.encrypt.is_none());
    }
    let (_, foreign) = encryption_pair(Suite::Sm);
    assert!(matches!(skf.logged_in().import_certificate(&foreign), Err(TokenError::NoKeyForCertificate)));
}

#[test]
fn the_encryption_key_pair_comes_in_by_each_way_of_filling_its_field() {
    for field in ["right", "whole", "left"] {
        for unchecked in ["", "\nunchecked"] {
            let skf = Key::activated();
            skf.quirks(&format!("key-field {field}{unchecked}"));
            let mut token = skf.logged_in();
            enrol(&mut *token, "sm", Suite::Sm);
            let (private, certificate) = encryption_pair(Suite::Sm);
            token.import_key(&container("sm"), KeyUse::Encrypt, &private, &certificate).unwrap();
            let entry = found(&mut *token, "sm").encrypt.unwrap();
            assert_eq!(entry.certificate.unwrap().der(), certificate.der(), "{field}{unchecked}");
            assert_eq!(opens(&mut *token, "sm", &certificate).unwrap().expose(), CONTENT, "{field}{unchecked}");
            let again = token.import_key(&container("sm"), KeyUse::Encrypt, &private, &certificate);
            assert!(matches!(again, Err(TokenError::KeyExists(_))));
        }
    }
}

#[test]
fn a_key_without_session_keys_is_found_out_by_the_public_key_it_shows() {
    for (field, quirks) in [("left", &[Quirk::EncryptedKeyFirst][..]), ("left", &[]), ("whole", &[])] {
        let skf = Key::without(&["SKF_ImportSessionKey"]);
        skf.token().activate(&pin(FACTORY_PIN), &pin(PIN)).unwrap();
        skf.quirks(&format!("key-field {field}\nunchecked"));
        let mut token = open(&skf.provider().quirks(quirks));
        token.login(&pin(PIN)).unwrap();
        enrol(&mut *token, "sm", Suite::Sm);
        let (private, certificate) = encryption_pair(Suite::Sm);
        token.import_key(&container("sm"), KeyUse::Encrypt, &private, &certificate).unwrap();
        let entry = found(&mut *token, "sm").encrypt.unwrap();
        assert_eq!(entry.public_key, *certificate.public_key(), "{field}");
    }
}

#[test]
fn a_pair_enclosed_by_the_authority_finds_its_container() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    enrol(&mut *token, "first", Suite::Sm);
    enrol(&mut *token, "second", Suite::Sm);
    let second = found(&mut *token, "second").sign.unwrap().public_key;
    let (private, certificate) = encryption_pair(Suite::Sm);
    let enclosed = EnclosedKey::from_der(&EnclosedKey::enclose(&private, &second).unwrap().to_der()).unwrap();

    let (_, foreign) = encryption_pair(Suite::Sm);
    assert!(matches!(token.import_enclosed_key(&enclosed, &foreign), Err(TokenError::KeyMismatch)));
    let placed = token.import_enclosed_key(&enclosed, &certificate).unwrap();
    assert_eq!(placed, key("second", KeyUse::Encrypt));
    assert_eq!(opens(&mut *token, "second", &certificate).unwrap().expose(), CONTENT);
    assert!(found(&mut *token, "first").encrypt.is_none());
    let to_nobody = EnclosedKey::enclose(&private, certificate.public_key()).unwrap();
    assert!(token.import_enclosed_key(&to_nobody, &certificate).is_err());
    assert!(found(&mut *token, "first").encrypt.is_none());
}

#[test]
fn an_rsa_container_takes_a_pair_and_opens_content() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    enrol(&mut *token, "rsa", Suite::Rsa);
    let (private, certificate) = encryption_pair(Suite::Rsa);
    token.import_key(&container("rsa"), KeyUse::Encrypt, &private, &certificate).unwrap();
    assert_eq!(found(&mut *token, "rsa").encrypt.unwrap().algorithm, RSA);
    assert_eq!(opens(&mut *token, "rsa", &certificate).unwrap().expose(), CONTENT);
    enrol(&mut *token, "sm", Suite::Sm);
    let mixed = token.import_key(&container("sm"), KeyUse::Encrypt, &private, &certificate);
    assert!(matches!(mixed, Err(TokenError::Algorithm { .. })), "keys of two kinds");
    let oaep = cms::encrypt_key(&certificate, RecipientForm::for_key(RSA), CONTENT).unwrap();
    let mut key = TokenKey::new(&mut *token, key("rsa", KeyUse::Encrypt));
    let refused = Enveloped::parse(&oaep).unwrap().open(&mut key).err().unwrap().into_fault();
    assert!(matches!(refused, Some(TokenError::Algorithm { .. })), "the interface has no OAEP");
}

#[test]
fn content_that_is_altered_or_for_another_key_does_not_open_and_says_no_more() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    enrol(&mut *token, "sm", Suite::Sm);
    let (private, certificate) = encryption_pair(Suite::Sm);
    token.import_key(&container("sm"), KeyUse::Encrypt, &private, &certificate).unwrap();
    let (_, other) = encryption_pair(Suite::Sm);
    assert!(matches!(opens(&mut *token, "sm", &other), Err(TokenError::Unwrap)));

    let secret = Secret::random(16).unwrap();
    let wrapped = certificate.public_key().wrap(KeyTransport::Sm2, secret.expose()).unwrap();
    let good = cbc_encrypt(Cbc::Sm4, secret.expose(), &[3; 16], CONTENT).unwrap();
    let mut open = |content: &[u8]| {
        let content =
            WrappedContent { transport: KeyTransport::Sm2, wrapped: &wrapped, cipher: Cbc::Sm4, iv: &[3; 16], content };
        token.decrypt_content(&key("sm", KeyUse::Encrypt), &content)
    };
    assert_eq!(open(&good).unwrap().expose(), CONTENT);
    let mut padding = good.clone();
    padding[31] ^= 1;
    assert!(matches!(open(&padding), Err(TokenError::Unwrap)), "wrong padding");
    assert!(matches!(open(&good[..15]), Err(TokenError::Unwrap)), "no whole block");
    assert!(matches!(open(&[]), Err(TokenError::Unwrap)));
    token.logout().unwrap();
    assert!(matches!(opens(&mut *token, "sm", &certificate), Err(TokenError::NotLoggedIn)));
}

#[test]
fn a_container_goes_as_a_whole_and_keys_are_never_replaced() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    enrol(&mut *token, "sm", Suite::Sm);
    let again = token.generate(&container("sm"), KeyUse::Sign, algo::KeyAlgorithm::Sm2);
    assert!(matches!(again, Err(TokenError::KeyExists(_))));
    let encrypt = token.generate(&container("sm"), KeyUse::Encrypt, algo::KeyAlgorithm::Sm2);
    assert!(matches!(encrypt, Err(TokenError::Algorithm { .. })), "the authority makes it");
    let certificate = token.delete(&container("sm"), ContainerPart::Certificate(KeyUse::Sign));
    assert!(matches!(certificate, Err(TokenError::Algorithm { .. })));
    token.delete(&container("sm"), ContainerPart::Key(KeyUse::Sign)).unwrap();
    assert!(token.containers().unwrap().is_empty());
    assert!(matches!(token.delete(&container("sm"), ContainerPart::All), Err(TokenError::KeyNotFound(_))));
    let provider = skf.provider();
    assert_eq!(provider.tokens().unwrap().len(), 1, "the key itself is still here");
}

#[test]
fn an_encryption_key_that_comes_alone_gets_a_container_of_its_own() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    let (private, certificate) = encryption_pair(Suite::Sm);
    token.import_key(&container("new"), KeyUse::Encrypt, &private, &certificate).unwrap();
    assert_eq!(opens(&mut *token, "new", &certificate).unwrap().expose(), CONTENT);
    let signing = token.import_key(&container("other"), KeyUse::Sign, &private, &certificate);
    assert!(matches!(signing, Err(TokenError::Algorithm { .. })), "a signing key never comes from outside");
}
