//! The worker with a real module, SoftHSM2, seen through the token traits; OpenSSL judges what comes out.

use crate::support::{Hsm, LABEL, PIN, SO_PIN, pin};
use algo::{Hash, KeyAlgorithm, KeyTransport, PrivateKey, SignatureScheme, Suite};
use ca::{Authority, CertificateUse, Ids};
use time::{Duration, OffsetDateTime};
use token::{Capability, ContainerId, ContainerPart, KeyId, KeyUse, Provider, Remaining, TokenError, TokenKey};
use x509::issue::Validity;
use x509::{CertificateRequest, Name, RequestTemplate};

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-20 12:00 UTC);
const RSA: KeyAlgorithm = KeyAlgorithm::Rsa { bits: 2048 };

fn container(name: &str) -> ContainerId {
    name.parse().unwrap()
}

fn key(name: &str, key_use: KeyUse) -> KeyId {
    KeyId { container: container(name), key_use }
}

#[test]
fn the_token_is_listed_with_its_chinese_label() {
    let hsm = Hsm::new();
    let provider = hsm.provider();
    let tokens = provider.tokens().unwrap();
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].label, LABEL);
    let mut token = provider.open(&tokens[0]).unwrap();
    let info = token.info().unwrap();
    assert!(info.manufacturer.starts_with("SoftHSM"), "{}", info.manufacturer);
    assert!(!info.serial.is_empty());
    let wanted = [Capability::Unwrap, Capability::Agree, Capability::Generate, Capability::ImportCertificate];
    assert!(wanted.iter().all(|capability| info.capabilities.has(*capability)));
    assert!(!info.capabilities.has(Capability::Sm2));
    let state = token.pin_state().unwrap();
    assert!(state.initialised);
    assert_eq!(state.remaining, Remaining::Unknown);
}

#[test]
fn openssl_verifies_what_the_token_signs() {
    let hsm = Hsm::new();
    let mut token = hsm.logged_in();
    let cases: [(&str, KeyAlgorithm, SignatureScheme, &[&str]); 5] = [
        ("01", RSA, SignatureScheme::RsaPkcs1(Hash::Sha256), &["-sha256"]),
        ("02", RSA, SignatureScheme::RsaPkcs1(Hash::Sha512), &["-sha512"]),
        (
            "03",
            RSA,
            SignatureScheme::RsaPss(Hash::Sha256),
            &["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"],
        ),
        ("04", KeyAlgorithm::P256, SignatureScheme::Ecdsa(Hash::Sha256), &["-sha256"]),
        ("05", KeyAlgorithm::P384, SignatureScheme::Ecdsa(Hash::Sha384), &["-sha384"]),
    ];
    for (name, algorithm, scheme, options) in cases {
        let public = token.generate(&container(name), KeyUse::Sign, algorithm).unwrap();
        assert_eq!(public.algorithm(), algorithm);
        let digest = scheme.hash().digest("招标文件".as_bytes());
        let signature = token.sign_digest(&key(name, KeyUse::Sign), &scheme, &digest).unwrap();
        hsm.put("public.der", public.spki());
        hsm.put("message", "招标文件".as_bytes());
        hsm.put("signature", &signature);
        let verify = ["dgst", "-verify", "public.der", "-keyform", "DER", "-signature", "signature", "message"];
        hsm.openssl(&[&verify[..1], options, &verify[1..]].concat());
    }
    let digest = Hash::Sm3.digest(b"x");
    let sm2 = token.sign_digest(&key("04", KeyUse::Sign), &SignatureScheme::Sm2(algo::Sm2Id::DEFAULT), &digest);
    assert!(matches!(sm2, Err(TokenError::Algorithm { .. })));
}

