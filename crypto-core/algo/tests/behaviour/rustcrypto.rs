//! Differential tests against RustCrypto's `sm2`, `sm3` and `sm4`. Ciphertexts and signatures are random, so thousands
//! of them are needed: libraries have lost one in a hundred because a coordinate began with a zero byte.

use std::time::{Duration, Instant};

use algo::{
    Cbc, Hash, KeyAlgorithm, KeyTransport, PrivateKey, SignatureScheme, Sm2Id, cbc_encrypt, der_signature_to_raw,
    random, raw_signature_to_der,
    sm2::{Ciphertext, RawOrder},
};
use sm2::{
    dsa::{
        Signature, SigningKey, VerifyingKey,
        signature::{Signer, Verifier},
    },
    elliptic_curve::common::getrandom::SysRng,
    pkcs8::DecodePrivateKey,
    pke::{DecryptingKey, EncryptingKey, Mode},
};
use sm3::Digest;
use sm4::cipher::{BlockCipherEncrypt, KeyInit};

const ID: &str = "1234567812345678";

/// The same key in both libraries.
fn key_pair() -> (PrivateKey, sm2::SecretKey) {
    let ours = PrivateKey::generate(KeyAlgorithm::Sm2).unwrap();
    let theirs = sm2::SecretKey::from_pkcs8_der(ours.to_pkcs8().unwrap().expose()).unwrap();
    (ours, theirs)
}

/// Runs `round` at least `least` times, then on until `done` or a second has passed; gives the number of rounds.
fn rounds(least: usize, mut round: impl FnMut(usize)) -> usize {
    let (start, mut count) = (Instant::now(), 0);
    while count < least || start.elapsed() < Duration::from_secs(1) {
        round(count);
        count += 1;
    }
    count
}

#[test]
fn sm2_ciphertexts_of_ours_open_there() {
    let (ours, theirs) = key_pair();
    let decrypting = [
        DecryptingKey::new_with_mode(theirs.to_nonzero_scalar(), Mode::C1C3C2),
        DecryptingKey::new_with_mode(theirs.to_nonzero_scalar(), Mode::C1C2C3),
    ];
    let orders = [RawOrder::C1C3C2, RawOrder::C1C2C3];
    let mut leading_zeros = 0;
    let count = rounds(2000, |round| {
        let plain = random::<32>().unwrap();
        let plain = &plain[..16 + round % 17];
        let wrapped = ours.public().wrap(KeyTransport::Sm2, plain).unwrap();
        let parts = Ciphertext::from_der(&wrapped).unwrap();
        assert_eq!(parts.to_der(), wrapped, "both write the same DER");
        leading_zeros += usize::from(parts.x[0] == 0 || parts.y[0] == 0 || parts.hash[0] == 0);
        let raw = [&[4], &parts.to_raw(orders[round % 2])[..]].concat();
        assert_eq!(decrypting[round % 2].decrypt(&raw).unwrap(), plain, "{}", hex::encode(wrapped));
    });
    assert!(leading_zeros > 0, "{count} rounds without a leading zero");
}

#[test]
fn sm2_ciphertexts_from_there_open_here() {
    let (ours, theirs) = key_pair();
    let encrypting = [Mode::C1C3C2, Mode::C1C2C3].map(|mode| EncryptingKey::new_with_mode(theirs.public_key(), mode));
    let mut leading_zeros = 0;
    let count = rounds(2000, |round| {
        let plain = random::<32>().unwrap();
        let plain = &plain[..16 + round % 17];
        let mut wrapped = match round % 3 {
            0 => encrypting[0].encrypt_der(&mut SysRng, plain).unwrap(),
            form => encrypting[form - 1].encrypt(&mut SysRng, plain).unwrap(),
        };
        if round % 3 != 0 {
            leading_zeros += usize::from(wrapped[1] == 0 || wrapped[33] == 0);
            if round % 2 == 0 {
                wrapped.remove(0); // the 04 that not everybody writes
            }
        }
        let opened = ours.unwrap_key(KeyTransport::Sm2, &wrapped).ok();
        assert_eq!(opened.expect("opens").expose(), plain, "round {round}: {}", hex::encode(wrapped));
    });
    assert!(leading_zeros > 0, "{count} rounds without a leading zero");
}

