//! What goes in comes out: names, times, empty files, many files, folders.

use crate::support::{Desk, Way, key_of, noise, recipient, unlock};
use algo::Password;
use bid::{Claims, Encryption, Opened, PasswordKdf, Profile, Progress, Role, Step, Unwatched};
use durable::Replace;
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, SystemTime};

fn open(desk: &Desk, name: &str, profile: Profile) -> Opened<File> {
    let way = Way { key: Some(key_of(profile).into()), password: None, ..Way::default() };
    unlock(File::open(desk.path(name)).unwrap(), &way).unwrap()
}

/// Compares two folders: names, content, times.
fn assert_same(a: &Path, b: &Path) {
    if a.is_file() {
        assert!(fs::read(a).unwrap() == fs::read(b).unwrap(), "{} differs", b.display());
        let time = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        assert_eq!(time(a), time(b), "time of {}", b.display());
        return;
    }
    let names = |path: &Path| {
        let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(a), names(b), "{}", b.display());
    names(a).iter().for_each(|name| assert_same(&a.join(name), &b.join(name)));
}

#[test]
fn files_and_folders_come_back_with_names_times_and_content() {
    for profile in Profile::ALL {
        let desk = Desk::new();
        let old = desk.file("in/投标文件/商务标/报价 一览表.xlsx", &noise(100_000));
        desk.file("in/投标文件/empty", b"");
        desk.file("in/投标文件/技术标/a/b/c/d/e.txt", b"deep");
        desk.file("in/投标文件/z", b"");
        desk.file("in/Ünïcode مخطط.bin", &noise(3_000_000));
        let long_ago = SystemTime::UNIX_EPOCH - Duration::from_nanos(1_500_000_000_000_000_100);
        File::options().append(true).open(old).unwrap().set_modified(long_ago).unwrap();

        let inputs = [desk.path("in/投标文件"), desk.path("in/Ünïcode مخطط.bin")];
        let sealed = desk.encrypt(profile, &inputs, "a.bid");
        assert_eq!(sealed.file_count, 5);
        assert_eq!(sealed.file_len, fs::metadata(desk.path("a.bid")).unwrap().len());
        let opened = open(&desk, "a.bid", profile);
        assert_eq!(opened.entries().unwrap().len(), 5);
        opened.verify(&mut Unwatched).unwrap();
        opened.decrypt_to(&desk.parts, &desk.path("out"), &mut Unwatched).unwrap();
        assert_same(&desk.path("in"), &desk.path("out"));
        assert_eq!(desk.names(), ["a.bid", "in", "out"], "nothing else lies about");
    }
}

/// Contents whose ends fall on, before and behind the borders of chunks and units.
#[test]
fn every_border_of_chunks_and_units_holds() {
    let desk = Desk::new();
    for (number, size) in
        [0, 1, 16_320, 16_384, 32_704, 1_048_500, 1_048_576, 1_048_577, 2_097_152].into_iter().enumerate()
    {
        // Sizes around the border: the index before the content has some 40 bytes.
        for delta in 0..if size > 1000 { 3 } else { 1 } {
            let name = format!("{number}-{delta}");
            let input = desk.file(&format!("{name}.bin"), &noise(size - delta * 23));
            desk.encrypt(Profile::Intl, std::slice::from_ref(&input), &format!("{name}.bid"));
            open(&desk, &format!("{name}.bid"), Profile::Intl)
                .decrypt_to(&desk.parts, &desk.path(&name), &mut Unwatched)
                .unwrap();
            assert_same(&input, &desk.path(&name).join(format!("{name}.bin")));
        }
    }
}

