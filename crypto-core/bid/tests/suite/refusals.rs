//! What is refused before anything is written, each with its reason, and what a person's wish to stop leaves: nothing.

use crate::support::{Desk, Way, certificate, key, noise, recipient, unlock};
use algo::{KeyTransport, OpenKey, PrivateKey, PublicKey, Secret, UnwrapFailed};
use bid::{
    Claims, DecryptError, EncryptError, Encryption, Envelope, OpenError, PathFault, Profile, Progress, Recipient,
    RecipientForm, Refusal, Role, Step, TrialFailed, UnlockError, Unwatched, choose_form,
};
use durable::{NameFault, Replace, WriteFailure};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Seek, Write};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

fn encrypt(desk: &Desk, inputs: &[PathBuf], recipients: &[Recipient]) -> Result<(), EncryptError> {
    encrypt_to(desk, inputs, recipients, &desk.path("out.bid"), Replace::Never)
}

fn encrypt_to(
    desk: &Desk,
    inputs: &[PathBuf],
    recipients: &[Recipient],
    output: &Path,
    replace: Replace,
) -> Result<(), EncryptError> {
    let claims = Claims::default();
    let encryption =
        Encryption { inputs, claims: &claims, profile: Profile::Intl, recipients, password: None, threshold: None };
    encryption.run(&desk.parts, output, replace, &mut Unwatched).map(drop)
}

fn refusal(desk: &Desk, inputs: &[PathBuf]) -> Refusal {
    match encrypt(desk, inputs, &[recipient("p256", Role::Bidder)]) {
        Err(EncryptError::Refused { reason, .. }) => reason,
        other => panic!("{inputs:?}: {other:?}"),
    }
}

#[test]
fn links_devices_and_impossible_names_are_refused_with_their_reason() {
    let desk = Desk::new();
    let file = desk.file("in/a.txt", b"x");
    symlink(&file, desk.path("link")).unwrap();
    assert_eq!(refusal(&desk, &[desk.path("link")]), Refusal::Link);
    fs::create_dir(desk.path("with-link")).unwrap();
    symlink(desk.path("in"), desk.path("with-link/in")).unwrap();
    assert_eq!(refusal(&desk, &[desk.path("with-link")]), Refusal::Link);
    symlink("nowhere", desk.path("broken")).unwrap();
    assert_eq!(refusal(&desk, &[desk.path("broken")]), Refusal::Link);

    let pipe = desk.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    assert_eq!(refusal(&desk, &[pipe]), Refusal::Special);
    assert_eq!(refusal(&desk, &["/dev/null".into()]), Refusal::Special);

    for (name, fault) in [
        ("n/CON.txt", PathFault::Name(NameFault::Reserved)),
        ("n2/a:b", PathFault::Name(NameFault::Character(':'))),
        ("n3/ends.", PathFault::Name(NameFault::TrailingDotOrSpace)),
        ("n4/new\nline", PathFault::Name(NameFault::Character('\n'))),
    ] {
        desk.file(name, b"x");
        assert_eq!(refusal(&desk, &[desk.path(name)]), Refusal::Path(fault), "{name}");
    }
    let not_unicode = desk.path("in").join(OsStr::from_bytes(b"\xff\xfe"));
    File::create(&not_unicode).unwrap();
    assert_eq!(refusal(&desk, &[desk.path("in")]), Refusal::NotUnicode);
    fs::remove_file(not_unicode).unwrap();

    desk.file("c/Bid.pdf", b"x");
    desk.file("c/bid.PDF", b"y");
    assert!(matches!(refusal(&desk, &[desk.path("c")]), Refusal::Clash(_)));
    desk.file("d/a.txt", b"y");
    assert!(matches!(refusal(&desk, &[desk.path("in/a.txt"), desk.path("d/a.txt")]), Refusal::Clash(_)));
    assert_eq!(refusal(&desk, &["/".into()]), Refusal::NoName);
    assert!(!desk.path("out.bid").exists());
}

