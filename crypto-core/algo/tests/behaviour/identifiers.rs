//! Algorithm identifiers: the bytes written are those that `openssl` writes, and every form found in practice is read.

use std::process::Command;

use algo::{
    Aead, AlgorithmError, AlgorithmForm, Cbc, Hash, KeyTransport, PrivateKey, SignatureScheme, Sm2Id, Suite, oid,
};

use crate::support::bytes;

fn every_scheme() -> Vec<SignatureScheme> {
    let hashes = [Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512];
    let mut schemes = vec![SignatureScheme::Sm2(Sm2Id::DEFAULT), SignatureScheme::RsaPkcs1(Hash::Sm3)];
    for hash in hashes {
        schemes.extend([SignatureScheme::RsaPkcs1(hash), SignatureScheme::RsaPss(hash), SignatureScheme::Ecdsa(hash)]);
    }
    schemes
}

#[test]
fn every_scheme_reads_back() {
    for scheme in every_scheme() {
        let standard = scheme.algorithm_identifier(AlgorithmForm::Standard);
        assert_eq!(SignatureScheme::from_algorithm_identifier(&standard, None), Ok(scheme.clone()));
        for form in [AlgorithmForm::Standard, AlgorithmForm::GmSignerInfo] {
            let der = scheme.algorithm_identifier(form);
            let read = SignatureScheme::from_algorithm_identifier(&der, Some(scheme.hash()));
            assert_eq!(read, Ok(scheme.clone()), "{form:?}");
        }
    }
}

/// A self-signed certificate by the `openssl` program contains exactly the bytes that we would write.
#[test]
fn certificates_of_openssl_carry_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest";
    let cases = [
        (Suite::Rsa, "-sha256", SignatureScheme::RsaPkcs1(Hash::Sha256)),
        (Suite::Rsa, &format!("-sha256 {pss}"), SignatureScheme::RsaPss(Hash::Sha256)),
        (Suite::Rsa, &format!("-sha512 {pss}"), SignatureScheme::RsaPss(Hash::Sha512)),
        (Suite::P256, "-sha256", SignatureScheme::Ecdsa(Hash::Sha256)),
        (Suite::P384, "-sha384", SignatureScheme::Ecdsa(Hash::Sha384)),
        (Suite::Sm, "-sm3 -sigopt distid:1234567812345678", SignatureScheme::Sm2(Sm2Id::DEFAULT)),
    ];
    for (suite, options, scheme) in cases {
        let key = PrivateKey::generate(suite.key_algorithm()).unwrap();
        let mut file = std::fs::File::create(folder.path().join("key")).unwrap();
        std::io::Write::write_all(&mut file, key.to_pkcs8().unwrap().expose()).unwrap();
        let line = format!("req -new -x509 -subj /CN=test -keyform DER -key key -outform DER {options}");
        let output = Command::new("openssl").args(line.split_whitespace()).current_dir(folder.path()).output();
        let certificate = output.expect("these tests need the `openssl` program").stdout;
        let ours = scheme.algorithm_identifier(AlgorithmForm::Standard);
        let times = certificate.windows(ours.len()).filter(|window| *window == ours).count();
        assert_eq!(times, 2, "{scheme:?}: in the TBS and beside the signature");
    }
}

#[test]
fn names_that_need_the_digest_beside_them() {
    use SignatureScheme as S;
    let rsa = bytes("300d06092a864886f70d0101010500");
    let ec = bytes("300906072a8648ce3d0201");
    let sm2_sign = bytes("300b06092a811ccf5501822d01");
    let read = S::from_algorithm_identifier;
    assert_eq!(read(&rsa, Some(Hash::Sha384)), Ok(S::RsaPkcs1(Hash::Sha384)));
    assert_eq!(read(&ec, Some(Hash::Sha256)), Ok(S::Ecdsa(Hash::Sha256)));
    assert_eq!(read(&ec, Some(Hash::Sm3)), Ok(S::Sm2(Sm2Id::DEFAULT)));
    assert_eq!(read(&sm2_sign, Some(Hash::Sm3)), Ok(S::Sm2(Sm2Id::DEFAULT)));
    assert_eq!(read(&rsa, None), Err(AlgorithmError::Unknown(oid::RSA_ENCRYPTION)));
    assert_eq!(read(&sm2_sign, None), Err(AlgorithmError::Unknown(oid::SM2_SIGN)));
    assert_eq!(read(&sm2_sign, Some(Hash::Sha256)), Err(AlgorithmError::DigestMismatch(oid::SM2_SIGN)));
}

