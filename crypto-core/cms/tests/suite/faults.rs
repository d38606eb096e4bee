//! One made message for every fault that broke a verifier somewhere, each found under its own name. The signature values
//! are valid over what the fields say, so that nothing but the named check stands between the fault and belief.

use algo::Hash;
use cms::{Axis, Family, Problem, SignedContent, SignedData, SignedForm, SignerReport};
use const_oid::ObjectIdentifier;

use crate::forge::{CONTENT_TYPE, Forged, MESSAGE_DIGEST, SIGNING_CERTIFICATE, signing_certificate};
use crate::pki::{openssl, other_rsa, p256, p384, rsa, sm2};
use crate::tlv;

const CONTENT: &[u8] = b"content";

fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

fn report(message: &[u8]) -> SignerReport {
    SignedData::parse(message).unwrap().only_signer().unwrap().verify(SignedContent::Embedded)
}

/// The fault is found, alone, and takes away what it must.
fn assert_fault(message: &[u8], expected: Problem) {
    let report = report(message);
    assert_eq!(report.problems, std::slice::from_ref(&expected));
    // Without attributes only the signature itself says that the content is the one signed.
    let intact = expected.axis() != Axis::Intact && (report.form == SignedForm::Attributes || report.signature);
    assert_eq!(report.intact, intact, "{expected:?}");
    assert_eq!(report.signature, expected.axis() != Axis::Signature, "{expected:?}");
    assert!(!report.is_sound());
}

fn good() -> Forged {
    Forged::of(rsa(), Family::Rfc5652, CONTENT)
}

#[test]
fn the_message_that_the_faults_are_put_into_is_good() {
    let report = report(&good().build());
    assert!(report.is_sound(), "{report:?}");
}

#[test]
fn digest_and_signature_algorithm_disagree() {
    let mut forged = good();
    forged.digest_algorithm = Hash::Sha512.algorithm_identifier();
    forged.listed_digests = tlv::make(0x31, &[&forged.digest_algorithm]);
    let forged = forged.with_attribute(MESSAGE_DIGEST, &[digest(Hash::Sha512, CONTENT)]);
    assert_fault(&forged.build(), Problem::AlgorithmsDisagree);

    let mut forged = Forged::of(sm2(), Family::Gm, CONTENT);
    forged.digest_algorithm = Hash::Sha256.algorithm_identifier();
    forged.listed_digests = tlv::make(0x31, &[&forged.digest_algorithm]);
    let forged = forged.with_attribute(MESSAGE_DIGEST, &[digest(Hash::Sha256, CONTENT)]);
    assert_fault(&forged.build(), Problem::AlgorithmsDisagree);
}

fn digest(hash: Hash, content: &[u8]) -> Vec<u8> {
    tlv::attribute(MESSAGE_DIGEST, &[&tlv::make(4, &[hash.digest(content).as_ref()])])
}

#[test]
fn signed_attributes_are_missing() {
    assert_fault(&good().plain().build(), Problem::NoSignedAttributes);
    let dir = rsa().folder();
    std::fs::write(dir.path().join("content"), CONTENT).unwrap();
    openssl_sign(dir.path(), &["-noattr"]);
    assert_fault(&std::fs::read(dir.path().join("message")).unwrap(), Problem::NoSignedAttributes);
    // SM2 may sign plain data, but nothing else.
    let mut forged = Forged::of(sm2(), Family::Gm, CONTENT).plain();
    forged.content_type = "1.2.840.113549.1.9.16.1.4".to_owned();
    assert_fault(&forged.build(), Problem::NoSignedAttributes);
}

/// The attributes of a real message, presented as the content of one without attributes: its signature would verify.
#[test]
fn attributes_are_passed_off_as_content() {
    let real = Forged::of(sm2(), Family::Gm, CONTENT);
    let mut attributes = real.attributes.clone().unwrap();
    attributes.sort();
    let disguise = tlv::make(0x31, &[&attributes.concat()]);
    let report = report(&Forged::of(sm2(), Family::Gm, &disguise).plain().build());
    assert_eq!(report.problems, [Problem::ContentIsAttributes]);
    assert!(!report.intact && !report.is_sound());
}

