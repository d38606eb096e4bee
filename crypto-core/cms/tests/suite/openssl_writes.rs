//! What `openssl cms -sign` writes, read and judged by the crate: DER, BER of its stream mode, PEM not among them.

use algo::{Hash, SignatureScheme};
use cms::{CertificateId, Family, ParseError, Problem, SignedContent, SignedData, SignerReport};

use crate::pki::{Identity, openssl, p256, p384, rsa};

/// Longer than the pieces in which the stream writer puts it.
fn content() -> Vec<u8> {
    (0..40_000u32).flat_map(|number| number.to_be_bytes()).collect()
}

fn signed_by_openssl(identity: &Identity, more: &[&str]) -> Vec<u8> {
    let dir = identity.folder();
    std::fs::write(dir.path().join("content"), content()).unwrap();
    let fixed = ["cms", "-sign", "-binary", "-signer", "cert.pem", "-inkey", "key.pem", "-in", "content"];
    openssl(dir.path(), &[&fixed, more, &["-outform", "DER", "-out", "message"]].concat());
    std::fs::read(dir.path().join("message")).unwrap()
}

fn only(message: &[u8], content: SignedContent<'_>) -> SignerReport {
    SignedData::parse(message).unwrap().only_signer().unwrap().verify(content)
}

#[test]
fn attached_and_detached_messages_of_every_scheme_are_sound() {
    let pss: &[&str] = &[
        "-cades",
        "-keyopt",
        "rsa_padding_mode:pss",
        "-keyopt",
        "rsa_pss_saltlen:-1",
        "-keyopt",
        "rsa_mgf1_md:sha256",
    ];
    let cases: [(&Identity, &[&str], SignatureScheme); 6] = [
        (rsa(), &["-cades"], SignatureScheme::RsaPkcs1(Hash::Sha256)),
        (rsa(), &["-cades", "-md", "sha512"], SignatureScheme::RsaPkcs1(Hash::Sha512)),
        (rsa(), pss, SignatureScheme::RsaPss(Hash::Sha256)),
        (p256(), &["-cades"], SignatureScheme::Ecdsa(Hash::Sha256)),
        (p384(), &["-cades", "-md", "sha384"], SignatureScheme::Ecdsa(Hash::Sha384)),
        (p256(), &["-cades", "-md", "sha512"], SignatureScheme::Ecdsa(Hash::Sha512)),
    ];
    for (identity, options, scheme) in cases {
        let attached = signed_by_openssl(identity, &[options, &["-nodetach"]].concat());
        let report = only(&attached, SignedContent::Embedded);
        assert!(report.is_sound(), "{options:?} {report:?}");
        assert_eq!(report.scheme, Some(scheme));
        assert_eq!(report.certificate.as_ref(), Some(&identity.certificate));
        assert!(report.claimed_time.is_some(), "openssl writes signingTime");

        let detached = signed_by_openssl(identity, options);
        assert!(only(&detached, SignedContent::Detached(&content())).is_sound());
        assert!(only(&detached, SignedContent::DetachedDigest(&|hash| hash.digest(&content()))).is_sound());
        let altered = only(&detached, SignedContent::Detached(b"another"));
        assert_eq!(altered.problems, [Problem::ContentAltered]);
        assert!(!altered.intact && altered.signature, "two separate facts");
    }
}

#[test]
fn the_stream_writers_ber_is_read() {
    let message = signed_by_openssl(rsa(), &["-cades", "-nodetach", "-stream"]);
    assert_eq!(message[..2], [0x30, 0x80], "openssl wrote an indefinite length");
    let signed = SignedData::parse(&message).unwrap();
    assert_eq!((signed.family(), signed.content()), (Family::Rfc5652, Some(content().as_slice())));
    assert!(signed.only_signer().unwrap().verify(SignedContent::Embedded).is_sound());
    let stamped = signed.with_unsigned_attribute(0, cms::oid::SIGNATURE_TIME_STAMP, &[5, 0]).unwrap();
    assert_eq!(stamped[1], 0x83, "what is written is DER");
    let report = only(&stamped, SignedContent::Embedded);
    assert!(report.is_sound());
    assert_eq!(report.timestamp, Some(vec![5, 0]));
}

