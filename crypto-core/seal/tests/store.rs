//! The seals of a home folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use durable::{Parts, Replace, WriteFailure};
use seal::{SealName, SealPicture, Store, StoreError};
use std::io::Cursor;

fn picture(red: u8, format: image::ImageFormat) -> SealPicture {
    let image = image::RgbImage::from_pixel(30, 20, image::Rgb([red, 0, 0]));
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    SealPicture::import(&out.into_inner(), Some(45.0)).unwrap()
}

fn name(text: &str) -> SealName {
    SealName::parse(text).unwrap()
}

#[test]
fn seals_are_kept_and_found_again() {
    let home = tempfile::tempdir().unwrap();
    let parts = Parts::open(home.path()).unwrap();
    let store = Store::new(home.path(), &parts);
    assert!(store.list().unwrap().is_empty());
    store.add(&name("公章"), &picture(200, image::ImageFormat::Png), Replace::Never).unwrap();
    store.add(&name("contract seal (2)"), &picture(100, image::ImageFormat::Jpeg), Replace::Never).unwrap();
    let listed: Vec<String> = store.list().unwrap().into_iter().map(|seal| seal.name.to_string()).collect();
    assert_eq!(listed, ["contract seal (2)", "公章"]);
    let stored = store.find(&name("公章")).unwrap();
    assert_eq!((stored.size.width_mm(), stored.size.height_mm(), stored.pixels), (45.0, 30.0, (30, 20)));
    let loaded = store.load(&name("contract seal (2)")).unwrap();
    assert!(matches!(loaded.pixels, seal::Pixels::Jpeg { components: 3, .. }));
    assert_eq!(loaded.size.height_mm(), 30.0);
    assert!(matches!(store.load(&name("none")), Err(StoreError::NotFound { .. })));
}

#[test]
fn a_name_is_taken_only_once_unless_replaced() {
    let home = tempfile::tempdir().unwrap();
    let parts = Parts::open(home.path()).unwrap();
    let store = Store::new(home.path(), &parts);
    let (first, second) = (picture(200, image::ImageFormat::Png), picture(100, image::ImageFormat::Jpeg));
    store.add(&name("seal"), &first, Replace::Never).unwrap();
    match store.add(&name("seal"), &second, Replace::Never) {
        Err(StoreError::Write(error)) => assert!(matches!(error.kind, WriteFailure::Exists)),
        other => panic!("{other:?}"),
    }
    assert!(matches!(store.load(&name("seal")).unwrap().pixels, seal::Pixels::Rgba(_)), "the first is untouched");
    store.add(&name("seal"), &second, Replace::Existing).unwrap();
    assert!(matches!(store.load(&name("seal")).unwrap().pixels, seal::Pixels::Jpeg { .. }));
}

#[cfg(unix)]
#[test]
fn seals_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let parts = Parts::open(home.path()).unwrap();
    let stored = Store::new(home.path(), &parts)
        .add(&name("seal"), &picture(200, image::ImageFormat::Png), Replace::Never)
        .unwrap();
    let mode = std::fs::metadata(stored.picture).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn damaged_descriptions_are_reported() {
    let home = tempfile::tempdir().unwrap();
    let parts = Parts::open(home.path()).unwrap();
    let store = Store::new(home.path(), &parts);
    store.add(&name("seal"), &picture(200, image::ImageFormat::Png), Replace::Never).unwrap();
    let description = home.path().join("seals/seal.toml");
    let good = std::fs::read_to_string(&description).unwrap();
    let bad = [
        String::new(),
        good.replace("version = 1", "version = 2"),
        good.replace("seal.png", "../../etc/passwd"),
        good.replace("width_mm = 45.0", "width_mm = -45.0"),
    ];
    for text in bad {
        parts.replace(&description, "test", text.as_bytes()).unwrap();
        assert!(matches!(store.find(&name("seal")), Err(StoreError::Damaged { .. })), "{text}");
        assert!(store.list().is_err());
    }
}

#[test]
fn names_are_file_names_everywhere() {
    for good in ["a", "公章", "财务专用章 2", "x-y_z", "（一）", "Con seal"] {
        assert!(SealName::parse(good).is_ok(), "{good}");
    }
    let long = "章".repeat(65);
    for bad in ["", ".", "..", "a/b", "a\\b", " a", "a ", "a.b", "CON", "nul", "COM1", "a\0b", "a:b", &long] {
        assert!(SealName::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_seal_gets_another_name_that_no_other_seal_has_and_is_removed() {
    let home = tempfile::tempdir().unwrap();
    let parts = Parts::open(home.path()).unwrap();
    let store = Store::new(home.path(), &parts);
    store.add(&name("旧章"), &picture(200, image::ImageFormat::Jpeg), Replace::Never).unwrap();
    store.add(&name("公章"), &picture(100, image::ImageFormat::Png), Replace::Never).unwrap();
    let taken = store.rename(&name("旧章"), &name("公章")).unwrap_err();
    assert!(matches!(taken, StoreError::Write(error) if matches!(error.kind, WriteFailure::Exists)));
    let before = store.load(&name("旧章")).unwrap();
    let stored = store.rename(&name("旧章"), &name("合同章")).unwrap();
    assert_eq!((stored.size.width_mm(), stored.size.height_mm()), (45.0, 30.0));
    assert_eq!(store.load(&name("合同章")).unwrap().to_file().unwrap(), before.to_file().unwrap());
    assert!(matches!(store.find(&name("旧章")), Err(StoreError::NotFound { .. })));
    assert_eq!(store.rename(&name("合同章"), &name("合同章")).unwrap(), stored, "its own name is its name");

    store.remove(&name("合同章")).unwrap();
    assert!(matches!(store.remove(&name("合同章")), Err(StoreError::NotFound { .. })));
    let left = std::fs::read_dir(home.path().join("seals")).unwrap().map(|one| one.unwrap().file_name());
    let mut left: Vec<_> = left.collect();
    left.sort();
    assert_eq!(left, ["公章.png", "公章.toml"], "nothing of it stays");
    // A damaged one too.
    std::fs::File::create(home.path().join("seals/公章.toml")).unwrap();
    store.remove(&name("公章")).unwrap();
    assert!(store.list().unwrap().is_empty());
}