#[test]
fn content_type_is_missing_wrong_or_repeated() {
    assert_fault(&good().with_attribute(CONTENT_TYPE, &[]).build(), Problem::ContentTypeMissing);
    let other = tlv::attribute(CONTENT_TYPE, &[&tlv::oid("1.2.840.113549.1.9.16.1.4")]);
    assert_fault(&good().with_attribute(CONTENT_TYPE, &[other]).build(), Problem::ContentTypeWrong);
    let data = tlv::oid("1.2.840.113549.1.7.1");
    let repeated = Problem::AttributeRepeated { attribute: oid(CONTENT_TYPE) };
    let twice = vec![tlv::attribute(CONTENT_TYPE, &[&data]); 2];
    assert_fault(&good().with_attribute(CONTENT_TYPE, &twice).build(), repeated.clone());
    let two_values = tlv::attribute(CONTENT_TYPE, &[&data, &data]);
    assert_fault(&good().with_attribute(CONTENT_TYPE, &[two_values]).build(), repeated);
}

#[test]
fn message_digest_is_missing_wrong_malformed_or_repeated() {
    assert_fault(&good().with_attribute(MESSAGE_DIGEST, &[]).build(), Problem::MessageDigestMissing);
    let other = digest(Hash::Sha256, b"another");
    assert_fault(&good().with_attribute(MESSAGE_DIGEST, std::slice::from_ref(&other)).build(), Problem::ContentAltered);
    let attribute = oid(MESSAGE_DIGEST);
    let both = [digest(Hash::Sha256, CONTENT), other];
    assert_fault(&good().with_attribute(MESSAGE_DIGEST, &both).build(), Problem::AttributeRepeated { attribute });
    let bits = tlv::attribute(MESSAGE_DIGEST, &[&tlv::make(3, &[Hash::Sha256.digest(CONTENT).as_ref()])]);
    assert_fault(&good().with_attribute(MESSAGE_DIGEST, &[bits]).build(), Problem::AttributeMalformed { attribute });
}

#[test]
fn signing_certificate_is_missing_or_names_another() {
    assert_fault(&good().with_attribute(SIGNING_CERTIFICATE, &[]).build(), Problem::SigningCertificateMissing);
    let other = signing_certificate(other_rsa(), Hash::Sha256);
    assert_fault(&good().with_attribute(SIGNING_CERTIFICATE, &[other]).build(), Problem::SigningCertificateMismatch);
    let broken = tlv::attribute(SIGNING_CERTIFICATE, &[&[0x30, 0]]);
    let attribute = oid(SIGNING_CERTIFICATE);
    assert_fault(
        &good().with_attribute(SIGNING_CERTIFICATE, &[broken]).build(),
        Problem::AttributeMalformed { attribute },
    );
    let sha1 = signing_certificate(rsa(), Hash::Sha1);
    let algorithm = oid("1.3.14.3.2.26");
    assert_fault(&good().with_attribute(SIGNING_CERTIFICATE, &[sha1]).build(), Problem::DigestWeak { algorithm });
}

#[test]
fn two_signers_are_not_one() {
    let (one, two) = (good(), Forged::of(p256(), Family::Rfc5652, CONTENT));
    let mut both = good();
    both.certificates.push(p256().certificate.der().to_vec());
    let message = both.build_with_signers(&[one.signer_info(), two.signer_info()]);
    let signed = SignedData::parse(&message).unwrap();
    assert_eq!(signed.only_signer().err(), Some(Problem::SignerCount { found: 2 }));
    // Each is reported by itself.
    let reports: Vec<SignerReport> = signed.signers().map(|signer| signer.verify(SignedContent::Embedded)).collect();
    assert!(reports.iter().all(SignerReport::is_sound), "{reports:?}");
    assert_eq!(reports[1].certificate.as_ref(), Some(&p256().certificate));
    let none = good().build_with_signers(&[]);
    assert_eq!(SignedData::parse(&none).unwrap().only_signer().err(), Some(Problem::SignerCount { found: 0 }));
}

