//! SM2 messages of both families. OpenSSL cannot verify these, so RustCrypto `sm2` does, over parts that are cut out of
//! the message here, not by the crate under test.

use algo::{Hash, SignatureScheme, Sm2Id};
use cms::{Content, Family, Problem, SignedContent, SignedData, SignedDataBuilder, SignedForm};
use sm2::dsa::signature::Verifier;
use sm2::dsa::{Signature, VerifyingKey};
use sm3::{Digest, Sm3};

use crate::forge::Forged;
use crate::pki::{openssl, sm2, try_openssl};
use crate::tlv;

const CONTENT: &[u8] = "投标函：总价 1,234,567.89 元".as_bytes();
const DEFAULT_ID: &str = "1234567812345678";

fn message(family: Family, content: Content<'_>) -> Vec<u8> {
    sm2().sign(SignedDataBuilder::new(&sm2().certificate, sm2().scheme.clone(), family).content(content))
}

/// SEQUENCE { oid, [0] { SEQUENCE { version, digestAlgorithms, content, certificates, SET { SignerInfo } } } }
const SIGNER_INFO: &[usize] = &[1, 0, 4, 0];

fn second_opinion(signed: &[u8], id: &str) -> bool {
    let info = tlv::children(tlv::at(signed, SIGNER_INFO).value);
    let [_, _, _, attributes, _, signature] = info.as_slice() else { panic!("six fields of SignerInfo: {info:02x?}") };
    assert_eq!(attributes.tag, 0xA0);
    let set = [&[0x31], &attributes.all[1..]].concat();
    let point = sm2().key.public().point().unwrap();
    let key = VerifyingKey::from_sec1_bytes(id, point).unwrap();
    key.verify(&set, &Signature::from_der(signature.value).unwrap()).is_ok()
}

#[test]
fn rustcrypto_verifies_both_families_under_the_default_id() {
    for family in [Family::Rfc5652, Family::Gm] {
        for content in [Content::Attached(CONTENT), Content::Detached(Hash::Sm3.digest(CONTENT))] {
            let signed = message(family, content);
            assert!(second_opinion(&signed, DEFAULT_ID), "{family:?} {content:?}");
            assert!(!second_opinion(&signed, ""), "the empty id gives another digest");
        }
    }
}

#[test]
fn identifiers_are_those_of_the_family() {
    for (family, signed_data, data, signature) in [
        (Family::Rfc5652, "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1", "1.2.156.10197.1.501"),
        (Family::Gm, "1.2.156.10197.6.1.4.2.2", "1.2.156.10197.6.1.4.2.1", "1.2.156.10197.1.301.1"),
    ] {
        let signed = message(family, Content::Attached(CONTENT));
        assert_eq!(tlv::at(&signed, &[0]).all, tlv::oid(signed_data));
        assert_eq!(tlv::at(&signed, &[1, 0, 1, 0]).all, tlv::algorithm("1.2.156.10197.1.401"));
        assert_eq!(tlv::at(&signed, &[1, 0, 2, 0]).all, tlv::oid(data));
        assert_eq!(tlv::at(&signed, &[1, 0, 2, 1, 0]).value, CONTENT);
        let info = tlv::children(tlv::at(&signed, SIGNER_INFO).value);
        assert_eq!(info[0].all, [2, 1, 1]);
        assert_eq!(info[2].all, tlv::algorithm("1.2.156.10197.1.401"));
        assert_eq!(info[4].all, tlv::algorithm(signature));
        let content_type = tlv::attribute("1.2.840.113549.1.9.3", &[&tlv::oid(data)]);
        assert!(tlv::children(info[3].value).iter().any(|attribute| attribute.all == content_type));
    }
}

/// Attributes: the digest is SM3 as RustCrypto computes it, and signingCertificateV2 names SM3 in full, because its
/// default is SHA-256.
#[test]
fn attributes_carry_sm3_of_content_and_certificate() {
    let signed = message(Family::Gm, Content::Attached(CONTENT));
    let info = tlv::children(tlv::at(&signed, SIGNER_INFO).value);
    let attributes: Vec<&[u8]> = tlv::children(info[3].value).iter().map(|attribute| attribute.all).collect();
    assert!(attributes.is_sorted());
    let digest = tlv::make(4, &[&Sm3::digest(CONTENT)]);
    assert!(attributes.contains(&tlv::attribute("1.2.840.113549.1.9.4", &[&digest]).as_slice()));
    let thumbprint = tlv::make(4, &[&Sm3::digest(sm2().certificate.der())]);
    let id = tlv::make(0x30, &[&tlv::algorithm("1.2.156.10197.1.401"), &thumbprint]);
    let value = tlv::make(0x30, &[&tlv::make(0x30, &[&id])]);
    assert!(attributes.contains(&tlv::attribute("1.2.840.113549.1.9.16.2.47", &[&value]).as_slice()));
    assert_eq!(attributes.len(), 3, "no signing time unless it was asked for");
}

