//! Signatures and secrets, judged by OpenSSL.

use std::fs;
use std::path::Path;
use std::process::Command;

use algo::{Hash, KeyAlgorithm, KeyTransport, PrivateKey, SignatureScheme, Sm2Id};
use token::{KeyUse, Token, TokenError};

use crate::fixtures::{Fixture, Running, key};

pub(crate) fn by_openssl(fixture: &dyn Fixture) {
    let running = Running::start(fixture);
    let mut token = running.logged_in();
    signs(&mut *token, running.folder());
    opens(&mut *token, running.folder());
    token.logout().unwrap();
    let (key, certificate) = key(&mut *running.logged_in(), KeyUse::Sign);
    let scheme = scheme(certificate.public_key().algorithm());
    let digest = certificate.public_key().to_sign(&scheme, b"x").unwrap();
    let signed = token.sign_digest(&key, &scheme, &digest);
    assert!(matches!(signed, Err(TokenError::NotLoggedIn)), "{signed:?}");
}

/// What keys of this kind sign with here.
pub(crate) fn scheme(algorithm: KeyAlgorithm) -> SignatureScheme {
    match algorithm {
        KeyAlgorithm::Rsa { .. } => SignatureScheme::RsaPkcs1(Hash::Sha256),
        KeyAlgorithm::Sm2 => SignatureScheme::Sm2(Sm2Id::DEFAULT),
        _ => SignatureScheme::Ecdsa(Hash::Sha256),
    }
}

fn signs(token: &mut dyn Token, folder: &Path) {
    let (key, certificate) = key(token, KeyUse::Sign);
    let public = certificate.public_key();
    fs::write(folder.join("public.der"), public.spki()).unwrap();
    fs::write(folder.join("message"), "招标文件").unwrap();
    let mut schemes = vec![scheme(public.algorithm())];
    if matches!(public.algorithm(), KeyAlgorithm::Rsa { .. }) {
        schemes.push(SignatureScheme::RsaPss(Hash::Sha256));
    }
    for scheme in schemes {
        let digest = public.to_sign(&scheme, "招标文件".as_bytes()).unwrap();
        fs::write(folder.join("signature"), token.sign_digest(&key, &scheme, &digest).unwrap()).unwrap();
        verify(folder, &scheme, "signature", "message");
    }
}

/// OpenSSL verifies a signature by `public.der`.
pub(crate) fn verify(folder: &Path, scheme: &SignatureScheme, signature: &str, message: &str) {
    let options: &[&str] = match scheme {
        SignatureScheme::RsaPss(_) => &["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"],
        SignatureScheme::Sm2(_) => &["-sm3", "-sigopt", "distid:1234567812345678"],
        _ => &["-sha256"],
    };
    let verify = ["-verify", "public.der", "-keyform", "DER", "-signature", signature, message];
    openssl(folder, &[&["dgst"], options, &verify].concat());
}

fn opens(token: &mut dyn Token, folder: &Path) {
    let (key, certificate) = key(token, KeyUse::Encrypt);
    let public = certificate.public_key();
    fs::write(folder.join("public.der"), public.spki()).unwrap();
    match public.algorithm() {
        KeyAlgorithm::Rsa { .. } => {
            fs::write(folder.join("plain"), b"content key").unwrap();
            let encrypt = ["pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "public.der"];
            openssl(folder, &[&encrypt[..], &["-in", "plain", "-out", "wrapped"]].concat());
            let wrapped = fs::read(folder.join("wrapped")).unwrap();
            let opened = token.unwrap_key(&key, KeyTransport::RsaPkcs1, &wrapped).unwrap();
            assert_eq!(opened.expose(), b"content key");
        }
        // An SKF key lets no content key out: that it opens is seen in a bid.
        KeyAlgorithm::Sm2 => {}
        algorithm => {
            let peer = PrivateKey::generate(algorithm).unwrap();
            let shared = token.agree(&key, peer.public()).unwrap();
            fs::write(folder.join("peer.der"), peer.to_pkcs8().unwrap().expose()).unwrap();
            openssl(folder, &["pkey", "-pubin", "-inform", "DER", "-in", "public.der", "-out", "public.pem"]);
            openssl(folder, &["pkey", "-inform", "DER", "-in", "peer.der", "-out", "peer.pem"]);
            openssl(folder, &["pkeyutl", "-derive", "-inkey", "peer.pem", "-peerkey", "public.pem", "-out", "shared"]);
            assert_eq!(shared.expose(), fs::read(folder.join("shared")).unwrap());
        }
    }
}

fn openssl(folder: &Path, arguments: &[&str]) {
    programs::done(&programs::call(Command::new("openssl").args(arguments).current_dir(folder), ""));
}
