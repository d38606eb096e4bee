//! Known-bad input: each is refused, by the error that its caller can tell a person about.

use algo::{
    Aead, AeadError, AeadKey, AgreeError, Argon2Params, BadSignature, Cbc, CbcError, Digest, DigestLength,
    GenerateError, Hash, KdfError, KeyAlgorithm, KeyTransport, PrivateKey, PrivateKeyError, PublicKey, PublicKeyError,
    SignError, SignatureScheme, Sm2Id, Sm2IdTooLong, Suite, TAG_LEN, WrapError, aes_key_unwrap, aes_key_wrap, argon2id,
    cbc_decrypt, cbc_encrypt, der_signature_to_raw, hkdf_expand, pbkdf2, raw_signature_to_der,
};
use openssl::{
    bn::BigNum,
    ec::{EcGroup, EcKey},
    nid::Nid,
    pkey::PKey,
    rsa::Rsa,
};

const SM2: SignatureScheme = SignatureScheme::Sm2(Sm2Id::DEFAULT);

fn generate(suite: Suite) -> PrivateKey {
    PrivateKey::generate(suite.key_algorithm()).unwrap()
}

/// Every single-bit change of `bytes`.
fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..8 * bytes.len()).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

#[test]
fn each_flipped_bit_of_a_sealed_message() {
    for aead in [Aead::Sm4Gcm, Aead::Aes256Gcm] {
        let key = AeadKey::new(aead, &vec![1; aead.key_len()]).unwrap();
        let mut sealed = [0; 40 + TAG_LEN];
        key.seal(&[0; 12], b"aad", &[7; 40], &mut sealed).unwrap();
        let opens = |nonce: &[u8; 12], aad: &[u8], sealed: &[u8]| key.open(nonce, aad, sealed, &mut [0; 40]).is_ok();
        assert!(opens(&[0; 12], b"aad", &sealed));
        assert!(flips(&sealed).all(|bad| !opens(&[0; 12], b"aad", &bad)));
        assert!(flips(&[0; 12]).all(|bad| !opens(&bad.try_into().unwrap(), b"aad", &sealed)));
        assert!(flips(b"aad").all(|bad| !opens(&[0; 12], &bad, &sealed)));
        assert!(!opens(&[0; 12], b"aad", &sealed[..TAG_LEN - 1]));
        assert!(!opens(&[0; 12], b"aad", &sealed[1..]));
    }
}

#[test]
fn each_flipped_bit_of_a_signature_message_or_e() {
    for suite in Suite::ALL {
        let (key, scheme) = (generate(suite), suite.signature_scheme());
        let signature = key.sign(&scheme, b"message").unwrap();
        let verifies = |message: &[u8], signature: &[u8]| key.public().verify(&scheme, message, signature).is_ok();
        assert!(verifies(b"message", &signature));
        // An RSA signature has 2048 bits; its first and last words stand for the rest.
        let step = if suite == Suite::Rsa { 13 } else { 1 };
        assert!(flips(&signature).step_by(step).all(|bad| !verifies(b"message", &bad)), "{suite}");
        assert!(flips(b"message").all(|bad| !verifies(&bad, &signature)), "{suite}");
        assert!(!verifies(b"message", &[]) && !verifies(b"message", &signature[1..]), "{suite}");
        assert!(!verifies(b"message", &[&signature[..], &[0]].concat()), "{suite}: nothing may follow");
        assert!(generate(suite).public().verify(&scheme, b"message", &signature).is_err(), "{suite}: another key");
    }
}

#[test]
fn each_flipped_bit_of_an_sm2_ciphertext() {
    let key = generate(Suite::Sm);
    let wrapped = key.public().wrap(KeyTransport::Sm2, &[3; 16]).unwrap();
    assert!(key.unwrap_key(KeyTransport::Sm2, &wrapped).is_ok());
    for bad in flips(&wrapped) {
        assert!(key.unwrap_key(KeyTransport::Sm2, &bad).is_err(), "{}", hex::encode(bad));
    }
    for len in 0..wrapped.len() {
        assert!(key.unwrap_key(KeyTransport::Sm2, &wrapped[..len]).is_err(), "cut at {len}");
    }
    assert!(generate(Suite::Sm).unwrap_key(KeyTransport::Sm2, &wrapped).is_err(), "another key");
}

