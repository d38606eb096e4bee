//! One AEAD key, many threads.

use std::thread;

use algo::{Aead, AeadKey, TAG_LEN};

fn nonce(number: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&number.to_be_bytes());
    nonce
}

/// Chunks sealed by eight threads at once are those that one thread seals, and open again, good and bad mixed.
#[test]
fn an_aead_key_serves_many_threads() {
    for aead in [Aead::Sm4Gcm, Aead::Aes256Gcm] {
        let key = AeadKey::new(aead, &vec![3; aead.key_len()]).unwrap();
        let seal = |number: u64| {
            let plain = vec![number.to_be_bytes()[7]; 1000];
            let mut sealed = vec![0; plain.len() + TAG_LEN];
            key.seal(&nonce(number), b"aad", &plain, &mut sealed).unwrap();
            sealed
        };
        let alone: Vec<_> = (0..200).map(seal).collect();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for (number, expected) in (0..).zip(&alone) {
                        let mut sealed = seal(number);
                        assert_eq!(&sealed, expected);
                        let mut plain = vec![0; 1000];
                        key.open(&nonce(number), b"aad", &sealed, &mut plain).unwrap();
                        sealed[500] ^= 1;
                        assert!(key.open(&nonce(number), b"aad", &sealed, &mut plain).is_err());
                        assert!(plain.iter().all(|byte| *byte == 0), "what failed is wiped");
                    }
                });
            }
        });
    }
}

/// A context that served one call must not carry anything into the next: lengths, associated data, an old tag.
#[test]
fn calls_do_not_influence_each_other() {
    for aead in [Aead::Sm4Gcm, Aead::Aes256Gcm] {
        let key = AeadKey::new(aead, &vec![9; aead.key_len()]).unwrap();
        for (number, (aad, len)) in (0..).zip([(0, 0), (20, 0), (0, 1), (5, 100), (0, 0), (300, 16384), (0, 15)]) {
            let (aad, plain) = (vec![1; aad], vec![2; len]);
            let mut reused = vec![0; len + TAG_LEN];
            key.seal(&nonce(number), &aad, &plain, &mut reused).unwrap();
            let mut fresh = reused.clone();
            let fresh_key = AeadKey::new(aead, &vec![9; aead.key_len()]).unwrap();
            fresh_key.seal(&nonce(number), &aad, &plain, &mut fresh).unwrap();
            assert_eq!(reused, fresh, "{len} bytes");
            let mut opened = vec![0; len];
            key.open(&nonce(number), &aad, &reused, &mut opened).unwrap();
            assert_eq!(opened, plain);
        }
    }
}