#[test]
fn openssl_can_at_least_read_the_structure() {
    let dir = sm2().folder();
    std::fs::write(dir.path().join("message"), message(Family::Rfc5652, Content::Attached(CONTENT))).unwrap();
    let print = openssl(dir.path(), &["cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "message"]);
    assert!(String::from_utf8_lossy(&print).contains("SM2-with-SM3"));
    std::fs::write(dir.path().join("gm"), message(Family::Gm, Content::Attached(CONTENT))).unwrap();
    let parsed = try_openssl(dir.path(), &["asn1parse", "-inform", "DER", "-in", "gm"]).unwrap();
    assert!(String::from_utf8_lossy(&parsed).contains("1.2.156.10197.6.1.4.2.2"));
}

#[test]
fn our_reader_verifies_both_families_and_says_under_which_id() {
    for family in [Family::Rfc5652, Family::Gm] {
        let signed = SignedData::parse(&message(family, Content::Attached(CONTENT))).unwrap();
        assert_eq!((signed.family(), signed.content()), (family, Some(CONTENT)));
        let report = signed.only_signer().unwrap().verify(SignedContent::Embedded);
        assert!(report.is_sound(), "{report:?}");
        assert_eq!(report.sm2_id, Some(Sm2Id::DEFAULT));
        assert_eq!(report.certificate.as_ref(), Some(&sm2().certificate));

        let detached = SignedData::parse(&message(family, Content::Detached(Hash::Sm3.digest(CONTENT)))).unwrap();
        let signer = detached.only_signer().unwrap();
        assert_eq!(signer.digest_needed(), Some(Hash::Sm3));
        assert!(signer.verify(SignedContent::Detached(CONTENT)).is_sound());
        assert!(signer.verify(SignedContent::DetachedDigest(&|hash| hash.digest(CONTENT))).is_sound());
    }
}

#[test]
fn a_signature_under_the_empty_id_is_read_and_reported_and_no_other() {
    let empty = SignatureScheme::Sm2(Sm2Id::EMPTY);
    let signed = Forged::of(sm2(), Family::Gm, CONTENT).with_scheme(empty).build();
    assert!(second_opinion(&signed, ""), "made under the empty id");
    let report = SignedData::parse(&signed).unwrap().only_signer().unwrap().verify(SignedContent::Embedded);
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.sm2_id, Some(Sm2Id::EMPTY));

    let other = SignatureScheme::Sm2(Sm2Id::new(*b"someone@else").unwrap());
    let signed = Forged::of(sm2(), Family::Gm, CONTENT).with_scheme(other).build();
    let report = SignedData::parse(&signed).unwrap().only_signer().unwrap().verify(SignedContent::Embedded);
    assert_eq!(report.problems, [Problem::SignatureWrong]);
}

#[test]
fn either_identifier_of_the_signature_is_read_in_either_family() {
    for family in [Family::Rfc5652, Family::Gm] {
        for identifier in ["1.2.156.10197.1.501", "1.2.156.10197.1.301.1"] {
            let mut forged = Forged::of(sm2(), family, CONTENT);
            forged.signature_algorithm = tlv::algorithm(identifier);
            let report =
                SignedData::parse(&forged.build()).unwrap().only_signer().unwrap().verify(SignedContent::Embedded);
            assert!(report.is_sound(), "{family:?} {identifier} {report:?}");
        }
    }
}

/// The plain variant of GB/T 35275, as OFD signatures use it: no attributes, SM2 over the content itself.
#[test]
fn a_signature_over_plain_content_is_read_and_reported_as_such() {
    for family in [Family::Rfc5652, Family::Gm] {
        let signed = Forged::of(sm2(), family, CONTENT).plain().build();
        let report = SignedData::parse(&signed).unwrap().only_signer().unwrap().verify(SignedContent::Embedded);
        assert!(report.is_sound(), "{report:?}");
        assert_eq!(report.form, SignedForm::Plain);

        let detached = Forged::of(sm2(), family, CONTENT).plain().detached().build();
        let detached = SignedData::parse(&detached).unwrap();
        let signer = detached.only_signer().unwrap();
        assert!(signer.verify(SignedContent::Detached(CONTENT)).is_sound());
        let by_digest = signer.verify(SignedContent::DetachedDigest(&|hash| hash.digest(CONTENT)));
        assert_eq!(by_digest.problems, [Problem::ContentNeeded]);
        assert!(!by_digest.intact && !by_digest.signature);
        let altered = signer.verify(SignedContent::Detached(b"another"));
        assert!(!altered.intact && !altered.signature);
    }
}

/// Every byte of the DER comes back: the attributes that were signed and the certificate are in there.
#[test]
fn a_message_in_ber_down_to_the_last_element_is_read() {
    for family in [Family::Rfc5652, Family::Gm] {
        let message = message(family, Content::Attached(CONTENT));
        let ber = tlv::to_ber(tlv::at(&message, &[]));
        assert!(ber.len() > message.len() && ber[1] == 0x80);
        let signed = SignedData::parse(&ber).unwrap();
        assert_eq!(signed.content(), Some(CONTENT));
        let report = signed.only_signer().unwrap().verify(SignedContent::Embedded);
        assert!(report.is_sound(), "{report:?}");
        for length in 0..ber.len() {
            assert!(SignedData::parse(&ber[..length]).is_err(), "cut to {length}");
        }
    }
}
