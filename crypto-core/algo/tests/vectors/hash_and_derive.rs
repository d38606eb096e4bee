//! Examples of FIPS 180-4, RFC 4231, 5869, 7914, 3394, of SP 800-56A's X9.63 KDF and of Argon2's reference.

use algo::{
    Argon2Params, Hash, aes_key_unwrap, aes_key_wrap, argon2id, ecdh_x963_kdf, hkdf_expand, hkdf_extract, hmac, pbkdf2,
};

use crate::support::bytes;

/// "abc" of FIPS 180-4's example computations.
#[test]
fn fips_180_4_sha() {
    let expected = [
        (Hash::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (Hash::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Hash::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            Hash::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ];
    for (hash, digest) in expected {
        assert_eq!(hash.digest(b"abc").to_string(), digest, "{hash}");
    }
}

/// RFC 4231 §4.3 (test case 2: a key shorter than the digest).
#[test]
fn rfc_4231_hmac() {
    let mac = |hash| hmac(hash, b"Jefe", &[b"what do ya want ", b"for nothing?"]).to_string();
    assert_eq!(mac(Hash::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(
        mac(Hash::Sha384),
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"
    );
}

/// RFC 5869 §A.1 and §A.3 (no salt, no info).
#[test]
fn rfc_5869_hkdf() {
    let mut out = [0; 42];
    let prk = hkdf_extract(Hash::Sha256, &bytes("000102030405060708090a0b0c"), &[0x0b; 22]);
    assert_eq!(prk.to_string(), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    hkdf_expand(Hash::Sha256, prk.as_ref(), &[&bytes("f0f1f2f3f4"), &bytes("f5f6f7f8f9")], &mut out).unwrap();
    assert_eq!(
        out.to_vec(),
        bytes("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    );
    let prk = hkdf_extract(Hash::Sha256, b"", &[0x0b; 22]);
    hkdf_expand(Hash::Sha256, prk.as_ref(), &[], &mut out).unwrap();
    assert_eq!(
        out.to_vec(),
        bytes("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    );
}

/// RFC 7914 §11 (PBKDF2-HMAC-SHA-256).
#[test]
fn rfc_7914_pbkdf2() {
    let mut out = [0; 64];
    pbkdf2(Hash::Sha256, b"passwd", b"salt", 1, &mut out).unwrap();
    let expected = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc
                    49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783";
    assert_eq!(out.to_vec(), bytes(expected));
}

/// Test program of the reference implementation (phc-winner-argon2, src/test.c), version 0x13. RFC 9106 §5.3 has a
/// secret and associated data, which nothing here uses.
#[test]
fn argon2id_reference() {
    let cases = [
        (65536, 2, 1, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"),
        (256, 2, 1, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"),
        (256, 2, 2, "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"),
    ];
    for (memory_kib, passes, lanes, expected) in cases {
        let mut out = [0; 32];
        argon2id(&Argon2Params { memory_kib, passes, lanes }, b"password", b"somesalt", &mut out).unwrap();
        assert_eq!(out.to_vec(), bytes(expected), "m={memory_kib} t={passes} p={lanes}");
    }
}

/// NIST CAVP, ANSI X9.63-2001 KDF with SHA-256, first case: no shared information, 128 bits.
#[test]
fn cavp_x963_kdf() {
    let mut out = [0; 16];
    let z = bytes("96c05619d56c328ab95fe84b18264b08725b85e33fd34f08");
    ecdh_x963_kdf(Hash::Sha256, &z, b"", &mut out).unwrap();
    assert_eq!(out.to_vec(), bytes("443024c3dae66b95e6f5670601558f71"));
}

/// RFC 3394 §4.1 (128-bit key under 128 bits) and §4.6 (256 under 256).
#[test]
fn rfc_3394_key_wrap() {
    let cases = [
        (
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
            "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5",
        ),
        (
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
        ),
    ];
    for (kek, key, wrapped) in cases {
        assert_eq!(aes_key_wrap(&bytes(kek), &bytes(key)).unwrap(), bytes(wrapped));
        assert_eq!(aes_key_unwrap(&bytes(kek), &bytes(wrapped)).ok().unwrap().expose(), bytes(key));
    }
}