#[test]
fn the_wrong_sm2_id() {
    let key = generate(Suite::Sm);
    let ids = [Sm2Id::DEFAULT, Sm2Id::EMPTY, Sm2Id::new(*b"1234567812345679").unwrap()];
    for signed in &ids {
        let signature = key.sign(&SignatureScheme::Sm2(signed.clone()), b"message").unwrap();
        for checked in &ids {
            let result = key.public().verify(&SignatureScheme::Sm2(checked.clone()), b"message", &signature);
            assert_eq!(result.is_ok(), signed == checked, "{signed:?} checked as {checked:?}");
        }
    }
    assert_eq!(Sm2Id::new(vec![0; 8192]), Err(Sm2IdTooLong(8192)));
    assert!(key.public().sm2_z(&Sm2Id::new(vec![0; 8191]).unwrap()).is_some());
}

#[test]
fn schemes_that_do_not_fit_the_key() {
    let schemes = [SM2, SignatureScheme::RsaPkcs1(Hash::Sha256), SignatureScheme::Ecdsa(Hash::Sha256)];
    for suite in [Suite::Sm, Suite::Rsa, Suite::P256] {
        let key = generate(suite);
        for scheme in schemes.iter().filter(|scheme| !scheme.fits(key.algorithm())) {
            assert!(key.public().to_sign(scheme, b"").is_err(), "{suite} {scheme:?}");
            assert!(matches!(key.sign(scheme, b""), Err(SignError::Scheme(_))), "{suite} {scheme:?}");
            assert_eq!(key.public().verify(scheme, b"", b""), Err(BadSignature), "{suite} {scheme:?}");
        }
    }
}

#[test]
fn weak_or_ill_fitting_digests() {
    let key = generate(Suite::P256);
    let sha1 = SignatureScheme::Ecdsa(Hash::Sha1);
    assert!(matches!(key.sign(&sha1, b""), Err(SignError::WeakHash(Hash::Sha1))));
    assert!(matches!(key.sign(&SignatureScheme::Ecdsa(Hash::Sm3), b""), Err(SignError::Scheme(_))));
    let long = Hash::Sha512.digest(b"");
    assert!(matches!(key.sign_digest(&SignatureScheme::Ecdsa(Hash::Sha256), &long), Err(SignError::Scheme(_))));
    assert_eq!(Digest::new(&[0; 31]), Err(DigestLength(31)));
}

#[test]
fn keys_of_the_wrong_length() {
    for aead in [Aead::Sm4Gcm, Aead::Aes256Gcm] {
        for len in [0, 15, 17, 24, 33] {
            assert!(matches!(AeadKey::new(aead, &vec![0; len]), Err(AeadError::KeyLength { got, .. }) if got == len));
        }
    }
    assert!(matches!(AeadKey::new(Aead::Sm4Gcm, &[0; 32]), Err(AeadError::KeyLength { expected: 16, got: 32 })));
    assert!(matches!(cbc_encrypt(Cbc::Sm4, &[0; 32], &[0; 16], b""), Err(CbcError::KeyLength { .. })));
    assert!(cbc_decrypt(Cbc::Aes256, &[0; 16], &[0; 16], &[0; 16]).is_err());
    for len in [0, 1, 15, 17] {
        assert!(cbc_decrypt(Cbc::Sm4, &[0; 16], &[0; 16], &vec![0; len]).is_err(), "{len} bytes are not blocks");
    }
    assert!(matches!(aes_key_wrap(&[0; 17], &[0; 16]), Err(WrapError::Length { .. })));
    assert!(matches!(aes_key_wrap(&[0; 16], &[0; 20]), Err(WrapError::Length { got: 20 })));
    let wrapped = aes_key_wrap(&[0; 32], &[7; 32]).unwrap();
    assert!(flips(&wrapped).all(|bad| aes_key_unwrap(&[0; 32], &bad).is_err()));
    let mut short = [0; 4];
    let key = AeadKey::new(Aead::Sm4Gcm, &[0; 16]).unwrap();
    assert!(matches!(key.seal(&[0; 12], b"", b"", &mut short), Err(AeadError::OutputLength { expected: 16, got: 4 })));
}

