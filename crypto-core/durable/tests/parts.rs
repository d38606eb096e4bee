//! A target is old or new, never partial; what a dead writer leaves is removed, what a live one has is not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use durable::{Parts, Replace, WriteFailure, check_target};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

struct Place {
    folder: tempfile::TempDir,
    parts: Parts,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let parts = Parts::open(&folder.path().join("home")).unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    Place { folder, parts }
}

impl Place {
    fn out(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("out").join(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.folder.path().join("out"))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn listed(&self) -> usize {
        let listed = fs::read_dir(self.folder.path().join("home/parts")).unwrap();
        listed.filter(|e| e.as_ref().unwrap().file_name() != "lock").count()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_target_appears_whole_and_the_list_is_empty_again() {
    let p = place();
    let target = p.out("标书.pdf");
    let mut part = p.parts.create(&target, "t").unwrap();
    part.write_all(b"all of it").unwrap();
    assert!(!target.exists());
    assert_eq!(mode(&p.out(&p.names()[0])), 0o600, "owner-only while partial");
    part.commit(Replace::Never).unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"all of it");
    assert_eq!((p.names(), p.listed()), (vec!["标书.pdf".to_owned()], 0));
}

#[test]
fn dropping_a_part_removes_it() {
    let p = place();
    drop(p.parts.create(&p.out("a"), "t").unwrap());
    drop(p.parts.create_dir(&p.out("d"), "t").unwrap());
    assert_eq!((p.names().len(), p.listed()), (0, 0));
}

#[test]
fn never_replaces_a_target_that_appeared_meanwhile() {
    let p = place();
    let target = p.out("a");
    let part = p.parts.create(&target, "t").unwrap();
    fs::File::create(&target).unwrap().write_all(b"theirs").unwrap();
    let error = part.commit(Replace::Never).unwrap_err();
    assert!(matches!(error.kind, WriteFailure::Exists), "{error}");
    assert_eq!((fs::read(&target).unwrap(), p.names().len()), (b"theirs".to_vec(), 1));
}

#[test]
fn a_replaced_file_keeps_its_permissions_and_a_private_one_stays_private() {
    let p = place();
    let target = p.out("a");
    p.parts.replace(&target, "t", b"1").unwrap();
    assert_eq!(mode(&target), 0o600);
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    p.parts.create(&target, "t").unwrap().commit(Replace::Existing).unwrap();
    assert_eq!(mode(&target), 0o640);
}

#[test]
fn a_folder_takes_the_place_of_an_empty_one_only() {
    let p = place();
    let target = p.out("opened");
    fs::create_dir(&target).unwrap();
    let part = p.parts.create_dir(&target, "t").unwrap();
    fs::create_dir(part.path().join("价格")).unwrap();
    fs::File::create(part.path().join("价格/a")).unwrap();
    part.commit().unwrap();
    assert!(target.join("价格/a").exists());
    let error = p.parts.create_dir(&target, "t").unwrap_err();
    assert!(matches!(error.kind, WriteFailure::NotEmpty), "{error}");
}

#[test]
fn a_sweep_takes_the_dead_and_leaves_the_living() {
    let p = place();
    let live = p.parts.create(&p.out("live"), "t").unwrap();
    for label in ["file", "dir"] {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer_that_dies", "--nocapture"])
            .env("BIDSEAL_TEST_WRITER", p.folder.path())
            .env("BIDSEAL_FAILPOINT", format!("{label}.created"))
            .status()
            .unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "{label}");
    }
    // The second writer dies with both of its parts open.
    assert_eq!((p.names().len(), p.listed()), (4, 4));
    assert_eq!(p.parts.sweep().unwrap(), 3);
    assert_eq!((p.names().len(), p.listed()), (1, 1));
    drop(live);
}

/// Run by the test above in a process of its own; without its environment there is nothing to write.
#[test]
fn writer_that_dies() {
    let Some(folder) = std::env::var_os("BIDSEAL_TEST_WRITER") else { return };
    let parts = Parts::open(&Path::new(&folder).join("home")).unwrap();
    let out = Path::new(&folder).join("out");
    let _file = parts.create(&out.join("f"), "file");
    let _dir = parts.create_dir(&out.join("d"), "dir");
    unreachable!("a failpoint that is not reached tests nothing");
}

#[test]
fn a_forged_entry_removes_nothing() {
    let p = place();
    let kept = p.out("keep.pdf");
    fs::File::create(&kept).unwrap();
    let entry = p.folder.path().join(format!("home/parts/.bidseal-{}.part", "0".repeat(32)));
    fs::File::create(&entry).unwrap().write_all(kept.as_os_str().as_encoded_bytes()).unwrap();
    assert_eq!(p.parts.sweep().unwrap(), 0);
    assert!(kept.exists() && !entry.exists());
}

#[test]
fn targets_are_judged_before_work_begins() {
    let p = place();
    let input = p.out("in");
    fs::File::create(&input).unwrap();
    let link = p.out("link");
    std::os::unix::fs::symlink(&input, &link).unwrap();
    let hard = p.out("hard");
    fs::hard_link(&input, &hard).unwrap();
    for same in [&input, &link, &hard] {
        let error = check_target(same, &[&input], Replace::Existing).unwrap_err();
        assert!(matches!(error.kind, WriteFailure::SameAsInput), "{error}");
    }
    let exists = check_target(&input, &[], Replace::Never).unwrap_err();
    assert!(matches!(exists.kind, WriteFailure::Exists), "{exists}");
    for nowhere in [p.out("no/such/folder"), p.folder.path().to_owned()] {
        let error = check_target(&nowhere, &[], Replace::Existing).unwrap_err();
        assert!(matches!(error.kind, WriteFailure::NotWritable(_)), "{error}");
    }
    check_target(&p.out("new"), &[&input], Replace::Never).unwrap();
}
