//! SM2 behind PKCS#11, in the dialects of a vendor's module: each form of signature and ciphertext, judged by OpenSSL.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use algo::{KeyAlgorithm, KeyTransport, SignatureScheme, Sm2Id};
use token::{Capability, ContainerId, KeyId, KeyUse, ModuleFailure, Pkcs11Provider, Sm2Dialect, Token, TokenError};
use x509::issue::Profile;

use crate::authority::Root;
use crate::fixtures::{Fixture, Running, SoftHsm, open, pin};
use crate::judged;

const SCHEME: SignatureScheme = SignatureScheme::Sm2(Sm2Id::DEFAULT);

/// A dialect of the fixture (tests/fixtures/odd-pkcs11/src/sm2.rs).
fn dialect(sign: &str, decrypt: &str) -> Sm2Dialect {
    let text = format!(
        "[[dialect]]\nname = 'fixture'\nmodules = []\nkey_type = 0x80005BFF\ngenerate = 0x80005B01\n\
         sign = {{ {sign} }}\ndecrypt = {{ {decrypt} }}\nconfirmed = true\nsource = 'the fixture'\n"
    );
    Sm2Dialect::parse(&text).unwrap().remove(0)
}

const RAW: &str = "mechanism = 0x80005B10, answers = 'raw'";
const C1C3C2: &str = "mechanism = 0x80005B21, takes = 'c1c3c2'";

fn token(running: &Running<'_>, dialect: Option<&Sm2Dialect>) -> Box<dyn Token> {
    let module: PathBuf = running.folder().join("sm2.so");
    if !module.exists() {
        fs::copy(programs::fixture("libodd_pkcs11.so"), &module).unwrap();
    }
    let mut token = open(&Pkcs11Provider::new(running.folder().join("worker"), module).sm2(dialect));
    token.login(&pin(SoftHsm.pins()[0])).unwrap();
    token
}

/// Both keys of a double certificate, made on the token.
fn make_keys(token: &mut dyn Token) {
    let container: ContainerId = "5b".parse().unwrap();
    let root = Root::new();
    for (key_use, profile) in [(KeyUse::Sign, Profile::Sign), (KeyUse::Encrypt, Profile::Encrypt)] {
        let public = token.generate(&container, key_use, KeyAlgorithm::Sm2).unwrap();
        assert_eq!(public.algorithm(), KeyAlgorithm::Sm2);
        token.import_certificate(&root.certify(&public, profile)).unwrap();
    }
}

/// The SM2 key among the keys of the token.
fn key(token: &mut dyn Token, key_use: KeyUse) -> Option<(KeyId, algo::PublicKey)> {
    let containers = token.containers().unwrap();
    let entry = containers.iter().find_map(|one| one.key(key_use).filter(|key| key.algorithm == KeyAlgorithm::Sm2));
    entry.map(|entry| (entry.key.clone(), entry.public_key.clone()))
}

fn sign(token: &mut dyn Token) -> Result<Vec<u8>, TokenError> {
    let (key, public) = key(token, KeyUse::Sign).unwrap();
    token.sign_digest(&key, &SCHEME, &public.to_sign(&SCHEME, "招标文件".as_bytes()).unwrap())
}

/// What OpenSSL encrypted to the encryption key.
fn encrypted(running: &Running<'_>, token: &mut dyn Token, plain: &[u8]) -> Vec<u8> {
    let (_, public) = key(token, KeyUse::Encrypt).unwrap();
    let file = |name: &str| running.folder().join(name);
    fs::write(file("encrypt.der"), public.spki()).unwrap();
    fs::write(file("plain"), plain).unwrap();
    let encrypt = "pkeyutl -encrypt -pubin -keyform DER -inkey encrypt.der -in plain -out wrapped";
    programs::done(&programs::call(Command::new("openssl").args(encrypt.split(' ')).current_dir(running.folder()), ""));
    fs::read(file("wrapped")).unwrap()
}

#[test]
fn every_form_of_a_vendors_signature_and_ciphertext_is_spoken() {
    let running = Running::start(&SoftHsm);
    make_keys(&mut *token(&running, Some(&dialect(RAW, C1C3C2))));
    fs::write(running.folder().join("message"), "招标文件").unwrap();
    for signing in [RAW, "mechanism = 0x80005B11, answers = 'der'"] {
        let mut token = token(&running, Some(&dialect(signing, C1C3C2)));
        let info = token.info().unwrap().capabilities;
        assert!(info.has(Capability::Sm2) && info.has(Capability::Unwrap) && info.has(Capability::Generate));
        let (_, public) = key(&mut *token, KeyUse::Sign).unwrap();
        fs::write(running.folder().join("public.der"), public.spki()).unwrap();
        fs::write(running.folder().join("signature"), sign(&mut *token).unwrap()).unwrap();
        judged::verify(running.folder(), &SCHEME, "signature", "message");
    }
    for (number, form) in ["der", "c1c3c2", "c1c2c3", "04c1c3c2", "04c1c2c3"].into_iter().enumerate() {
        let decrypt = format!("mechanism = {}, takes = '{form}'", 0x8000_5B20_u32 + u32::try_from(number).unwrap());
        let mut token = token(&running, Some(&dialect(RAW, &decrypt)));
        let wrapped = encrypted(&running, &mut *token, b"0123456789abcdef");
        let (key, _) = key(&mut *token, KeyUse::Encrypt).unwrap();
        let opened = token.unwrap_key(&key, KeyTransport::Sm2, &wrapped).unwrap();
        assert_eq!(opened.expose(), b"0123456789abcdef", "{form}");
        let mut damaged = wrapped;
        *damaged.last_mut().unwrap() ^= 1;
        let refused = token.unwrap_key(&key, KeyTransport::Sm2, &damaged);
        assert!(matches!(refused, Err(TokenError::Unwrap)), "{form}");
    }
}

#[test]
fn a_wrong_dialect_harms_nothing_and_without_one_there_is_no_sm2() {
    let running = Running::start(&SoftHsm);
    make_keys(&mut *token(&running, Some(&dialect(RAW, C1C3C2))));
    let mut lied_to = token(&running, Some(&dialect("mechanism = 0x80005B10, answers = 'der'", C1C3C2)));
    let nonsense = sign(&mut *lied_to);
    assert!(
        matches!(nonsense, Err(TokenError::ModuleFailed { failure: ModuleFailure::Nonsense { .. }, .. })),
        "{nonsense:?}"
    );
    let mut unknown = token(&running, Some(&dialect("mechanism = 0x80005B99, answers = 'raw'", C1C3C2)));
    assert!(!unknown.info().unwrap().capabilities.has(Capability::Sm2), "the module does not declare the number");
    let refused = sign(&mut *unknown);
    assert!(matches!(refused, Err(TokenError::Algorithm { .. })), "{refused:?}");
    let mut without = token(&running, None);
    assert!(!without.info().unwrap().capabilities.has(Capability::Sm2));
    let made = without.generate(&"5c".parse().unwrap(), KeyUse::Sign, KeyAlgorithm::Sm2);
    assert!(matches!(made, Err(TokenError::Algorithm { .. })), "{made:?}");
    let refused = sign(&mut *without);
    assert!(matches!(refused, Err(TokenError::Algorithm { .. })), "its certificate still names the key: {refused:?}");
}