#[test]
fn wrapping_what_does_not_fit() {
    let (rsa, sm2) = (generate(Suite::Rsa), generate(Suite::Sm));
    let oaep = KeyTransport::RsaOaep(Hash::Sha256);
    assert!(rsa.public().wrap(oaep, &[0; 190]).is_ok());
    assert!(matches!(rsa.public().wrap(oaep, &[0; 191]), Err(WrapError::Length { got: 191 })));
    assert!(matches!(rsa.public().wrap(KeyTransport::RsaPkcs1, &[0; 246]), Err(WrapError::Length { got: 246 })));
    assert!(matches!(sm2.public().wrap(KeyTransport::Sm2, b""), Err(WrapError::Length { got: 0 })));
    assert!(matches!(sm2.public().wrap(oaep, &[0; 16]), Err(WrapError::TransportMismatch)));
    assert!(matches!(rsa.public().wrap(KeyTransport::Sm2, &[0; 16]), Err(WrapError::TransportMismatch)));
    assert!(generate(Suite::P256).public().wrap(KeyTransport::Sm2, &[0; 16]).is_err());
    let wrapped = rsa.public().wrap(oaep, &[5; 32]).unwrap();
    assert!(rsa.unwrap_key(KeyTransport::RsaOaep(Hash::Sha1), &wrapped).is_err(), "another hash");
    assert!(rsa.unwrap_key(oaep, &wrapped[1..]).is_err() && rsa.unwrap_key(oaep, b"").is_err());
    // One in 256 begins with a zero, without which it would be the same number.
    let zero = (0..).map(|_| rsa.public().wrap(oaep, &[5; 32]).unwrap()).find(|wrapped| wrapped[0] == 0).unwrap();
    assert!(rsa.unwrap_key(oaep, &zero).is_ok() && rsa.unwrap_key(oaep, &zero[1..]).is_err());
}

#[test]
fn keys_that_cannot_agree() {
    let (p256, p384, sm2) = (generate(Suite::P256), generate(Suite::P384), generate(Suite::Sm));
    assert!(matches!(p256.agree(p384.public()), Err(AgreeError::Mismatch)));
    assert!(matches!(sm2.agree(sm2.public()), Err(AgreeError::Mismatch)));
}

#[test]
fn public_keys_that_are_none() {
    let spki = generate(Suite::P256).public().spki().to_vec();
    let read = |bytes: &[u8]| PublicKey::from_spki(bytes).map(|_| ());
    assert_eq!(read(b""), Err(PublicKeyError::Unsupported));
    assert_eq!(read(&[&spki[..], &[0]].concat()), Err(PublicKeyError::Unsupported), "nothing may follow");
    let mut off_curve = spki.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    assert_eq!(read(&off_curve), Err(PublicKeyError::Malformed));
    for point in [&[][..], &[0], &[4; 64], &[0; 65], &[6; 65]] {
        assert!(PublicKey::from_point(KeyAlgorithm::P256, point).is_err(), "{point:?}");
    }
    let ed25519 = PKey::generate_ed25519().unwrap().public_key_to_der().unwrap();
    assert_eq!(read(&ed25519), Err(PublicKeyError::Unsupported));
    let small = PKey::from_rsa(Rsa::generate(512).unwrap()).unwrap().public_key_to_der().unwrap();
    assert_eq!(read(&small), Err(PublicKeyError::RsaSize { bits: 512 }));
    assert_eq!(PublicKey::from_rsa(&[0xff; 256], &[2]).map(|_| ()), Err(PublicKeyError::Malformed), "even exponent");
    assert_eq!(PublicKey::from_rsa(&[0xff; 256], &[1]).map(|_| ()), Err(PublicKeyError::Malformed), "exponent 1");
}

#[test]
fn private_keys_that_are_none() {
    let read = |bytes: &[u8]| PrivateKey::from_pkcs8(bytes).map(|_| ());
    assert_eq!(read(b""), Err(PrivateKeyError::Malformed));
    let small = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap().private_key_to_pkcs8().unwrap();
    assert_eq!(read(&small), Err(PrivateKeyError::Unsupported));
    let p521 = EcKey::generate(&EcGroup::from_curve_name(Nid::SECP521R1).unwrap()).unwrap();
    let p521 = PKey::from_ec_key(p521).unwrap().private_key_to_pkcs8().unwrap();
    assert_eq!(read(&p521), Err(PrivateKeyError::Unsupported));
    assert!(matches!(
        PrivateKey::generate(KeyAlgorithm::Rsa { bits: 1024 }),
        Err(GenerateError::RsaSize { bits: 1024 })
    ));
}

