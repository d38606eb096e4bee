//! Signatures, each judged by a program that is not ours.

use algo::{Digest, Hash, SignatureScheme, Sm2Id, der_signature_to_raw};
use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::dsa::{Signature, VerifyingKey};
use token::{KeyUse, Token, TokenError};

use crate::support::{Key, PIN, RSA, container, failure, key, pin};

/// What SM2 signs: e = SM3(Z ‖ M).
pub(crate) fn digest(public: &algo::PublicKey, message: &[u8]) -> Digest {
    public.to_sign(&SignatureScheme::Sm2(Sm2Id::DEFAULT), message).unwrap()
}

/// RustCrypto's verdict on a signature over e.
pub(crate) fn rustcrypto_verifies(public: &algo::PublicKey, e: &Digest, der: &[u8]) -> bool {
    let raw = der_signature_to_raw(der, 32).unwrap();
    let verifying = VerifyingKey::from_sec1_bytes("1234567812345678", public.point().unwrap()).unwrap();
    verifying.verify_prehash(e.as_ref(), &Signature::try_from(raw.as_slice()).unwrap()).is_ok()
}

#[test]
fn rustcrypto_verifies_what_an_sm2_key_signs() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    let public = token.generate(&container("sm"), KeyUse::Sign, algo::KeyAlgorithm::Sm2).unwrap();
    let scheme = SignatureScheme::Sm2(Sm2Id::DEFAULT);
    for message in ["招标文件", "", "another"] {
        let e = digest(&public, message.as_bytes());
        let signature = token.sign_digest(&key("sm", KeyUse::Sign), &scheme, &e).unwrap();
        assert!(rustcrypto_verifies(&public, &e, &signature));
        assert!(!rustcrypto_verifies(&public, &digest(&public, b"else"), &signature));
    }
    let ecdsa =
        token.sign_digest(&key("sm", KeyUse::Sign), &SignatureScheme::Ecdsa(Hash::Sha256), &Hash::Sha256.digest(b"x"));
    assert!(matches!(ecdsa, Err(TokenError::Algorithm { .. })));
    let none = token.sign_digest(&key("other", KeyUse::Sign), &scheme, &digest(&public, b"x"));
    assert!(matches!(none, Err(TokenError::KeyNotFound(_))));
}

#[test]
fn openssl_verifies_what_an_rsa_key_signs() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    let public = token.generate(&container("rsa"), KeyUse::Sign, RSA).unwrap();
    assert_eq!(public.algorithm(), RSA);
    skf.put("public.der", public.spki());
    skf.put("message", "招标文件".as_bytes());
    for (hash, option) in [(Hash::Sha256, "-sha256"), (Hash::Sha384, "-sha384")] {
        let scheme = SignatureScheme::RsaPkcs1(hash);
        let made = token.sign_digest(&key("rsa", KeyUse::Sign), &scheme, &hash.digest("招标文件".as_bytes())).unwrap();
        skf.put("signature", &made);
        skf.openssl(&[
            "dgst",
            option,
            "-verify",
            "public.der",
            "-keyform",
            "DER",
            "-signature",
            "signature",
            "message",
        ]);
    }
    let pss = SignatureScheme::RsaPss(Hash::Sha256);
    let pss = token.sign_digest(&key("rsa", KeyUse::Sign), &pss, &Hash::Sha256.digest(b"x"));
    assert!(matches!(pss, Err(TokenError::Algorithm { .. })));
}

#[test]
fn a_login_is_needed_and_ends_with_the_logout() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    let public = token.generate(&container("sm"), KeyUse::Sign, algo::KeyAlgorithm::Sm2).unwrap();
    let scheme = SignatureScheme::Sm2(Sm2Id::DEFAULT);
    let sign = |token: &mut dyn Token| token.sign_digest(&key("sm", KeyUse::Sign), &scheme, &digest(&public, b"x"));
    sign(&mut *token).unwrap();
    token.logout().unwrap();
    assert!(matches!(sign(&mut *token), Err(TokenError::NotLoggedIn)));
    token.login(&pin(PIN)).unwrap();
    sign(&mut *token).unwrap();
    assert!(matches!(sign(&mut *skf.token()), Err(TokenError::NotLoggedIn)), "another process has no login");
}

#[test]
fn a_module_that_hashes_what_is_a_digest_already_is_found_out() {
    let skf = Key::activated();
    let mut token = skf.logged_in();
    let public = token.generate(&container("sm"), KeyUse::Sign, algo::KeyAlgorithm::Sm2).unwrap();
    skf.quirks("hashes-again");
    let scheme = SignatureScheme::Sm2(Sm2Id::DEFAULT);
    let said = failure(token.sign_digest(&key("sm", KeyUse::Sign), &scheme, &digest(&public, b"x"))).to_string();
    assert_eq!(said, "an answer to SKF_ECCSignData that makes no sense");
}