/// The name and the digest beside it must not contradict each other.
#[test]
fn a_digest_that_contradicts_is_refused() {
    for scheme in every_scheme() {
        let der = scheme.algorithm_identifier(AlgorithmForm::Standard);
        for hash in Hash::ALL.into_iter().filter(|hash| *hash != scheme.hash()) {
            let read = SignatureScheme::from_algorithm_identifier(&der, Some(hash));
            assert!(matches!(read, Err(AlgorithmError::DigestMismatch(_))), "{scheme:?} with {hash}");
        }
    }
}

/// Many programs write a NULL after the SM2 name; RSA's NULL is left out by others.
#[test]
fn null_and_absent_parameters_mean_the_same() {
    let cases = [
        ("300c06082a811ccf550183750500", SignatureScheme::Sm2(Sm2Id::DEFAULT)),
        ("300a06082a811ccf55018375", SignatureScheme::Sm2(Sm2Id::DEFAULT)),
        ("300b06092a864886f70d01010b", SignatureScheme::RsaPkcs1(Hash::Sha256)),
        ("300d06092a864886f70d01010b0500", SignatureScheme::RsaPkcs1(Hash::Sha256)),
    ];
    for (der, scheme) in cases {
        assert_eq!(SignatureScheme::from_algorithm_identifier(&bytes(der), None), Ok(scheme), "{der}");
    }
}

/// RFC 8017 §A.2.3: everything at its default is an empty SEQUENCE, and what is not ours is refused, not ignored.
#[test]
fn pss_parameters() {
    let read = |der: &str| SignatureScheme::from_algorithm_identifier(&bytes(der), None);
    assert_eq!(read("300d06092a864886f70d01010a3000"), Ok(SignatureScheme::RsaPss(Hash::Sha1)));
    let refused = Err(AlgorithmError::Parameters(oid::RSASSA_PSS));
    let absent = "300b06092a864886f70d01010a";
    let sha256_with_sha1_mask = "301e06092a864886f70d01010a3011a00f300d06096086480165030402010500";
    let sha1_with_salt_32 = "301206092a864886f70d01010a3005a203020120";
    let trailer_2 = "301206092a864886f70d01010a3005a303020102";
    for der in [absent, sha256_with_sha1_mask, sha1_with_salt_32, trailer_2] {
        assert_eq!(read(der), refused, "{der}");
    }
}

#[test]
fn key_transports_read_back() {
    let hashes = [Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512];
    let transports = hashes.map(KeyTransport::RsaOaep).into_iter().chain([KeyTransport::RsaPkcs1, KeyTransport::Sm2]);
    for transport in transports {
        for sm2 in [oid::SM2, oid::SM2_EXCHANGE, oid::SM2_ENCRYPT] {
            let der = transport.algorithm_identifier(sm2);
            assert_eq!(KeyTransport::from_algorithm_identifier(&der), Ok(transport));
        }
    }
    let labelled = "301f06092a864886f70d0101073012a210300e06092a864886f70d010109040178";
    let read = KeyTransport::from_algorithm_identifier(&bytes(labelled));
    assert_eq!(read, Err(AlgorithmError::Parameters(oid::RSAES_OAEP)));
}

#[test]
fn hashes_and_ciphers_read_back() {
    for hash in Hash::ALL {
        assert_eq!(Hash::from_algorithm_identifier(&hash.algorithm_identifier()), Ok(hash));
    }
    for cbc in [Cbc::Sm4, Cbc::Aes128, Cbc::Aes192, Cbc::Aes256] {
        assert_eq!(Cbc::from_algorithm_identifier(&cbc.algorithm_identifier(&[9; 16])), Ok((cbc, [9; 16])));
    }
    let md5 = "300c06082a864886f70d02050500";
    assert!(matches!(Hash::from_algorithm_identifier(&bytes(md5)), Err(AlgorithmError::Unknown(_))));
    assert_eq!(Hash::from_algorithm_identifier(b"0"), Err(AlgorithmError::Malformed));
}

#[test]
fn suites_and_ciphers_have_names() {
    for suite in Suite::ALL {
        assert_eq!(suite.to_string().parse(), Ok(suite));
    }
    assert!("SM".parse::<Suite>().is_err() && "".parse::<Suite>().is_err());
    // The IANA registry of AEAD algorithms; the bid format hashes these names.
    assert_eq!([Aead::Sm4Gcm.name(), Aead::Aes256Gcm.name()], ["AEAD_SM4_GCM", "AEAD_AES_256_GCM"]);
}