fn openssl_sign(dir: &std::path::Path, more: &[&str]) {
    let fixed = ["cms", "-sign", "-binary", "-nodetach", "-signer", "cert.pem", "-inkey", "key.pem", "-in", "content"];
    openssl(dir, &[&fixed, more, &["-outform", "DER", "-out", "message"]].concat());
}

/// Real ones, made by `openssl`.
#[test]
fn broken_digests() {
    for (name, algorithm, computed) in [("sha1", "1.3.14.3.2.26", true), ("md5", "1.2.840.113549.2.5", false)] {
        let dir = rsa().folder();
        std::fs::write(dir.path().join("content"), CONTENT).unwrap();
        openssl_sign(dir.path(), &["-md", name]);
        let report = report(&std::fs::read(dir.path().join("message")).unwrap());
        assert!(report.problems.contains(&Problem::DigestWeak { algorithm: oid(algorithm) }), "{report:?}");
        assert!(!report.signature);
        assert_eq!(report.intact, computed, "SHA-1 still tells whether the content was altered by accident");
    }
}

#[test]
fn broken_signature_algorithms() {
    for (algorithm, digest) in [("1.2.840.113549.1.1.5", Some("1.3.14.3.2.26")), ("1.2.840.113549.1.1.4", None)] {
        let mut forged = good();
        forged.signature_algorithm = tlv::make(0x30, &[&tlv::oid(algorithm), &[5, 0]]);
        let Some(digest) = digest else {
            let algorithm = oid(algorithm);
            assert_fault(&forged.build(), Problem::SignatureAlgorithmWeak { algorithm });
            continue;
        };
        assert_fault(&forged.build(), Problem::AlgorithmsDisagree);
        forged.digest_algorithm = tlv::algorithm(digest);
        let report = report(&forged.build());
        assert!(report.problems.contains(&Problem::SignatureAlgorithmWeak { algorithm: oid(algorithm) }), "{report:?}");
        assert!(!report.signature);
    }
}

#[test]
fn unknown_algorithms() {
    let unknown = "1.3.6.1.4.1.99999.1";
    let mut forged = good();
    forged.signature_algorithm = tlv::algorithm(unknown);
    assert_fault(&forged.build(), Problem::SignatureAlgorithmUnknown { algorithm: oid(unknown) });
    let mut forged = good();
    forged.digest_algorithm = tlv::algorithm(unknown);
    forged.listed_digests = tlv::make(0x31, &[&forged.digest_algorithm]);
    let report = report(&forged.build());
    assert_eq!(report.problems, [Problem::DigestUnknown { algorithm: oid(unknown) }]);
    assert!(!report.intact && !report.signature, "neither was found to hold");
}

/// A real one, made by `openssl` with a key of 1024 bits.
#[test]
fn short_keys() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("content"), CONTENT).unwrap();
    openssl(
        dir.path(),
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:1024",
            "-nodes",
            "-keyout",
            "key.pem",
            "-subj",
            "/CN=short",
            "-out",
            "cert.pem",
        ],
    );
    openssl_sign(dir.path(), &["-cades"]);
    assert_fault(&std::fs::read(dir.path().join("message")).unwrap(), Problem::KeyShort { bits: 1024 });
}

#[test]
fn the_algorithm_is_not_the_keys() {
    let mut forged = good();
    forged.signature_algorithm = tlv::algorithm("1.2.840.10045.4.3.2");
    assert_fault(&forged.build(), Problem::KeyMismatch);
    // SM2 and P-256 have keys and signatures of the same shape.
    let mut forged = Forged::of(p256(), Family::Rfc5652, CONTENT);
    let hash = Hash::Sm3;
    forged.digest_algorithm = hash.algorithm_identifier();
    forged.listed_digests = tlv::make(0x31, &[&forged.digest_algorithm]);
    forged.signature_algorithm = tlv::algorithm("1.2.156.10197.1.501");
    assert_fault(&forged.with_attribute(MESSAGE_DIGEST, &[digest(hash, CONTENT)]).build(), Problem::KeyMismatch);
}

