//! Every path against published vectors, OpenSSL and RustCrypto.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use kernels::{GcmKey, Path, Sm4, digests, sha256};
use openssl::{cipher::Cipher, cipher_ctx::CipherCtx, hash::MessageDigest};
use sm4::cipher::{BlockCipherEncrypt, KeyInit};

fn paths() -> impl Iterator<Item = Path> {
    let here: Vec<_> = Path::ALL.into_iter().filter(|path| path.is_available()).collect();
    println!("paths of this processor: {:?}", here.iter().map(|path| path.name()).collect::<Vec<_>>());
    here.into_iter()
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

/// Bytes that repeat in no short period; the seed is in the test.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// GB/T 32907 annex A: one encryption.
const PLAIN: &str = "0123456789abcdeffedcba9876543210";

#[test]
fn the_standards_block_is_encrypted_and_decrypted() {
    for path in paths() {
        let key = Sm4::forced(&bytes(PLAIN).try_into().unwrap(), path);
        let mut block = bytes(PLAIN);
        key.encrypt_blocks(&mut block);
        assert_eq!(hex::encode(&block), "681edf34d206965e86b3e94f536e4246", "{}", path.name());
        key.decrypt_blocks(&mut block);
        assert_eq!(block, bytes(PLAIN), "{}", path.name());
    }
}

/// GB/T 32907 annex A: a million encryptions. Every place of a full batch goes through them on some path.
#[test]
fn the_standards_million_rounds_hold() {
    for path in paths().filter(|path| *path != Path::Portable) {
        let key = Sm4::forced(&bytes(PLAIN).try_into().unwrap(), path);
        let mut block = bytes(PLAIN);
        (0..1_000_000).for_each(|_| key.encrypt_blocks(&mut block));
        assert_eq!(hex::encode(&block), "595298c7c6fd271f0402f804c33d3f66", "{}", path.name());
    }
}

/// RFC 8998 appendix A.1.
#[test]
fn the_rfcs_gcm_vector_holds() {
    let nonce = bytes("00001234567800000000abcd").try_into().unwrap();
    let aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let plain = bytes(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
    );
    let cipher = "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d";
    for path in paths() {
        let key = GcmKey::forced(&bytes(PLAIN).try_into().unwrap(), path);
        let (mut sealed, mut opened) = (plain.clone(), plain.clone());
        let tag = key.seal(&nonce, &aad, &plain, &mut sealed);
        assert_eq!(hex::encode(&sealed), cipher, "{}", path.name());
        assert_eq!(hex::encode(tag), "83de3541e4c2b58177e065a9bf7b62ec", "{}", path.name());
        opened.fill(0);
        key.open(&nonce, &aad, &sealed, &tag, &mut opened).unwrap();
        assert_eq!(opened, plain);
    }
}

fn openssl_gcm(key: &[u8], nonce: &[u8], aad: &[u8], plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let cipher = Cipher::fetch(None, "SM4-GCM", None).unwrap();
    let mut context = CipherCtx::new().unwrap();
    context.encrypt_init(Some(&cipher), Some(key), Some(nonce)).unwrap();
    if !aad.is_empty() {
        context.cipher_update(aad, None).unwrap();
    }
    let mut out = Vec::new();
    if !plain.is_empty() {
        context.cipher_update_vec(plain, &mut out).unwrap();
    }
    context.cipher_final_vec(&mut out).unwrap();
    let mut tag = vec![0; 16];
    context.tag(&mut tag).unwrap();
    (out, tag)
}

/// Lengths around every boundary: blocks, groups and batches of every path, and the chunk of a bid.
fn lengths() -> impl Iterator<Item = usize> {
    let around = [1024, 1536, 2048, 4096, 8192, 16384].into_iter().flat_map(|middle| middle - 17..=middle + 17);
    (0..=600).chain(around)
}

#[test]
fn gcm_equals_openssl_at_every_length() {
    for path in paths() {
        for length in lengths() {
            let (key, nonce) = (noise(1, 16), noise(length as u64 + 2, 12));
            let (aad, plain) = (noise(3, length % 70), noise(4 + length as u64, length));
            let (cipher, tag) = openssl_gcm(&key, &nonce, &aad, &plain);
            let ours = GcmKey::forced(&key.try_into().unwrap(), path);
            let (nonce, mut data) = (nonce.try_into().unwrap(), vec![0; length]);
            assert_eq!(ours.seal(&nonce, &aad, &plain, &mut data).to_vec(), tag, "{} {length}", path.name());
            assert!(data == cipher, "{} {length}", path.name());
            ours.open(&nonce, &aad, &cipher, &tag.try_into().unwrap(), &mut data).unwrap();
            assert!(data == plain, "{} {length}", path.name());
        }
    }
}

#[test]
fn unaligned_data_and_a_wrapping_counter_make_no_difference() {
    for path in paths() {
        let key = Sm4::forced(&[7; 16], path);
        let reference = sm4::Sm4::new(&[7; 16].into());
        for offset in 0..65 {
            let nonce = noise(offset, 12);
            let counter = u32::MAX - 100;
            let (data, mut out) = (noise(9, 5000 + 65), vec![0; 5000 + 65 + 3]);
            let expected: Vec<u8> = data[offset as usize..]
                .chunks(16)
                .zip(0..)
                .flat_map(|(block, number)| {
                    let mut stream = [&nonce[..], &counter.wrapping_add(number).to_be_bytes()].concat();
                    reference.encrypt_block(stream.as_mut_slice().try_into().unwrap());
                    block.iter().zip(stream).map(|(byte, key)| byte ^ key).collect::<Vec<_>>()
                })
                .collect();
            let (from, to) = (&data[offset as usize..], &mut out[offset as usize + 3..]);
            key.counter_mode(&nonce.clone().try_into().unwrap(), counter, from, to);
            assert!(to == expected, "{} {offset}", path.name());
        }
    }
}

#[test]
fn cbc_is_decrypted_as_openssl_encrypts_it() {
    for path in paths() {
        for blocks in (0..70).chain([127, 128, 129, 1024]) {
            let (key, iv, plain) = (noise(1, 16), noise(2, 16), noise(3, 16 * blocks));
            let mut context = CipherCtx::new().unwrap();
            context.encrypt_init(Some(Cipher::sm4_cbc()), Some(&key), Some(&iv)).unwrap();
            context.set_padding(false);
            let mut cipher = Vec::new();
            if blocks > 0 {
                context.cipher_update_vec(&plain, &mut cipher).unwrap();
            }
            let mut out = vec![0; cipher.len()];
            Sm4::forced(&key.try_into().unwrap(), path).decrypt_cbc(&iv.try_into().unwrap(), &cipher, &mut out);
            assert!(out == plain, "{} {blocks}", path.name());
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_is_refused_and_changes_nothing() {
    for path in paths() {
        let key = GcmKey::forced(&[1; 16], path);
        let (plain, mut sealed, mut out) = (noise(5, 100), vec![0; 100], vec![0; 100]);
        let tag = key.seal(&[2; 12], b"data", &plain, &mut sealed);
        let mut opens = |nonce: [u8; 12], data: &[u8], sealed: &[u8], tag: &[u8; 16]| {
            out.fill(7);
            let opened = key.open(&nonce, data, sealed, tag, &mut out[..sealed.len()]).is_ok();
            assert!(if opened { out == plain } else { out == [7; 100] }, "{}", path.name());
            opened
        };
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!opens([2; 12], b"data", &changed, &tag), "{} bit {bit}", path.name());
        }
        for bit in 0..128 {
            let mut other = tag;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!opens([2; 12], b"data", &sealed, &other));
        }
        assert!(!opens([3; 12], b"data", &sealed, &tag), "another nonce");
        assert!(!opens([2; 12], b"date", &sealed, &tag), "other data beside it");
        assert!(!opens([2; 12], b"data", &sealed[..99], &tag), "a byte less");
        assert!(opens([2; 12], b"data", &sealed, &tag));
    }
}

/// GB/T 32905 annex A.
#[test]
fn the_standards_digests_hold() {
    let long = b"abcd".repeat(16);
    let messages: [[&[u8]; 2]; 3] = [[b"abc", b""], [b"a", b"bc"], [&long, b""]];
    let expected = [
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    ];
    for path in paths() {
        let mut out = [[0; 32]; 3];
        digests(path, &messages, &mut out);
        assert_eq!(out.map(hex::encode), expected, "{}", path.name());
    }
}

#[test]
fn digests_equal_openssls_for_every_length_split_and_number() {
    let data = noise(6, 20_000);
    let openssl = |message: &[u8]| openssl::hash::hash(MessageDigest::sm3(), message).unwrap().to_vec();
    for path in paths() {
        for length in (0..300).chain([16_383, 16_384, 16_400, 16_409]) {
            let messages: Vec<[&[u8]; 2]> = (0..1 + length % 35)
                .map(|number| {
                    let message = &data[number..number + length];
                    let (first, second) = message.split_at(length.saturating_sub(number % 12));
                    [first, second]
                })
                .collect();
            let mut out = vec![[0; 32]; messages.len()];
            digests(path, &messages, &mut out);
            for (message, digest) in messages.iter().zip(out) {
                assert!(openssl(&message.concat()) == digest, "{} {length}", path.name());
            }
        }
        // lengths that differ, in an order that breaks every group
        let messages: Vec<[&[u8]; 2]> = (0..100).map(|n| [&data[..(n * 37) % 200], &data[..n % 3]]).collect();
        let mut out = vec![[0; 32]; messages.len()];
        digests(path, &messages, &mut out);
        for (message, digest) in messages.iter().zip(out) {
            assert!(openssl(&message.concat()) == digest, "{}", path.name());
        }
    }
}

/// FIPS 180-4: OpenSSL's is the second implementation, at every length around the boundaries of blocks.
#[test]
fn sha256_over_many_messages_equals_openssls() {
    if !sha256::is_available() {
        println!("this processor has no vectors of 512 bits");
        return;
    }
    let data = noise(7, 20_000);
    for length in (0..300).chain([16_383, 16_384, 16_400, 16_409]) {
        let message = |number: usize| data[number..number + length].split_at(length.saturating_sub(number % 12));
        let messages: Vec<[&[u8]; 2]> = (0..1 + length % 35).map(|number| message(number).into()).collect();
        let mut out = vec![[0; 32]; messages.len()];
        sha256::digests(&messages, &mut out);
        for (message, digest) in messages.iter().zip(out) {
            assert!(openssl::sha::sha256(&message.concat()) == digest, "{length}");
        }
    }
}
