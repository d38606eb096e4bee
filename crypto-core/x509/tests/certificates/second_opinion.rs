//! RustCrypto's `sm2` judges SM2 certificates and requests: no code shared with our own verification.

use crate::support::NOW;
use algo::{PrivateKey, Suite};
use ca::Authority;
use sm2::dsa::signature::Verifier;
use sm2::dsa::{Signature, VerifyingKey};
use x509::{Certificate, Name, RequestTemplate};

const ID: &str = "1234567812345678";

/// `r ‖ s` of a DER SEQUENCE { r INTEGER, s INTEGER }.
fn raw_signature(der: &[u8]) -> Signature {
    let mut raw = [0; 64];
    let mut rest = &der[2..];
    for half in raw.chunks_mut(32) {
        let length = usize::from(rest[1]);
        let integer = &rest[2..2 + length];
        let digits = integer.strip_prefix(&[0]).unwrap_or(integer);
        half[32 - digits.len()..].copy_from_slice(digits);
        rest = &rest[2 + length..];
    }
    Signature::from_slice(&raw).unwrap()
}

fn holds(point: &[u8], content: &[u8], signature: &[u8]) -> bool {
    let key = VerifyingKey::from_sec1_bytes(ID, point).unwrap();
    key.verify(content, &raw_signature(signature)).is_ok()
}

fn signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    holds(issuer.public_key().point().unwrap(), certificate.to_be_signed(), certificate.signature())
}

#[test]
fn rustcrypto_verifies_sm2_certificates() {
    let authority = Authority::in_memory(Suite::Sm, "演示", NOW).unwrap();
    let pair = authority.issue_pair("CN=李雷", ca::Validity::days(NOW, 9), &ca::Ids::default()).unwrap();
    assert!(signed_by(authority.root(), authority.root()));
    assert!(signed_by(authority.issuing(), authority.root()));
    assert!(signed_by(&pair.sign.certificate, authority.issuing()));
    assert!(signed_by(&pair.encrypt.certificate, authority.issuing()));
    assert!(!signed_by(&pair.sign.certificate, authority.root()), "the judge would notice");
}

#[test]
fn rustcrypto_verifies_sm2_requests() {
    let mut key = PrivateKey::generate(Suite::Sm.key_algorithm()).unwrap();
    let unsigned = RequestTemplate::new(Name::parse("CN=李雷").unwrap(), key.public());
    let unsigned = unsigned.to_be_signed(&Suite::Sm.signature_scheme()).unwrap();
    let (content, digest, scheme) = (unsigned.bytes().to_vec(), unsigned.digest(), unsigned.scheme().clone());
    let signature = key.sign_digest(&scheme, &digest).unwrap();
    assert!(holds(key.public().point().unwrap(), &content, &signature));
    assert!(unsigned.clone().finish(&signature[1..]).is_err(), "what a token returns is checked");
    let other = PrivateKey::generate(Suite::Sm.key_algorithm()).unwrap();
    assert!(unsigned.clone().finish(&other.sign_digest(&scheme, &digest).unwrap()).is_err());
    let der = unsigned.sign_with(&mut key).unwrap();
    assert!(x509::CertificateRequest::from_der(&der).unwrap().prove().is_ok());
}