/// A decomposed name, as macOS gives it, is composed in the bid; beside the composed one it is a clash.
#[test]
fn names_are_stored_in_normal_form() {
    let desk = Desk::new();
    desk.file("in/Cafe\u{301}.txt", b"x");
    encrypt(&desk, &[desk.path("in")], &[recipient("p256", Role::Bidder)]).unwrap();
    let way = Way { key: Some("p256".into()), password: None, ..Way::default() };
    let entries = unlock(File::open(desk.path("out.bid")).unwrap(), &way).unwrap().entries().unwrap();
    assert_eq!(entries[0].path.as_str(), "in/Café.txt");
    desk.file("in/Caf\u{e9}.txt", b"y");
    assert!(matches!(refusal(&Desk::new(), &[desk.path("in")]), Refusal::Clash(_)));
}

#[test]
fn without_files_or_holders_there_is_no_bid() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("empty/also empty")).unwrap();
    let bidder = [recipient("p256", Role::Bidder)];
    assert!(matches!(encrypt(&desk, &[desk.path("empty")], &bidder), Err(EncryptError::NoFiles)));
    assert!(matches!(encrypt(&desk, &[], &bidder), Err(EncryptError::NoFiles)));
    let file = [desk.file("a", b"x")];
    assert!(matches!(encrypt(&desk, &file, &[]), Err(EncryptError::NoSlot)));
    assert!(matches!(encrypt(&desk, &[desk.path("missing")], &bidder), Err(EncryptError::Read { .. })));
    let twice = [recipient("p256", Role::Bidder), recipient("p256", Role::Spare)];
    assert!(matches!(encrypt(&desk, &file, &twice), Err(EncryptError::RecipientTwice { .. })));
    for role in [Role::Committee, Role::Password] {
        assert!(matches!(encrypt(&desk, &file, &[recipient("p256", role)]), Err(EncryptError::Role)));
    }
    let other_form = recipient("p256", Role::Bidder).with_form(RecipientForm::RsaOaepSha256);
    assert!(matches!(encrypt(&desk, &file, &[other_form]), Err(EncryptError::Recipient { .. })));
    assert_eq!(desk.names(), ["a", "empty"]);
}

#[test]
fn claims_that_could_forge_a_line_are_refused() {
    let long = "x".repeat(513);
    for text in ["a\nb", "\u{1b}[2J", long.as_str()] {
        let claims = Claims { bidder: text.into(), ..Claims::default() };
        assert!(claims.check().is_err(), "{text:?}");
    }
    Claims { bidder: "x".repeat(512), ..Claims::default() }.check().unwrap();
}

#[test]
fn the_output_is_neither_an_input_nor_something_that_exists() {
    let desk = Desk::new();
    let bidder = [recipient("p256", Role::Bidder)];
    let input = desk.file("in/a.txt", b"price");
    let failure =
        |output: &Path, replace| match encrypt_to(&desk, std::slice::from_ref(&input), &bidder, output, replace) {
            Err(EncryptError::Write(error)) => error.kind,
            other => panic!("{other:?}"),
        };
    assert!(matches!(failure(&input, Replace::Existing), WriteFailure::SameAsInput));
    let existing = desk.file("other.bid", b"keep me");
    assert!(matches!(failure(&existing, Replace::Never), WriteFailure::Exists));
    // An old bid inside the folder that is encrypted would be read while it is replaced.
    let inside = desk.file("in/old.bid", b"old");
    let outcome = encrypt_to(&desk, &[desk.path("in")], &bidder, &inside, Replace::Existing);
    assert!(matches!(outcome, Err(EncryptError::Write(e)) if matches!(e.kind, WriteFailure::SameAsInput)));
    assert_eq!(fs::read(&existing).unwrap(), b"keep me");
    assert_eq!(fs::read(&input).unwrap(), b"price");

    encrypt_to(&desk, std::slice::from_ref(&input), &bidder, &existing, Replace::Existing).unwrap();
    let opened =
        unlock(File::open(&existing).unwrap(), &Way { key: Some("p256".into()), password: None, ..Way::default() })
            .unwrap();
    let outcome = opened.decrypt_to(&desk.parts, &desk.path("in"), &mut Unwatched);
    assert!(matches!(outcome, Err(DecryptError::Write(e)) if matches!(e.kind, WriteFailure::NotEmpty)));
}

