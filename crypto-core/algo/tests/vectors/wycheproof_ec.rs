//! Wycheproof: ECDSA in both forms of a signature, and ECDH.

use std::collections::BTreeMap;

use algo::{Hash, KeyAlgorithm, PublicKey, SignatureScheme, raw_signature_to_der};
use openssl::nid::Nid;
use wycheproof::{TestResult, ecdh, ecdsa};

use crate::{
    exclusions::{Reason, Tally},
    private_key::private_key,
};

fn signatures(name: ecdsa::TestName, hash: Hash, least: usize) {
    let scheme = SignatureScheme::Ecdsa(hash);
    let mut tally = Tally::default();
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let key = PublicKey::from_spki(&group.der).unwrap();
        for test in group.tests {
            let valid = key.verify(&scheme, &test.msg, &test.sig).is_ok();
            assert_eq!(valid, test.result == TestResult::Valid, "case {}: {}", test.tc_id, test.comment);
            tally.run();
        }
    }
    tally.finish(least, &[]);
}

/// r ‖ s of exactly twice the field length; other lengths are refused before they become DER.
fn raw_signatures(name: ecdsa::TestName, hash: Hash, least: usize) {
    let scheme = SignatureScheme::Ecdsa(hash);
    let mut tally = Tally::default();
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let key = PublicKey::from_spki(&group.der).unwrap();
        let len = 2 * key.algorithm().field_len().unwrap();
        for test in group.tests {
            let der = raw_signature_to_der(&test.sig).ok().filter(|_| test.sig.len() == len);
            let valid = der.is_some_and(|der| key.verify(&scheme, &test.msg, &der).is_ok());
            assert_eq!(valid, test.result == TestResult::Valid, "case {}: {}", test.tc_id, test.comment);
            tally.run();
        }
    }
    tally.finish(least, &[]);
}

#[test]
fn ecdsa_p256() {
    signatures(ecdsa::TestName::EcdsaSecp256r1Sha256, Hash::Sha256, 480);
    signatures(ecdsa::TestName::EcdsaSecp256r1Sha512, Hash::Sha512, 400);
    raw_signatures(ecdsa::TestName::EcdsaSecp256r1Sha256P1363, Hash::Sha256, 260);
}

#[test]
fn ecdsa_p384() {
    signatures(ecdsa::TestName::EcdsaSecp384r1Sha384, Hash::Sha384, 500);
    signatures(ecdsa::TestName::EcdsaSecp384r1Sha256, Hash::Sha256, 300);
    raw_signatures(ecdsa::TestName::EcdsaSecp384r1Sha384P1363, Hash::Sha384, 200);
}

/// Compressed points are "acceptable" and accepted; other acceptable cases are keys that we refuse to read.
fn agreements(name: ecdh::TestName, curve: Nid, read: impl Fn(&[u8]) -> Option<PublicKey>, reasons: &[Reason]) {
    let mut tally = Tally::default();
    // Many cases share a private number, and reading a key costs a trial signature.
    let mut keys = BTreeMap::new();
    for test in ecdh::TestSet::load(name).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
        let number: Vec<u8> = test.private_key.iter().copied().skip_while(|byte| *byte == 0).collect();
        let Some(peer) = read(&test.public_key) else {
            assert_ne!(test.result, TestResult::Valid, "case {}: {}", test.tc_id, test.comment);
            if test.result == TestResult::Acceptable {
                tally.exclude(Reason::UnnamedOrDamagedCurve);
            } else {
                tally.run();
            }
            continue;
        };
        let key = keys.entry(number).or_insert_with_key(|number| private_key(curve, number));
        let agreed = key.agree(&peer);
        assert_eq!(agreed.is_ok(), test.result != TestResult::Invalid, "case {}: {}", test.tc_id, test.comment);
        if let Ok(agreed) = agreed {
            assert_eq!(agreed.expose(), test.shared_secret.as_slice(), "case {}: {}", test.tc_id, test.comment);
        }
        tally.run();
    }
    tally.finish(300, reasons);
}

#[test]
fn ecdh_p256() {
    let spki = |bytes: &[u8]| PublicKey::from_spki(bytes).ok();
    let point = |bytes: &[u8]| PublicKey::from_point(KeyAlgorithm::P256, bytes).ok();
    agreements(ecdh::TestName::EcdhSecp256r1, Nid::X9_62_PRIME256V1, spki, &[Reason::UnnamedOrDamagedCurve]);
    agreements(ecdh::TestName::EcdhSecp256r1Ecpoint, Nid::X9_62_PRIME256V1, point, &[]);
}

#[test]
fn ecdh_p384() {
    let spki = |bytes: &[u8]| PublicKey::from_spki(bytes).ok();
    let point = |bytes: &[u8]| PublicKey::from_point(KeyAlgorithm::P384, bytes).ok();
    agreements(ecdh::TestName::EcdhSecp384r1, Nid::SECP384R1, spki, &[Reason::UnnamedOrDamagedCurve]);
    agreements(ecdh::TestName::EcdhSecp384r1Ecpoint, Nid::SECP384R1, point, &[]);
}