/// Units that lie within one file are read and written by whichever thread has them, those with a border between files in their
/// turn: ends behind, on and before the border of a unit, small files between large ones, the last file large and small.
#[test]
fn large_files_beside_small_ones_keep_every_byte_in_its_place() {
    for (profile, last) in Profile::ALL.into_iter().zip([9_000_000, 10]) {
        let desk = Desk::new();
        let sizes = [9_437_184, 1, 9_437_000, 0, 500, 3_145_728, 8_388_608, 0, last];
        for (size, number) in sizes.into_iter().zip(0_u8..) {
            let content: Vec<u8> = noise(size).iter().map(|byte| byte.wrapping_add(number)).collect();
            desk.file(&format!("in/{number}.bin"), &content);
        }
        desk.encrypt(profile, &[desk.path("in")], "a.bid");
        let opened = open(&desk, "a.bid", profile);
        opened.decrypt_to(&desk.parts, &desk.path("out"), &mut Unwatched).unwrap();
        assert_same(&desk.path("in"), &desk.path("out/in"));
    }
}

/// 200 000 files with BIDSEAL_TEST_SIZE=full.
#[test]
fn many_small_files() {
    let full = std::env::var("BIDSEAL_TEST_SIZE").is_ok_and(|size| size == "full");
    let count = if full { 200_000 } else { 3_000 };
    let desk = Desk::new();
    for number in 0..count {
        desk.file(&format!("in/{:03}/文件 {number}.txt", number / 1000), format!("{number}").as_bytes());
    }
    let sealed = desk.encrypt(Profile::Intl, &[desk.path("in")], "a.bid");
    assert_eq!(sealed.file_count, count);
    let opened = open(&desk, "a.bid", Profile::Intl);
    assert_eq!(opened.entries().unwrap().len() as u64, count);
    opened.decrypt_to(&desk.parts, &desk.path("out"), &mut Unwatched).unwrap();
    assert_same(&desk.path("in"), &desk.path("out/in"));
}

#[test]
fn every_kind_of_slot_opens_one_bid() {
    for (profile, kdf) in [(Profile::Sm, PasswordKdf::Pbkdf2Sm3), (Profile::Intl, PasswordKdf::Argon2id)] {
        let desk = Desk::new();
        let inputs = [desk.file("a.txt", b"price 42")];
        let recipients = [
            recipient("rsa", Role::Bidder),
            recipient("p256", Role::Spare),
            recipient("p384", Role::Spare),
            recipient("sm2", Role::Host),
        ];
        let password = bid::password::generate().unwrap();
        let (claims, password) = (Claims::default(), Some((&password, kdf)));
        let encryption = Encryption {
            inputs: &inputs,
            claims: &claims,
            profile,
            recipients: &recipients,
            password,
            threshold: None,
        };
        let sealed = encryption.run(&desk.parts, &desk.path("a.bid"), Replace::Never, &mut Unwatched).unwrap();
        assert_eq!(
            sealed.slots.iter().map(|slot| slot.role).collect::<Vec<_>>(),
            [Role::Bidder, Role::Spare, Role::Spare, Role::Host, Role::Password]
        );
        assert!(sealed.slots[0].label.starts_with("向量 rsa"), "{}", sealed.slots[0].label);
        let password = password.unwrap().0.expose_str().to_owned();
        let ways =
            ["rsa", "p256", "p384", "sm2"].map(|key| Way { key: Some(key.into()), password: None, ..Way::default() });
        for way in ways.into_iter().chain([Way { key: None, password: Some(password), ..Way::default() }]) {
            let opened = unlock(File::open(desk.path("a.bid")).unwrap(), &way).unwrap();
            let out = desk.path("out");
            opened.decrypt_to(&desk.parts, &out, &mut Unwatched).unwrap();
            assert_eq!(fs::read(out.join("a.txt")).unwrap(), b"price 42", "{way:?}");
            fs::remove_dir_all(out).unwrap();
        }
    }
}

/// Key and salt are fresh: the same input twice gives nothing in common.
#[test]
fn two_bids_of_one_input_share_no_chunk() {
    let desk = Desk::new();
    let inputs = [desk.file("a.bin", &noise(40_000))];
    let roots = ["a.bid", "b.bid"].map(|name| desk.encrypt(Profile::Sm, &inputs, name).root);
    assert_ne!(roots[0], roots[1]);
    let [a, b] = ["a.bid", "b.bid"].map(|name| fs::read(desk.path(name)).unwrap());
    assert_eq!(a.len(), b.len());
    let same = a[4096..].chunks(16).zip(b[4096..].chunks(16)).filter(|(a, b)| a == b && **a != [0; 16][..]).count();
    assert_eq!(same, 0, "blocks of 16 bytes are the same");
}