#[test]
fn sm2_signatures_of_ours_verify_there() {
    let (ours, theirs) = key_pair();
    let verifying = VerifyingKey::new(ID, theirs.public_key()).unwrap();
    let mut leading_zeros = 0;
    let count = rounds(1000, |round| {
        let message = round.to_be_bytes();
        let signature = ours.sign(&SignatureScheme::Sm2(Sm2Id::DEFAULT), &message).unwrap();
        let raw = der_signature_to_raw(&signature, 32).unwrap();
        leading_zeros += usize::from(raw[0] == 0 || raw[32] == 0);
        assert_eq!(raw_signature_to_der(&raw).unwrap(), signature, "the two forms convert without loss");
        verifying.verify(&message, &Signature::from_slice(&raw).unwrap()).unwrap();
    });
    assert!(leading_zeros > 0, "{count} rounds without a leading zero");
}

#[test]
fn sm2_signatures_from_there_verify_here() {
    for (id, text) in
        [(Sm2Id::DEFAULT, ID), (Sm2Id::EMPTY, ""), (Sm2Id::new("ALICE123@YAHOO.COM").unwrap(), "ALICE123@YAHOO.COM")]
    {
        let (ours, theirs) = key_pair();
        let signing = SigningKey::new(text, &theirs).unwrap();
        for message in 0_u16..150 {
            let message = message.to_be_bytes();
            let signature: Signature = signing.sign(&message);
            let der = raw_signature_to_der(&signature.to_bytes()).unwrap();
            ours.public().verify(&SignatureScheme::Sm2(id.clone()), &message, &der).unwrap();
        }
    }
}

/// Z takes both coordinates at full width: a key whose coordinate begins with a zero byte shows whether it does.
#[test]
fn sm2_keys_with_a_leading_zero() {
    let found = (0..20_000).map(|_| fresh_key()).find(|key| {
        let point = key.public().point().unwrap();
        point[1] == 0 || point[33] == 0
    });
    let ours = found.expect("one key in 128 begins with a zero byte");
    let theirs = sm2::SecretKey::from_pkcs8_der(ours.to_pkcs8().unwrap().expose()).unwrap();
    let signature: Signature = SigningKey::new(ID, &theirs).unwrap().sign(b"message");
    let der = raw_signature_to_der(&signature.to_bytes()).unwrap();
    ours.public().verify(&SignatureScheme::Sm2(Sm2Id::DEFAULT), b"message", &der).unwrap();
    let wrapped = EncryptingKey::new(theirs.public_key()).encrypt_der(&mut SysRng, &[7; 16]).unwrap();
    assert_eq!(ours.unwrap_key(KeyTransport::Sm2, &wrapped).ok().unwrap().expose(), [7; 16]);
}

fn fresh_key() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::Sm2).unwrap()
}

#[test]
fn sm3_at_every_length_around_the_block() {
    let data: Vec<u8> = (0..=255).cycle().take(400).collect();
    for len in 0..data.len() {
        let mut hasher = Hash::Sm3.hasher();
        data[..len].chunks(len % 37 + 1).for_each(|piece| hasher.update(piece));
        assert_eq!(hasher.finish().as_ref(), sm3::Sm3::digest(&data[..len]).as_slice(), "{len} bytes");
    }
}

#[test]
fn sm4_cbc_at_every_length() {
    let (key, iv) = (random::<16>().unwrap(), random::<16>().unwrap());
    let cipher = sm4::Sm4::new(&key.into());
    for len in 0..100 {
        let plain = vec![0x5a; len];
        let padding = 16 - len % 16;
        let padded = [&plain[..], &vec![u8::try_from(padding).unwrap(); padding]].concat();
        let (mut expected, mut previous) = (Vec::new(), iv);
        for block in padded.chunks(16) {
            let mut block: [u8; 16] = std::array::from_fn(|i| block[i] ^ previous[i]);
            cipher.encrypt_block((&mut block).into());
            expected.extend(block);
            previous = block;
        }
        assert_eq!(cbc_encrypt(Cbc::Sm4, &key, &iv, &plain).unwrap(), expected, "{len} bytes");
    }
}

#[test]
fn many_digests_at_once_are_the_digests_of_each() {
    let data: Vec<u8> = (0..5000_u32).map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let messages: Vec<[&[u8]; 2]> = (0..40).map(|i| [&data[i..i + 4000 + i / 30], &data[..9]]).collect();
    for hash in Hash::ALL {
        let mut digests = vec![hash.digest(b""); messages.len()];
        hash.digests(&messages, &mut digests);
        for (message, digest) in messages.iter().zip(&digests) {
            assert_eq!(*digest, hash.digest(&message.concat()), "{}", hash.name());
        }
    }
}