#[test]
fn two_signers_are_reported_one_by_one() {
    let dir = rsa().folder();
    let other = p256().folder();
    std::fs::write(dir.path().join("content"), content()).unwrap();
    for name in ["cert.pem", "key.pem"] {
        std::fs::copy(other.path().join(name), dir.path().join(format!("other-{name}"))).unwrap();
    }
    let signers = ["-signer", "cert.pem", "-inkey", "key.pem", "-signer", "other-cert.pem", "-inkey", "other-key.pem"];
    let fixed =
        ["cms", "-sign", "-binary", "-nodetach", "-cades", "-in", "content", "-outform", "DER", "-out", "message"];
    openssl(dir.path(), &[&fixed[..], &signers].concat());
    let signed = SignedData::parse(&std::fs::read(dir.path().join("message")).unwrap()).unwrap();
    assert_eq!(signed.only_signer().err(), Some(Problem::SignerCount { found: 2 }));
    let reports: Vec<SignerReport> = signed.signers().map(|signer| signer.verify(SignedContent::Embedded)).collect();
    assert_eq!(reports.len(), 2);
    for identity in [rsa(), p256()] {
        assert!(
            reports
                .iter()
                .any(|report| report.is_sound() && report.certificate.as_ref() == Some(&identity.certificate))
        );
    }
}

#[test]
fn a_signer_may_be_named_by_key_identifier() {
    let message = signed_by_openssl(rsa(), &["-cades", "-nodetach", "-keyid"]);
    let signed = SignedData::parse(&message).unwrap();
    let signer = signed.only_signer().unwrap();
    assert!(matches!(signer.certificate_id(), CertificateId::SubjectKeyId(_)));
    let report = signer.verify(SignedContent::Embedded);
    assert!(report.is_sound(), "{report:?}");
}

#[test]
fn without_signing_certificate_it_holds_but_is_not_sound() {
    let report = only(&signed_by_openssl(rsa(), &["-nodetach"]), SignedContent::Embedded);
    assert_eq!(report.problems, [Problem::SigningCertificateMissing]);
    assert!(report.intact && report.signature && !report.is_sound());
}

#[test]
fn without_certificates_the_signers_must_be_presented() {
    let message = signed_by_openssl(p256(), &["-cades", "-nodetach", "-nocerts"]);
    assert_eq!(only(&message, SignedContent::Embedded).problems, [Problem::CertificateMissing]);
    let signed = SignedData::parse(&message).unwrap();
    let known = std::slice::from_ref(&p256().certificate);
    assert!(signed.only_signer().unwrap().verify_with(SignedContent::Embedded, known).is_sound());
}

#[test]
fn a_message_may_come_as_text() {
    let dir = p256().folder();
    std::fs::write(dir.path().join("content"), content()).unwrap();
    let fixed = ["cms", "-sign", "-binary", "-nodetach", "-cades", "-signer", "cert.pem", "-inkey", "key.pem"];
    openssl(dir.path(), &[&fixed[..], &["-in", "content", "-outform", "PEM", "-out", "message"]].concat());
    let text = std::fs::read(dir.path().join("message")).unwrap();
    let message = cms::from_pem_or_binary(&text).unwrap();
    assert!(only(&message, SignedContent::Embedded).is_sound());
    assert_eq!(cms::from_pem_or_binary(&message).unwrap(), message);
    let certificate = std::fs::read(dir.path().join("cert.pem")).unwrap();
    assert_eq!(cms::from_pem_or_binary(&certificate), Err(ParseError::NotCms));
    assert_eq!(cms::from_pem_or_binary(&text[..text.len() / 2]), Err(ParseError::NotCms));
}

#[test]
fn messages_of_other_kinds_are_named() {
    let dir = rsa().folder();
    std::fs::write(dir.path().join("content"), content()).unwrap();
    let arguments = ["cms", "-data_create", "-binary", "-in", "content", "-outform", "DER", "-out", "message"];
    openssl(dir.path(), &arguments);
    let message = std::fs::read(dir.path().join("message")).unwrap();
    assert!(matches!(SignedData::parse(&message), Err(ParseError::NotCms | ParseError::OtherKind { .. })));
    let signed = signed_by_openssl(rsa(), &["-nodetach"]);
    let content_type = cms::oid::SIGNED_DATA;
    assert_eq!(cms::Enveloped::parse(&signed).err(), Some(ParseError::OtherKind { content_type }));
    for nothing in [&b""[..], b"%PDF-1.7", b"\x30\x00", b"\x30\x80"] {
        assert_eq!(SignedData::parse(nothing).err(), Some(ParseError::NotCms));
    }
    let trailing = [signed.as_slice(), &[0]].concat();
    assert_eq!(SignedData::parse(&trailing).err(), Some(ParseError::NotCms));
}