#[test]
fn the_bid_is_rehearsed_before_it_gets_its_name() {
    let desk = Desk::new();
    let inputs = [desk.file("a.bin", &noise(5_000_000))];
    let recipients = [recipient("p256", Role::Bidder)];
    let claims = Claims::default();
    let encryption = Encryption {
        inputs: &inputs,
        claims: &claims,
        profile: Profile::Intl,
        recipients: &recipients,
        password: None,
        threshold: None,
    };
    let target = desk.path("a.bid");
    let prepared = encryption.prepare(&desk.parts, &target, Replace::Never, &mut Unwatched).unwrap();
    assert!(!target.exists());
    let opened = crate::support::unlock_with(prepared.envelope().unwrap(), &mut crate::support::key("p256")).unwrap();
    let rehearsal = opened.rehearse(&mut Unwatched).unwrap();
    assert_eq!((rehearsal.files, rehearsal.units), (1, 5));
    assert!((2..=5).contains(&rehearsal.verified), "{rehearsal:?}");
    drop(opened);
    let sealed = prepared.commit(Replace::Never).unwrap();
    assert_eq!(fs::metadata(&target).unwrap().len(), sealed.file_len);

    // A rehearsal that fails: the bid is dropped, and nothing of it stays.
    drop(encryption.prepare(&desk.parts, &desk.path("b.bid"), Replace::Never, &mut Unwatched).unwrap());
    assert_eq!(desk.names(), ["a.bid", "a.bin"]);
}

#[test]
fn progress_reaches_its_end_and_never_falls_back() {
    let desk = Desk::new();
    let inputs = [desk.file("a.bin", &noise(4_500_000))];
    let mut seen: Vec<Progress> = Vec::new();
    let mut watch = |progress| {
        seen.push(progress);
        ControlFlow::Continue(())
    };
    let recipients = [recipient("p256", Role::Bidder)];
    let claims = Claims::default();
    let encryption = Encryption {
        inputs: &inputs,
        claims: &claims,
        profile: Profile::Intl,
        recipients: &recipients,
        password: None,
        threshold: None,
    };
    let sealed = encryption.run(&desk.parts, &desk.path("a.bid"), Replace::Never, &mut watch).unwrap();
    let opened = open(&desk, "a.bid", Profile::Intl);
    opened.decrypt_to(&desk.parts, &desk.path("out"), &mut watch).unwrap();
    for step in [Step::Encrypting, Step::Decrypting] {
        let done: Vec<u64> =
            seen.iter().filter(|progress| progress.step == step).map(|progress| progress.done).collect();
        assert!(done.is_sorted(), "{done:?}");
        assert_eq!((done.len(), done.last()), (5, Some(&sealed.payload_len)), "{step:?}");
    }
}

#[test]
fn a_weak_password_does_not_open_by_accident() {
    let desk = Desk::new();
    let inputs = [desk.file("a.txt", b"x")];
    let claims = Claims::default();
    for (text, refused) in [("short", true), ("aaaaaaaaaaaaaaaa", true), ("Kx81m-vier-Worte", false)] {
        let password = Password::new(text).unwrap();
        let encryption = Encryption {
            inputs: &inputs,
            claims: &claims,
            profile: Profile::Sm,
            recipients: &[],
            password: Some((&password, PasswordKdf::Pbkdf2Sm3)),
            threshold: None,
        };
        let outcome =
            encryption.run(&desk.parts, &desk.path(&format!("{refused}.bid")), Replace::Existing, &mut Unwatched);
        assert_eq!(outcome.is_err(), refused, "{text}");
    }
}
