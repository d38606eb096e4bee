//! Keys, certificates and containers of a soft token.

use crate::support::{GOOD, Home, pin};
use algo::{Hash, KeyTransport, Suite};
use ca::{Authority, CertificateUse, Ids};
use time::{Duration, OffsetDateTime};
use token::{ContainerId, ContainerPart, KeyId, KeyUse, Token, TokenError, TokenKey};
use x509::issue::Validity;
use x509::{CertificateRequest, Name, RequestTemplate};

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-20 12:00 UTC);

fn validity() -> Validity {
    Validity { not_before: NOW, not_after: NOW + Duration::days(365) }
}

fn container(name: &str) -> ContainerId {
    name.parse().unwrap()
}

fn logged_in(suite: Suite) -> (tempfile::TempDir, Home, Box<dyn Token>) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path(), false);
    home.make_activated(suite);
    let mut token = home.token();
    token.login(&pin(GOOD)).unwrap();
    (folder, home, token)
}

#[test]
fn a_request_signed_on_the_token_becomes_its_certificate_in_every_suite() {
    for suite in Suite::ALL {
        let (_folder, home, mut token) = logged_in(suite);
        let public = token.generate(&container("main"), KeyUse::Sign, suite.key_algorithm()).unwrap();
        let key = KeyId { container: container("main"), key_use: KeyUse::Sign };

        let subject = Name::parse("CN=某某建设有限公司,C=CN").unwrap();
        let unsigned = RequestTemplate::new(subject, &public).to_be_signed(&suite.signature_scheme()).unwrap();
        let request = unsigned.sign_with(&mut TokenKey::new(&mut *token, key.clone())).unwrap();
        let proven = CertificateRequest::from_der(&request).unwrap().prove().unwrap();
        let authority = Authority::in_memory(suite, "test", NOW).unwrap();
        let certificate = authority.issue(&proven, CertificateUse::Sign, validity(), &Ids::default()).unwrap();
        assert_eq!(token.import_certificate(&certificate).unwrap(), key);

        let mut again = home.token();
        let containers = again.containers().unwrap();
        assert_eq!(containers.len(), 1, "visible without a PIN");
        let entry = containers[0].sign.as_ref().unwrap();
        assert_eq!(entry.certificate.as_ref().unwrap().der(), certificate.der());
        assert!(containers[0].encrypt.is_none());
        let digest = public.to_sign(&suite.signature_scheme(), b"x").unwrap();
        assert!(matches!(again.sign_digest(&key, &suite.signature_scheme(), &digest), Err(TokenError::NotLoggedIn)));
    }
}

#[test]
fn a_double_certificate_comes_from_the_authority_and_opens_envelopes() {
    let suite = Suite::Sm;
    let (_folder, home, mut token) = logged_in(suite);
    let authority = Authority::in_memory(suite, "test", NOW).unwrap();
    let pair = authority.issue_pair("CN=某某公司", validity(), &Ids::default()).unwrap();
    let id = container("double");
    token.import_key(&id, KeyUse::Sign, &pair.sign.key, &pair.sign.certificate).unwrap();
    token.import_key(&id, KeyUse::Encrypt, &pair.encrypt.key, &pair.encrypt.certificate).unwrap();

    let wrapped =
        pair.encrypt.certificate.public_key().wrap(KeyTransport::Sm2, b"thirty-two bytes of bid key here").unwrap();
    let key = KeyId { container: id.clone(), key_use: KeyUse::Encrypt };
    let mut token = {
        drop(token);
        home.token()
    };
    token.login(&pin(GOOD)).unwrap();
    assert_eq!(
        token.unwrap_key(&key, KeyTransport::Sm2, &wrapped).unwrap().expose(),
        b"thirty-two bytes of bid key here"
    );
    let mut altered = wrapped.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert!(matches!(token.unwrap_key(&key, KeyTransport::Sm2, &altered), Err(TokenError::Unwrap)));
    token.logout().unwrap();
    assert!(matches!(token.unwrap_key(&key, KeyTransport::Sm2, &wrapped), Err(TokenError::NotLoggedIn)));
}

#[test]
fn rsa_opens_oaep_and_curves_agree() {
    let (_folder, _home, mut token) = logged_in(Suite::P256);
    let rsa = token.generate(&container("r"), KeyUse::Encrypt, Suite::Rsa.key_algorithm()).unwrap();
    let transport = KeyTransport::RsaOaep(Hash::Sha256);
    let wrapped = rsa.wrap(transport, b"secret").unwrap();
    let key = |name| KeyId { container: container(name), key_use: KeyUse::Encrypt };
    assert_eq!(token.unwrap_key(&key("r"), transport, &wrapped).unwrap().expose(), b"secret");

    for suite in [Suite::P256, Suite::P384] {
        let name = suite.name();
        let public = token.generate(&container(name), KeyUse::Encrypt, suite.key_algorithm()).unwrap();
        let ours = algo::PrivateKey::generate(suite.key_algorithm()).unwrap();
        assert!(token.agree(&key(name), ours.public()).unwrap() == ours.agree(&public).unwrap());
    }
}

#[test]
fn keys_are_never_replaced_and_only_deleted_when_asked() {
    let (_folder, _home, mut token) = logged_in(Suite::P256);
    let id = container("one");
    let algorithm = Suite::P256.key_algorithm();
    token.generate(&id, KeyUse::Sign, algorithm).unwrap();
    token.generate(&id, KeyUse::Encrypt, algorithm).unwrap();
    assert!(matches!(token.generate(&id, KeyUse::Sign, algorithm), Err(TokenError::KeyExists(_))));
    assert!(matches!(token.delete(&id, ContainerPart::Certificate(KeyUse::Sign)), Err(TokenError::KeyNotFound(_))));
    token.delete(&id, ContainerPart::Key(KeyUse::Sign)).unwrap();
    let containers = token.containers().unwrap();
    assert!(containers[0].sign.is_none() && containers[0].encrypt.is_some());
    token.delete(&id, ContainerPart::All).unwrap();
    assert!(token.containers().unwrap().is_empty());
    assert!(matches!(token.delete(&id, ContainerPart::All), Err(TokenError::KeyNotFound(_))));
}

#[test]
fn certificates_that_do_not_belong_are_refused() {
    let (_folder, _home, mut token) = logged_in(Suite::P256);
    let authority = Authority::in_memory(Suite::P256, "test", NOW).unwrap();
    let pair = authority.issue_pair("CN=someone", validity(), &Ids::default()).unwrap();
    assert!(matches!(token.import_certificate(&pair.sign.certificate), Err(TokenError::NoKeyForCertificate)));
    let mixed = token.import_key(&container("x"), KeyUse::Sign, &pair.sign.key, &pair.encrypt.certificate);
    assert!(matches!(mixed, Err(TokenError::KeyMismatch)));
    assert!(token.containers().unwrap().is_empty());
}

#[test]
fn container_names_are_no_paths() {
    for bad in ["", "..", ".hidden", "a/b", "a\\b", "招标", &"x".repeat(65)] {
        assert!(bad.parse::<ContainerId>().is_err(), "{bad:?}");
    }
}