/// A public half that belongs to another private one would sign what nobody can verify.
#[test]
fn halves_that_do_not_belong_together() {
    for curve in [Nid::SM2, Nid::X9_62_PRIME256V1] {
        let group = EcGroup::from_curve_name(curve).unwrap();
        let point = EcKey::generate(&group).unwrap();
        let number = BigNum::from_u32(12345).unwrap();
        let key = EcKey::from_private_components(&group, &number, point.public_key()).unwrap();
        let pkcs8 = PKey::from_ec_key(key).unwrap().private_key_to_pkcs8().unwrap();
        assert_eq!(PrivateKey::from_pkcs8(&pkcs8).map(|_| ()), Err(PrivateKeyError::Malformed));
    }
}

/// One flipped bit in a CRT parameter makes RSA signatures that give the key away.
#[test]
fn an_rsa_key_with_a_damaged_crt_parameter() {
    let key = Rsa::generate(2048).unwrap();
    let mut damaged = key.dmp1().unwrap().to_owned().unwrap();
    damaged.add_word(2).unwrap();
    let own = |number: &openssl::bn::BigNumRef| number.to_owned().unwrap();
    let key = Rsa::from_private_components(
        own(key.n()),
        own(key.e()),
        own(key.d()),
        own(key.p().unwrap()),
        own(key.q().unwrap()),
        damaged,
        own(key.dmq1().unwrap()),
        own(key.iqmp().unwrap()),
    );
    let pkcs8 = PKey::from_rsa(key.unwrap()).unwrap().private_key_to_pkcs8().unwrap();
    let read = PrivateKey::from_pkcs8(&pkcs8);
    // OpenSSL checks its CRT result and falls back to the plain exponent, so such a key may be accepted, never misused.
    assert!(
        read.is_err()
            || read.is_ok_and(|key| {
                let scheme = SignatureScheme::RsaPkcs1(Hash::Sha256);
                let signature = key.sign(&scheme, b"message").unwrap();
                key.public().verify(&scheme, b"message", &signature).is_ok()
            })
    );
}

#[test]
fn derivations_out_of_range() {
    assert!(hkdf_expand(Hash::Sm3, b"key", &[], &mut vec![0; 255 * 32]).is_ok());
    let too_much = hkdf_expand(Hash::Sm3, b"key", &[], &mut vec![0; 255 * 32 + 1]);
    assert_eq!(too_much, Err(KdfError::OutputLength { asked: 255 * 32 + 1 }));
    assert_eq!(pbkdf2(Hash::Sm3, b"p", b"salt", 0, &mut [0; 16]), Err(KdfError::Parameters));
    assert_eq!(pbkdf2(Hash::Sm3, b"p", b"salt", 1, &mut []), Err(KdfError::OutputLength { asked: 0 }));
    let fair = Argon2Params { memory_kib: 64, passes: 1, lanes: 1 };
    assert_eq!(argon2id(&fair, b"p", b"saltsalt", &mut [0; 32]), Ok(()));
    assert_eq!(argon2id(&fair, b"p", b"salt", &mut [0; 32]), Err(KdfError::Parameters));
    assert_eq!(argon2id(&fair, b"p", b"saltsalt", &mut [0; 3]), Err(KdfError::Parameters));
    for bad in
        [Argon2Params { memory_kib: 1, ..fair }, Argon2Params { passes: 0, ..fair }, Argon2Params { lanes: 0, ..fair }]
    {
        assert_eq!(argon2id(&bad, b"p", b"saltsalt", &mut [0; 32]), Err(KdfError::Parameters), "{bad:?}");
    }
}

#[test]
fn signatures_of_another_form() {
    assert!(raw_signature_to_der(&[]).is_err() && raw_signature_to_der(&[1; 63]).is_err());
    assert!(der_signature_to_raw(b"", 32).is_err());
    let der = raw_signature_to_der(&[0xff; 96]).unwrap();
    assert!(der_signature_to_raw(&der, 32).is_err(), "numbers of 48 bytes are no P-256 signature");
    assert!(der_signature_to_raw(&[&der[..], &[0]].concat(), 48).is_err(), "nothing may follow");
}