#[test]
fn the_certificate_is_missing_and_can_be_presented() {
    let mut forged = good();
    forged.certificates.clear();
    let message = forged.build();
    assert_fault(&message, Problem::CertificateMissing);
    let signed = SignedData::parse(&message).unwrap();
    let known = [p384().certificate.clone(), rsa().certificate.clone()];
    assert!(signed.only_signer().unwrap().verify_with(SignedContent::Embedded, &known).is_sound());
}

/// Another certificate under the same issuer and number cannot take the place of the one that the signature names.
#[test]
fn of_two_certificates_with_one_name_the_signed_one_counts() {
    assert_eq!(rsa().certificate.serial(), other_rsa().certificate.serial());
    let mut forged = good();
    forged.certificates = vec![renamed(other_rsa().certificate.der()), rsa().certificate.der().to_vec()];
    let report = report(&forged.build());
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.certificate.as_ref(), Some(&rsa().certificate));
}

/// The other identity's certificate under this identity's issuer; its own signature is broken by that, which is not ours to see.
fn renamed(certificate: &[u8]) -> Vec<u8> {
    let fields = tlv::children(tlv::at(certificate, &[0]).value);
    let issuer = rsa().certificate.issuer().der();
    let parts: Vec<&[u8]> =
        fields.iter().enumerate().map(|(index, field)| if index == 3 { issuer } else { field.all }).collect();
    let rest = tlv::children(tlv::at(certificate, &[]).value);
    tlv::make(0x30, &[&tlv::make(0x30, &parts), rest[1].all, rest[2].all])
}

#[test]
fn content_comes_from_one_place_only() {
    let attached = SignedData::parse(&good().build()).unwrap();
    let signer = attached.only_signer().unwrap();
    for content in [SignedContent::Detached(CONTENT), SignedContent::DetachedDigest(&|hash| hash.digest(CONTENT))] {
        let report = signer.verify(content);
        assert_eq!(report.problems, [Problem::ContentUnexpected]);
        assert!(!report.intact);
    }
    assert_fault(&good().detached().build(), Problem::ContentMissing);
}

#[test]
fn versions_and_the_list_of_digests_go_with_the_structure() {
    let mut forged = good();
    forged.version = 3;
    assert_fault(&forged.build(), Problem::VersionWrong);
    let mut forged = good();
    forged.signer_version = 3;
    assert_fault(&forged.build(), Problem::VersionWrong);
    let mut forged = good();
    forged.listed_digests = tlv::make(0x31, &[&Hash::Sm3.algorithm_identifier()]);
    assert_fault(&forged.build(), Problem::DigestNotListed);
}

#[test]
fn a_signature_of_another_key_is_wrong() {
    let mut forged = good();
    let mut stolen = Forged::of(other_rsa(), Family::Rfc5652, CONTENT);
    stolen.attributes.clone_from(&forged.attributes);
    let signature = tlv::children(tlv::at(&stolen.signer_info(), &[]).value)[5].all.to_vec();
    let info = forged.signer_info();
    let fields = tlv::children(tlv::at(&info, &[]).value);
    let mut parts: Vec<&[u8]> = fields.iter().map(|field| field.all).collect();
    parts[5] = &signature;
    forged.certificates.truncate(1);
    assert_fault(&forged.build_with_signers(&[tlv::make(0x30, &parts)]), Problem::SignatureWrong);
}

#[test]
fn every_problem_has_a_code_of_its_own() {
    let source = include_str!("../../src/signed/problem.rs");
    let mut codes: Vec<&str> = source.split('"').filter(|text| text.starts_with("cms.")).collect();
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
}