#[test]
fn a_certificate_comes_to_its_key_and_stays_over_a_restart() {
    let hsm = Hsm::new();
    let mut token = hsm.logged_in();
    for suite in [Suite::Rsa, Suite::P256] {
        let name = if suite == Suite::Rsa { "0a" } else { "0b" };
        let public = token.generate(&container(name), KeyUse::Sign, suite.key_algorithm()).unwrap();
        let subject = Name::parse(&format!("CN=某某公司 {name},C=CN")).unwrap();
        let unsigned = RequestTemplate::new(subject, &public).to_be_signed(&suite.signature_scheme()).unwrap();
        let request = unsigned.sign_with(&mut TokenKey::new(&mut *token, key(name, KeyUse::Sign))).unwrap();
        hsm.put("request.der", &request);
        hsm.openssl(&["req", "-verify", "-noout", "-inform", "DER", "-in", "request.der"]);

        let authority = Authority::in_memory(suite, "test", NOW).unwrap();
        let validity = Validity { not_before: NOW, not_after: NOW + Duration::days(9) };
        let proven = CertificateRequest::from_der(&request).unwrap().prove().unwrap();
        let certificate = authority.issue(&proven, CertificateUse::Sign, validity, &Ids::default()).unwrap();
        assert_eq!(token.import_certificate(&certificate).unwrap(), key(name, KeyUse::Sign));
        token.import_certificate(&certificate).unwrap();
        let foreign = authority.issue_pair("CN=x", validity, &Ids::default()).unwrap().sign.certificate;
        assert!(matches!(token.import_certificate(&foreign), Err(TokenError::NoKeyForCertificate)));

        let mut restarted = hsm.token();
        let containers = restarted.containers().unwrap();
        let found = containers.iter().find(|found| found.id == container(name)).unwrap();
        assert_eq!(found.sign.as_ref().unwrap().certificate.as_ref().unwrap().der(), certificate.der());
    }
    let digest = Hash::Sha256.digest(b"x");
    let scheme = Suite::Rsa.signature_scheme();
    let mut restarted = hsm.token();
    assert!(matches!(restarted.sign_digest(&key("0a", KeyUse::Sign), &scheme, &digest), Err(TokenError::NotLoggedIn)));
    restarted.login(&pin(PIN)).unwrap();
    restarted.sign_digest(&key("0a", KeyUse::Sign), &scheme, &digest).unwrap();
}