/// Runs an encryption during which `change` is called once, when half of the file is read.
fn encrypt_while(size: usize, change: impl Fn(&mut File)) -> Result<(), EncryptError> {
    let desk = Desk::new();
    let input = desk.file("a.bin", &noise(size));
    let mut file = File::options().write(true).read(true).open(&input).unwrap();
    let mut changed = false;
    let mut watch = |progress: Progress| {
        if progress.step == Step::Encrypting && progress.done * 2 >= progress.total && !changed {
            change(&mut file);
            changed = true;
        }
        ControlFlow::Continue(())
    };
    let (claims, recipients) = (Claims::default(), [recipient("p256", Role::Bidder)]);
    let inputs = [input];
    let encryption = Encryption {
        inputs: &inputs,
        claims: &claims,
        profile: Profile::Intl,
        recipients: &recipients,
        password: None,
        threshold: None,
    };
    let outcome = encryption.run(&desk.parts, &desk.path("a.bid"), Replace::Never, &mut watch).map(drop);
    assert_eq!(desk.names().contains(&"a.bid".to_owned()), outcome.is_ok());
    outcome
}

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error() {
    let size = 24 << 20;
    encrypt_while(size, |_| {}).unwrap();
    let longer = encrypt_while(size, |file| {
        file.seek(std::io::SeekFrom::End(0)).unwrap();
        file.write_all(b"more").unwrap();
    });
    assert!(matches!(longer, Err(EncryptError::Changed { .. })), "{longer:?}");
    let shorter = encrypt_while(size, |file| file.set_len(20 << 20).unwrap());
    assert!(matches!(shorter, Err(EncryptError::Changed { .. })), "{shorter:?}");
    let rewritten = encrypt_while(size, |file| file.write_all(b"other").unwrap());
    assert!(matches!(rewritten, Err(EncryptError::Changed { .. })), "{rewritten:?}");
}

