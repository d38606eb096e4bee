//! A kill at every named point of encryption and decryption: no target is partial, no input is lost, and what remains is
//! removed by the next start.
//!
//! The program starts itself as the child that is killed, so it is one of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use algo::PrivateKey;
use bid::{
    Claims, DECRYPT_LABEL, ENCRYPT_LABEL, Encryption, FAILPOINTS, Profile, Recipient, Role, TWIN_LABEL, Unwatched,
    inspect,
};
use durable::{POINTS_OF_A_DIR, POINTS_OF_A_PART, Parts, Replace};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use x509::Certificate;

const FOLDER: &str = "BIDSEAL_TEST_FOLDER";
const SIGKILL: i32 = 9;

/// What the child does; without a folder from the parent, in one of its own.
#[test]
fn work() {
    let own = tempfile::tempdir().unwrap();
    let folder = std::env::var_os(FOLDER).map_or(own.path().to_owned(), PathBuf::from);
    prepare(&folder);
    encrypt(&folder);
    decrypt(&folder);
    assert_eq!(fs::read(folder.join("out/in/b/2.txt")).unwrap(), b"two");
    encrypt_with_twin(&folder);
    assert_eq!(fs::read(folder.join("twin/files/in/b/2.txt")).unwrap(), b"two");
}

#[test]
fn a_kill_at_any_point_leaves_a_whole_target_or_none() {
    let of = |label, steps: &[&str]| steps.iter().map(|step| format!("{label}.{step}")).collect::<Vec<_>>();
    let points = [
        of(ENCRYPT_LABEL, POINTS_OF_A_PART),
        of(DECRYPT_LABEL, POINTS_OF_A_DIR),
        of(TWIN_LABEL, POINTS_OF_A_DIR),
        FAILPOINTS.iter().map(|&p| p.to_owned()).collect(),
    ];
    for point in points.concat() {
        let desk = tempfile::tempdir().unwrap();
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "work", "--quiet"])
            .env("BIDSEAL_FAILPOINT", &point)
            .env(FOLDER, desk.path())
            .output()
            .unwrap()
            .status;
        assert_eq!(status.signal(), Some(SIGKILL), "{point} was not reached");
        check_remains(desk.path(), &point);
    }
}

fn check_remains(folder: &Path, point: &str) {
    assert_eq!(fs::read(folder.join("in/b/2.txt")).unwrap(), b"two", "{point}: an input was lost");
    let bid = folder.join("a.bid");
    let sealed = bid.exists();
    let at_the_twin = point.starts_with(TWIN_LABEL);
    assert_eq!(sealed, !point.starts_with(ENCRYPT_LABEL) || point.ends_with(".renamed"), "{point}");
    if sealed {
        inspect(&bid).unwrap().unlock_with_key(0, &mut key()).unwrap().verify(&mut Unwatched).unwrap();
    }
    let out = folder.join("out");
    assert_eq!(out.exists(), at_the_twin || point == format!("{DECRYPT_LABEL}.renamed"), "{point}");
    if out.exists() {
        assert_eq!(fs::read(out.join("in/b/2.txt")).unwrap(), b"two", "{point}");
    }
    // The twin gets its name after its bid, and the bid only when the twin is whole.
    let named = |steps: &[&str]| steps.iter().any(|step| point == format!("{TWIN_LABEL}.{step}"));
    assert_eq!(folder.join("b.bid").exists(), named(&["synced", "renamed"]), "{point}");
    assert_eq!(folder.join("twin/manifest.p7s").exists(), named(&["renamed"]), "{point}");
    // The next start removes what is left, and the work can be done again.
    parts(folder).sweep().unwrap();
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = names.filter(|name| name.starts_with(".bidseal-")).collect();
    assert!(left.is_empty(), "{point} left {left:?}");
    if !sealed {
        encrypt(folder);
    }
    if !out.exists() {
        decrypt(folder);
    }
}

fn parts(folder: &Path) -> Parts {
    Parts::open(&folder.join("home")).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "inputs of a test")]
fn prepare(folder: &Path) {
    fs::create_dir_all(folder.join("in/b")).unwrap();
    fs::create_dir_all(folder.join("home")).unwrap();
    fs::write(folder.join("in/1.txt"), b"one").unwrap();
    fs::write(folder.join("in/b/2.txt"), b"two").unwrap();
}

fn encrypt(folder: &Path) {
    encrypted(folder, "a.bid", None);
}

fn encrypt_with_twin(folder: &Path) {
    encrypted(folder, "b.bid", Some(&folder.join("twin")));
}

fn encrypted(folder: &Path, name: &str, twin: Option<&Path>) {
    let certificate = Certificate::from_der(&fs::read(keys().join("p256.cer")).unwrap()).unwrap();
    let (inputs, claims) = ([folder.join("in")], Claims::default());
    let recipients = [Recipient::new(certificate, Role::Bidder)];
    let encryption = Encryption {
        inputs: &inputs,
        claims: &claims,
        profile: Profile::Intl,
        recipients: &recipients,
        password: None,
        threshold: None,
    };
    let prepared = encryption.prepare(&parts(folder), &folder.join(name), Replace::Never, &mut Unwatched).unwrap();
    let twin =
        twin.map(|twin| prepared.twin(&parts(folder), twin, &mut Unwatched).unwrap().with_list(b"signed").unwrap());
    prepared.commit(Replace::Never).unwrap();
    twin.into_iter().for_each(|twin| twin.commit().unwrap());
}

fn decrypt(folder: &Path) {
    let opened = inspect(&folder.join("a.bid")).unwrap().unlock_with_key(0, &mut key()).unwrap();
    opened.decrypt_to(&parts(folder), &folder.join("out"), &mut Unwatched).unwrap();
}

fn key() -> PrivateKey {
    PrivateKey::from_pkcs8(&fs::read(keys().join("p256.p8")).unwrap()).unwrap()
}

fn keys() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join("tests/data/bid/v1/keys")
}