#[test]
fn the_token_opens_what_openssl_encrypts() {
    let hsm = Hsm::new();
    let mut token = hsm.logged_in();
    let public = token.generate(&container("0e"), KeyUse::Encrypt, RSA).unwrap();
    hsm.put("public.der", public.spki());
    hsm.put("plain", b"content key");
    let encrypt =
        ["pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "public.der", "-in", "plain", "-out", "wrapped"];
    let oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha1"];
    for (options, transport) in [(&[][..], KeyTransport::RsaPkcs1), (&oaep, KeyTransport::RsaOaep(Hash::Sha1))] {
        hsm.openssl(&[&encrypt, options].concat());
        let wrapped = hsm.read("wrapped");
        let opened = token.unwrap_key(&key("0e", KeyUse::Encrypt), transport, &wrapped).unwrap();
        assert_eq!(opened.expose(), b"content key");
    }
    let wrapped = public.wrap(KeyTransport::RsaOaep(Hash::Sha1), b"content key").unwrap();
    let mut altered = wrapped.clone();
    altered[100] ^= 1;
    let opened = token.unwrap_key(&key("0e", KeyUse::Encrypt), KeyTransport::RsaOaep(Hash::Sha1), &altered);
    assert!(matches!(opened, Err(TokenError::Unwrap)), "{:?}", opened.err());

    // SoftHSM 2.6 has OAEP with SHA-1 only, and says so by "bad arguments": another form has to be chosen.
    let sha256 = KeyTransport::RsaOaep(Hash::Sha256);
    let wrapped = public.wrap(sha256, b"content key").unwrap();
    let opened = token.unwrap_key(&key("0e", KeyUse::Encrypt), sha256, &wrapped);
    assert!(matches!(opened, Err(TokenError::Algorithm { .. })), "{:?}", opened.err());
}

#[test]
fn the_token_agrees_with_the_other_side() {
    let hsm = Hsm::new();
    let mut token = hsm.logged_in();
    for (name, algorithm) in [("10", KeyAlgorithm::P256), ("11", KeyAlgorithm::P384)] {
        let public = token.generate(&container(name), KeyUse::Encrypt, algorithm).unwrap();
        let peer = PrivateKey::generate(algorithm).unwrap();
        let shared = token.agree(&key(name, KeyUse::Encrypt), peer.public()).unwrap();
        hsm.put("peer.der", peer.to_pkcs8().unwrap().expose());
        hsm.put("public.der", public.spki());
        hsm.openssl(&["pkey", "-pubin", "-inform", "DER", "-in", "public.der", "-out", "public.pem"]);
        hsm.openssl(&["pkey", "-inform", "DER", "-in", "peer.der", "-out", "peer.pem"]);
        hsm.openssl(&["pkeyutl", "-derive", "-inkey", "peer.pem", "-peerkey", "public.pem", "-out", "shared"]);
        assert_eq!(shared.expose(), hsm.read("shared"));
    }
    let other_curve = PrivateKey::generate(KeyAlgorithm::P384).unwrap();
    assert!(matches!(
        token.agree(&key("10", KeyUse::Encrypt), other_curve.public()),
        Err(TokenError::Algorithm { .. })
    ));
}

#[test]
fn two_keys_of_one_container_stay_together() {
    let hsm = Hsm::new();
    let mut token = hsm.logged_in();
    token.generate(&container("20"), KeyUse::Sign, KeyAlgorithm::P256).unwrap();
    token.generate(&container("20"), KeyUse::Encrypt, KeyAlgorithm::P256).unwrap();
    assert!(matches!(
        token.generate(&container("20"), KeyUse::Sign, KeyAlgorithm::P256),
        Err(TokenError::KeyExists(_))
    ));
    token.generate(&container("21"), KeyUse::Encrypt, KeyAlgorithm::P256).unwrap();
    let containers = token.containers().unwrap();
    assert_eq!(containers.len(), 2);
    let double = containers.iter().find(|found| found.id == container("20")).unwrap();
    assert!(double.sign.is_some() && double.encrypt.is_some());

    token.delete(&container("20"), ContainerPart::All).unwrap();
    assert_eq!(token.containers().unwrap().len(), 1);
    assert!(matches!(token.delete(&container("20"), ContainerPart::All), Err(TokenError::KeyNotFound(_))));
}

#[test]
fn a_wrong_pin_is_told_with_the_state_read_afterwards() {
    let hsm = Hsm::new();
    let mut token = hsm.token();
    for _ in 0..2 {
        match token.login(&pin("000000")) {
            Err(TokenError::PinWrong { state }) => assert_eq!(state.remaining, Remaining::Low),
            other => panic!("{other:?}"),
        }
    }
    token.login(&pin(PIN)).unwrap();
    // A second login checks the PIN again, although the module would say "already logged in".
    assert!(matches!(token.login(&pin("000000")), Err(TokenError::PinWrong { .. })));
    token.login(&pin(PIN)).unwrap();
    token.logout().unwrap();
    let made = token.generate(&container("30"), KeyUse::Sign, KeyAlgorithm::P256);
    assert!(matches!(made, Err(TokenError::NotLoggedIn)));
}

#[test]
fn the_pin_is_changed_and_reset_by_the_administrator() {
    let hsm = Hsm::new();
    let mut token = hsm.token();
    assert!(matches!(token.change_pin(&pin("000000"), &pin("new-pin-1")), Err(TokenError::PinWrong { .. })));
    assert!(matches!(token.change_pin(&pin(PIN), &pin("1")), Err(TokenError::Policy(_))));
    token.change_pin(&pin(PIN), &pin("new-pin-1")).unwrap();
    assert!(token.login(&pin(PIN)).is_err());
    token.login(&pin("new-pin-1")).unwrap();

    assert!(matches!(token.unblock(&pin("00000000"), &pin("new-pin-2")), Err(TokenError::PukWrong { .. })));
    token.unblock(&pin(SO_PIN), &pin("new-pin-2")).unwrap();
    token.login(&pin("new-pin-2")).unwrap();
    assert!(matches!(token.activate(&pin("new-pin-2"), &pin("new-pin-3")), Err(TokenError::AlreadyActivated)));
}