#[test]
fn cancelling_leaves_nothing() {
    let desk = Desk::new();
    let inputs = [desk.file("a.bin", &noise(8 << 20))];
    let (claims, recipients) = (Claims::default(), [recipient("p256", Role::Bidder)]);
    let encryption = Encryption {
        inputs: &inputs,
        claims: &claims,
        profile: Profile::Intl,
        recipients: &recipients,
        password: None,
        threshold: None,
    };
    let stop_at = |step: Step, after: u64| {
        move |progress: Progress| {
            if progress.step == step && progress.done >= after {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
    };
    for (step, after) in [(Step::Finding, 0), (Step::Encrypting, 0), (Step::Encrypting, 3 << 20), (Step::Saving, 0)] {
        let outcome = encryption.run(&desk.parts, &desk.path("a.bid"), Replace::Never, &mut stop_at(step, after));
        assert!(matches!(outcome, Err(EncryptError::Cancelled(_))), "{step:?}");
        assert_eq!(desk.names(), ["a.bin"], "{step:?}");
    }
    encryption.run(&desk.parts, &desk.path("a.bid"), Replace::Never, &mut Unwatched).unwrap();
    let opened = unlock(
        File::open(desk.path("a.bid")).unwrap(),
        &Way { key: Some("p256".into()), password: None, ..Way::default() },
    )
    .unwrap();
    for (step, after) in [(Step::Decrypting, 0), (Step::Decrypting, 3 << 20), (Step::Saving, 0)] {
        let outcome = opened.decrypt_to(&desk.parts, &desk.path("out"), &mut stop_at(step, after));
        assert!(matches!(outcome, Err(DecryptError::Cancelled(_))), "{step:?}");
        assert_eq!(desk.names(), ["a.bid", "a.bin"], "{step:?}");
    }
}

/// Found before the first byte is written, not by filling the disk.
#[test]
fn too_little_room_is_found_before_the_start() {
    let desk = Desk::new();
    let sparse = desk.path("huge");
    File::create(&sparse).unwrap().set_len(3 << 40).unwrap();
    let outcome = encrypt(&desk, &[sparse], &[recipient("p256", Role::Bidder)]);
    match outcome {
        Err(EncryptError::Space(space)) => assert!(space.needed > 3 << 40 && space.available < space.needed, "{space}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.names(), ["huge"]);
}

#[test]
fn a_huge_sparse_input_beyond_the_format_is_refused() {
    let desk = Desk::new();
    let sparse = desk.path("huge");
    File::create(&sparse).unwrap().set_len((1 << 42) + 1).unwrap();
    let outcome = encrypt(&desk, &[sparse], &[recipient("p256", Role::Bidder)]);
    assert!(matches!(outcome, Err(EncryptError::TooMuch)), "{outcome:?}");
}

/// A key that answers as tokens do: with an error of its own.
struct Token {
    key: PrivateKey,
    opens: Option<KeyTransport>,
    asked: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum TokenFault {
    Removed,
    Rejected,
}

impl OpenKey for Token {
    type Error = TokenFault;

    fn unwrap_key(&mut self, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, TokenFault> {
        self.asked += 1;
        match self.opens {
            None => Err(TokenFault::Removed),
            Some(known) if known == transport => {
                self.key.unwrap_key(transport, wrapped).map_err(|UnwrapFailed| TokenFault::Rejected)
            }
            Some(_) => Err(TokenFault::Rejected),
        }
    }

    fn agree(&mut self, _: &PublicKey) -> Result<Secret, TokenFault> {
        Err(TokenFault::Rejected)
    }
}

#[test]
fn the_first_form_that_a_token_opens_is_chosen() {
    let rsa = certificate("rsa");
    let token = |opens| Token { key: key("rsa"), opens, asked: 0 };
    for (position, transport) in
        [KeyTransport::RsaOaep(algo::Hash::Sha256), KeyTransport::RsaOaep(algo::Hash::Sha1), KeyTransport::RsaPkcs1]
            .into_iter()
            .enumerate()
    {
        let mut token = token(Some(transport));
        assert_eq!(choose_form(&rsa, &mut token).unwrap(), bid::RSA_FORMS[position]);
        assert_eq!(token.asked, position + 1, "one operation for each form");
        // What was chosen opens on that token, also behind a trait object.
        let desk = Desk::new();
        let bidder = Recipient::new(rsa.clone(), Role::Bidder).with_form(bid::RSA_FORMS[position]);
        encrypt(&desk, &[desk.file("a", b"x")], &[bidder]).unwrap();
        let dynamic: &mut dyn OpenKey<Error = TokenFault> = &mut token;
        Envelope::read(File::open(desk.path("out.bid")).unwrap())
            .unwrap()
            .unlock_with_key(0, dynamic)
            .map(drop)
            .unwrap();
    }
    let outcome = choose_form(&rsa, &mut token(None));
    assert!(matches!(outcome, Err(TrialFailed::NoForm(Some(TokenFault::Removed)))), "{outcome:?}");
    assert_eq!(
        choose_form(&certificate("sm2"), &mut key("sm2")).unwrap(),
        RecipientForm::Sm2 { named: Default::default() }
    );
}

/// A removed token must not be reported as an altered bid, nor the other way round.
#[test]
fn the_faults_of_a_key_are_told_from_those_of_a_bid() {
    let desk = Desk::new();
    encrypt(&desk, &[desk.file("a", b"x")], &[recipient("rsa", Role::Bidder)]).unwrap();
    let read = || Envelope::read(File::open(desk.path("out.bid")).unwrap()).unwrap();
    let mut removed = Token { key: key("rsa"), opens: None, asked: 0 };
    assert!(matches!(read().unlock_with_key(0, &mut removed), Err(UnlockError::Key(TokenFault::Removed))));
    assert!(matches!(read().unlock_with_key(1, &mut removed), Err(UnlockError::Bid(OpenError::NoRecipient))));
    let foreign = read().slots_of(&[bid::KeyId::of(key("other").public())]);
    assert!(matches!(foreign, Err(OpenError::NoRecipient)));
}
