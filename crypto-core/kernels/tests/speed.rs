//! A coarse gate: each path must keep half of what it is meant to reach against OpenSSL in the same run. Exact figures
//! come from the benchmark; this finds a kernel that stopped being one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::hint::black_box;

use kernels::{GcmKey, Path, digests};
use openssl::{cipher::Cipher, cipher_ctx::CipherCtx, hash::MessageDigest};

/// The chunk of a bid.
const CHUNK: usize = 16 << 10;
const CHUNKS: usize = 64;

/// Nanoseconds that this thread has computed: others on the machine do not count.
fn computed() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every Unix that has threads, and the structure is ours.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).unwrap()
}

/// The best of several rounds, interleaved with the rounds of the other.
fn ratio(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> f64 {
    let measure = |work: &mut dyn FnMut()| {
        let begun = computed();
        work();
        (computed() - begun).max(1)
    };
    let (mut best, mut other) = (u64::MAX, u64::MAX);
    for _ in 0..7 {
        best = best.min(measure(&mut ours));
        other = other.min(measure(&mut theirs));
    }
    other as f64 / best as f64
}

fn openssl_gcm(context: &mut CipherCtx, data: &[u8], out: &mut [u8]) {
    context.encrypt_init(None, None, Some(&[1; 12])).unwrap();
    context.cipher_update(data, Some(out)).unwrap();
    context.cipher_final(&mut []).unwrap();
    context.tag(&mut [0; 16]).unwrap();
}

#[test]
fn sm4_gcm_keeps_half_of_its_lead_over_openssl() {
    let cipher = Cipher::fetch(None, "SM4-GCM", None).unwrap();
    let mut context = CipherCtx::new().unwrap();
    context.encrypt_init(Some(&cipher), Some(&[1; 16]), None).unwrap();
    for (path, target) in [(Path::GfniAvx512, 25.0), (Path::GfniAvx2, 10.0), (Path::AesAvx2, 6.0)] {
        if !path.is_available() {
            println!("{} is not on this processor", path.name());
            continue;
        }
        let key = GcmKey::forced(&[1; 16], path);
        let (mut sealed, plain, mut out) = (vec![0; CHUNK], vec![5; CHUNK], vec![0; CHUNK + 16]);
        let lead = ratio(
            || (0..CHUNKS).for_each(|_| _ = black_box(key.seal(&[1; 12], b"", &plain, &mut sealed))),
            || (0..CHUNKS / 8).for_each(|_| openssl_gcm(&mut context, &plain, &mut out)),
        ) * 8.0;
        println!("{}: {lead:.1} times OpenSSL, {target} wanted", path.name());
        assert!(lead >= target / 2.0, "{}: {lead:.1} times", path.name());
    }
}

#[test]
fn sm3_over_many_messages_keeps_half_of_its_lead_over_one() {
    for (path, target) in [(Path::GfniAvx512, 8.0), (Path::GfniAvx2, 3.0)] {
        if !path.is_available() {
            println!("{} is not on this processor", path.name());
            continue;
        }
        let (chunk, end) = (vec![5; CHUNK + 16], [0; 9]);
        let messages: Vec<[&[u8]; 2]> = vec![[&chunk, &end]; CHUNKS];
        let mut out = vec![[0; 32]; CHUNKS];
        let lead = ratio(
            || digests(path, &messages, &mut out),
            || {
                (0..CHUNKS / 4).for_each(|_| _ = black_box(openssl::hash::hash(MessageDigest::sm3(), &chunk).unwrap()));
            },
        ) * 4.0;
        println!("{}: {lead:.1} times OpenSSL, {target} wanted", path.name());
        assert!(lead >= target / 2.0, "{}: {lead:.1} times", path.name());
    }
}
