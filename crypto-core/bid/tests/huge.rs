//! Bids as large as the format is made for: 64 GiB, and 200,000 files, with BIDSEAL_TEST_SIZE=full. The ciphertext goes to a sink that
//! keeps only hashes, so that no disk is filled; memory is the peak (VmHWM) of this very process. A program of its own, because
//! the peak of a process never falls.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use algo::Hash;
use bid::{Claims, Encryption, Profile, Recipient, Role, Sealed, Unwatched, WriteAt};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use x509::Certificate;

/// What a bid of any size may need above a small one, besides the list of its files.
const ALLOWED_KIB: u64 = 32 * 1024;
/// What the list may need for each file: path, size, time and place, in memory and in the index.
const LIST_BYTES: u64 = 320;
const SEALED_CHUNK: usize = 16_384 + 16;
const SEALED_UNIT: u64 = 64 * SEALED_CHUNK as u64;

#[test]
fn huge_bids_take_little_memory_and_their_root_is_found_again() {
    let full = std::env::var("BIDSEAL_TEST_SIZE").is_ok_and(|size| size == "full");
    let (bytes, files) = if full { (64 << 30, 200_000) } else { (512 << 20, 5_000) };
    let desk = tempfile::tempdir().unwrap();
    for profile in [Profile::Sm, Profile::Intl] {
        seal_and_check(profile, &sparse(desk.path(), 1 << 20));
    }
    let before = peak_kib();

    let profile = if full { Profile::Intl } else { Profile::Sm };
    seal_and_check(profile, &sparse(desk.path(), bytes));
    let more = peak_kib() - before;
    println!("peak {before} KiB with 1 MiB, {more} KiB more with {bytes} bytes");
    assert!(more <= ALLOWED_KIB, "{more} KiB more");

    let before = peak_kib();
    let sealed = seal_and_check(profile, &many(desk.path(), files));
    assert_eq!(sealed.file_count, files);
    let more = peak_kib() - before;
    println!("{more} KiB more with {files} files");
    assert!(more <= ALLOWED_KIB + files * LIST_BYTES / 1024, "{more} KiB more");
}

/// A file that has no blocks on the disk.
fn sparse(desk: &Path, size: u64) -> PathBuf {
    let path = desk.join(format!("{size}.bin"));
    File::create(&path).unwrap().set_len(size).unwrap();
    path
}

#[expect(clippy::disallowed_methods, reason = "inputs of a test")]
fn many(desk: &Path, count: u64) -> PathBuf {
    for number in 0..count {
        let folder = desk.join("many").join((number / 1000).to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("文件 {number}.txt")), number.to_string()).unwrap();
    }
    desk.join("many")
}

fn seal_and_check(profile: Profile, input: &Path) -> Sealed {
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join("tests/data/bid/v1/keys/p256.cer");
    let certificate = Certificate::from_der(&fs::read(key).unwrap()).unwrap();
    let (inputs, claims) = ([input.to_owned()], Claims::default());
    let recipients = [Recipient::new(certificate, Role::Bidder)];
    let encryption = Encryption {
        inputs: &inputs,
        claims: &claims,
        profile,
        recipients: &recipients,
        password: None,
        threshold: None,
    };
    let sink = Sink::new(profile);
    let sealed = encryption.write_to(&sink, Path::new("sink"), &mut Unwatched).unwrap();
    assert_eq!(sink.root(&sealed), sealed.root.as_ref(), "the root of what came to the sink");
    sealed
}

/// Hashes what comes as docs/bid-format.md says it, one leaf at a time, and forgets it.
struct Sink {
    hash: Hash,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    head: Vec<u8>,
    units: BTreeMap<u64, [u8; 32]>,
    body: u64,
}

impl Sink {
    fn new(profile: Profile) -> Self {
        Self { hash: if profile == Profile::Sm { Hash::Sm3 } else { Hash::Sha256 }, taken: Mutex::default() }
    }

    /// The writer gives whole units; where the body begins is known from the head, which comes first.
    fn unit(&self, bytes: &[u8], number: u64) -> [u8; 32] {
        let mut unit = self.hash.hasher();
        unit.update(&[1]);
        for (chunk, index) in bytes.chunks(SEALED_CHUNK).zip(64 * number..) {
            let mut leaf = self.hash.hasher();
            leaf.update(chunk);
            leaf.update(&[0]);
            leaf.update(&index.to_be_bytes());
            unit.update(leaf.finish().as_ref());
        }
        unit.finish().as_ref().try_into().unwrap()
    }

    /// Head and trailer are compared with what was hashed, and the root made from both.
    fn root(&self, sealed: &Sealed) -> Vec<u8> {
        let taken = self.taken.lock().unwrap();
        let header_len = 16 + u32::from_be_bytes(taken.head[8..12].try_into().unwrap()) as usize;
        let units = sealed.payload_len / 16_384 / 64 + 1;
        assert_eq!(taken.units.len() as u64, units, "each unit came once, and the trailer last");
        let mut root = self.hash.hasher();
        root.update(&[2]);
        root.update(self.hash.digest(&taken.head[..header_len]).as_ref());
        root.update(&taken.head[header_len..header_len + 32 + 24 + 32]);
        root.update(&sealed.payload_len.to_be_bytes());
        taken.units.values().for_each(|unit| root.update(unit));
        root.finish().as_ref().to_vec()
    }
}

impl WriteAt for Sink {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if offset == 0 {
            let mut taken = self.taken.lock().unwrap();
            taken.body = bytes.len() as u64;
            taken.head = bytes.to_vec();
            return Ok(());
        }
        let body = self.taken.lock().unwrap().body;
        if bytes.ends_with(b"BIDT") {
            return Ok(());
        }
        let number = (offset - body) / SEALED_UNIT;
        assert_eq!((offset - body) % SEALED_UNIT, 0, "units come whole");
        let unit = self.unit(bytes, number);
        assert!(self.taken.lock().unwrap().units.insert(number, unit).is_none(), "unit {number} came twice");
        Ok(())
    }
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
