//! Memory does not grow with the bid: the peak (VmHWM) of this very process, compared with its peak after a bid of 1 MiB.
//! A program of its own, because the peak of a process never falls.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use algo::PrivateKey;
use bid::{Claims, Encryption, Profile, Recipient, Role, Unwatched, inspect};
use durable::{Parts, Replace};
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::Path;
use x509::Certificate;

/// What 256 MiB, or 5 GB with BIDSEAL_TEST_SIZE=full, may need more than 1 MiB does.
const ALLOWED_KIB: u64 = 64 * 1024;

#[test]
fn a_huge_sparse_file_needs_no_more_memory_than_a_small_one() {
    let full = std::env::var("BIDSEAL_TEST_SIZE").is_ok_and(|size| size == "full");
    let size = if full { 5_000_000_000 } else { 256 << 20 };
    let desk = tempfile::tempdir().unwrap();
    round_trip(desk.path(), 1 << 20);
    let before = peak_kib();
    round_trip(desk.path(), size);
    let more = peak_kib() - before;
    println!("peak {before} KiB with 1 MiB, {more} KiB more with {size} bytes");
    assert!(more <= ALLOWED_KIB, "{more} KiB more");
}

/// Encrypts, verifies and decrypts a file that has no blocks on the disk.
fn round_trip(desk: &Path, size: u64) {
    let folder = desk.join(size.to_string());
    fs::create_dir(&folder).unwrap();
    let input = folder.join("sparse.bin");
    File::create(&input).unwrap().set_len(size).unwrap();
    let parts = Parts::open(&folder.join("home")).unwrap();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join("tests/data/bid/v1/keys");
    let certificate = Certificate::from_der(&fs::read(vectors.join("p256.cer")).unwrap()).unwrap();
    let mut key = PrivateKey::from_pkcs8(&fs::read(vectors.join("p256.p8")).unwrap()).unwrap();

    let (inputs, claims) = ([input], Claims::default());
    let recipients = [Recipient::new(certificate, Role::Bidder)];
    let encryption = Encryption {
        inputs: &inputs,
        claims: &claims,
        profile: Profile::Intl,
        recipients: &recipients,
        password: None,
        threshold: None,
    };
    let bid = folder.join("a.bid");
    let sealed = encryption.run(&parts, &bid, Replace::Never, &mut Unwatched).unwrap();
    fs::remove_file(&inputs[0]).unwrap();

    // The root is recomputed by a second pass that uses no key.
    let tree = inspect(&bid).unwrap().tree_root(&mut Unwatched).unwrap();
    assert_eq!((tree.root, tree.file_len), (sealed.root, fs::metadata(&bid).unwrap().len()));
    let opened = inspect(&bid).unwrap().unlock_with_key(0, &mut key).unwrap();
    opened.decrypt_to(&parts, &folder.join("out"), &mut Unwatched).unwrap();
    assert_is_zeros(&folder.join("out/sparse.bin"), size);
    fs::remove_dir_all(folder).unwrap();
}

fn assert_is_zeros(path: &Path, size: u64) {
    assert_eq!(fs::metadata(path).unwrap().len(), size);
    let (mut file, mut buffer) = (BufReader::new(File::open(path).unwrap()), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer).unwrap() {
            0 => return,
            n => assert!(buffer[..n] == vec![0; n]),
        }
    }
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
