//! Opening together, and opening without the file: what each holder's answer gives, and every answer that is refused.

use crate::support::{Desk, certificate, key, key_of, noise, recipient};
use algo::{Password, PrivateKey};
use bid::{
    Claims, EncryptError, Encryption, Head, KeyId, Missing, OpenError, Part, PasswordKdf, Profile, Recipient,
    ResponseError, Role, Unwatched, answer_form, inspect, limits::HEAD_LEN,
};
use durable::Replace;
use std::fs;
use std::io::Read;
use std::time::{Duration, Instant};
use x509::Certificate;

const PASSWORD: &str = "Kd93-mwQ7-lkj2-p";

/// Keys of members that are made on the spot.
fn members(count: u8) -> Vec<(PrivateKey, Certificate)> {
    let now = time::macros::datetime!(2026-11-20 08:00 UTC);
    let authority = ca::Authority::in_memory(algo::Suite::P256, "Committee", now).unwrap();
    (1..=count)
        .map(|number| {
            let subject = format!("CN=评委 {number},O=Bidseal,C=CN");
            let validity = ca::Validity::days(now, 365);
            let pair = authority.issue_pair(&subject, validity, &ca::Ids::default()).unwrap();
            (pair.encrypt.key, pair.encrypt.certificate)
        })
        .collect()
}

struct Sealed {
    desk: Desk,
    profile: Profile,
    members: Vec<(PrivateKey, Certificate)>,
}

impl Sealed {
    fn new(profile: Profile, count: u8, threshold: u8) -> Self {
        let (desk, members) = (Desk::new(), members(count));
        let inputs = [desk.file("报价.txt", &noise(40_000))];
        let mut recipients = vec![recipient(key_of(profile), Role::Bidder), recipient("p384", Role::Spare)];
        recipients.extend(members.iter().map(|(_, one)| Recipient::new(one.clone(), Role::Committee)));
        let password = Password::new(PASSWORD).unwrap();
        let encryption = Encryption {
            inputs: &inputs,
            claims: &Claims::default(),
            profile,
            recipients: &recipients,
            password: Some((&password, PasswordKdf::Argon2id)),
            threshold: Some(threshold),
        };
        encryption.run(&desk.parts, &desk.path("new.bid"), Replace::Never, &mut Unwatched).unwrap();
        Self { desk, profile, members }
    }

    fn head(&self) -> Head {
        Head::read(&fs::read(self.desk.path("new.bid")).unwrap()).unwrap()
    }

    fn part_of(&self, key: &mut PrivateKey) -> Part {
        let head = self.head();
        let slot = head.slots_of(&[KeyId::of(key.public())]).unwrap()[0];
        head.part_with_key(slot, key).unwrap()
    }

    fn bidder(&self) -> Part {
        self.part_of(&mut key(key_of(self.profile)))
    }

    fn member(&self, number: usize) -> Part {
        let der = self.members[number - 1].0.to_pkcs8().unwrap();
        self.part_of(&mut PrivateKey::from_pkcs8(der.expose()).unwrap())
    }

    /// Whether these parts open it; the error if they do not.
    fn unlock(&self, parts: &[Part]) -> Result<(), OpenError> {
        let opened = inspect(&self.desk.path("new.bid")).unwrap().unlock(parts)?;
        opened.verify(&mut Unwatched).unwrap();
        let out = self.desk.path("out");
        opened.decrypt_to(&self.desk.parts, &out, &mut Unwatched).unwrap();
        assert_eq!(fs::read(out.join("报价.txt")).unwrap(), noise(40_000));
        fs::remove_dir_all(out).unwrap();
        Ok(())
    }
}

#[test]
fn the_bidder_and_enough_members_open_it_in_both_profiles() {
    for (profile, count, threshold) in [(Profile::Sm, 3, 2), (Profile::Intl, 1, 1), (Profile::Intl, 5, 3)] {
        let sealed = Sealed::new(profile, count, threshold);
        assert_eq!(sealed.head().policy().map(|p| (p.members(), p.threshold())), Some((count, threshold)));
        let last = usize::from(count);
        let mut parts: Vec<Part> = (last + 1 - usize::from(threshold)..=last).map(|n| sealed.member(n)).collect();
        parts.push(sealed.bidder());
        sealed.unlock(&parts).unwrap();
    }
}

#[test]
fn sixteen_of_sixteen_open_it_and_fifteen_do_not() {
    let sealed = Sealed::new(Profile::Sm, 16, 16);
    let mut parts: Vec<Part> = (1..=16).map(|n| sealed.member(n)).collect();
    parts.push(sealed.bidder());
    sealed.unlock(&parts).unwrap();
    parts.remove(7);
    let missing = Missing { bidder: true, members: 15, threshold: 16 };
    assert!(matches!(sealed.unlock(&parts), Err(OpenError::Threshold(found)) if found == missing));
}

#[test]
fn spare_key_and_password_stand_for_the_bidder_and_nobody_for_the_committee() {
    let sealed = Sealed::new(Profile::Intl, 3, 2);
    let by_password = || sealed.head().part_with_password(&Password::new(PASSWORD).unwrap()).unwrap();
    let members = || vec![sealed.member(1), sealed.member(3)];
    for own in [sealed.bidder(), sealed.part_of(&mut key("p384")), by_password()] {
        let mut parts = members();
        parts.insert(1, own);
        sealed.unlock(&parts).unwrap();
    }
    let short = |parts: &[Part], missing| {
        assert!(matches!(sealed.unlock(parts), Err(OpenError::Threshold(found)) if found == missing));
    };
    short(&members(), Missing { bidder: false, members: 2, threshold: 2 });
    let both_of_the_bidder = [sealed.bidder(), by_password(), sealed.member(2)];
    short(&both_of_the_bidder, Missing { bidder: true, members: 1, threshold: 2 });
    short(&[], Missing { bidder: false, members: 0, threshold: 2 });
}

#[test]
fn a_member_who_answers_twice_counts_once() {
    let sealed = Sealed::new(Profile::Sm, 3, 2);
    let twice = [sealed.bidder(), sealed.member(2), sealed.member(2)];
    assert!(matches!(sealed.unlock(&twice), Err(OpenError::HolderTwice { label }) if label.contains("评委 2")));
}

/// With k = 1 every member carries the same part, as all of the bidder's side do: two of them are not one who came twice.
#[test]
fn holders_of_one_part_may_all_come() {
    let any_member = Sealed::new(Profile::Sm, 3, 1);
    for members in [&[2][..], &[1, 2, 3], &[3, 1]] {
        let members = members.iter().map(|&n| any_member.member(n));
        any_member.unlock(&members.chain([any_member.bidder()]).collect::<Vec<_>>()).unwrap();
    }
    let missing = Missing { bidder: false, members: 2, threshold: 1 };
    let no_bidder = any_member.unlock(&[any_member.member(1), any_member.member(2)]);
    assert!(matches!(no_bidder, Err(OpenError::Threshold(found)) if found == missing));
    let pair = Sealed::new(Profile::Intl, 3, 2);
    pair.unlock(&[pair.bidder(), pair.bidder(), pair.member(3), pair.member(1)]).unwrap();
}

#[test]
fn a_committee_that_cannot_be_is_refused_before_anything_is_written() {
    let desk = Desk::new();
    let (inputs, claims) = ([desk.file("a", b"x")], Claims::default());
    let member = || recipient("p256", Role::Committee);
    let cases: [(Vec<Recipient>, Option<u8>, &str); 7] = [
        (vec![recipient("sm2", Role::Bidder), member()], None, "role"),
        (vec![recipient("sm2", Role::Bidder), member()], Some(2), "numbers"),
        (vec![recipient("sm2", Role::Bidder), member()], Some(0), "numbers"),
        (vec![recipient("sm2", Role::Bidder)], Some(1), "numbers"),
        (vec![recipient("sm2", Role::Bidder), recipient("rsa", Role::Host), member()], Some(1), "host"),
        (vec![member()], Some(1), "nobody"),
        (vec![recipient("sm2", Role::Bidder), member(), member()], Some(1), "twice"),
    ];
    for (recipients, threshold, fault) in cases {
        let encryption = Encryption {
            inputs: &inputs,
            claims: &claims,
            profile: Profile::Sm,
            recipients: &recipients,
            password: None,
            threshold,
        };
        let error = encryption.run(&desk.parts, &desk.path("b"), Replace::Never, &mut Unwatched).unwrap_err();
        let found = match error {
            EncryptError::Role => "role",
            EncryptError::Committee { .. } => "numbers",
            EncryptError::HostWithThreshold { .. } => "host",
            EncryptError::NoSlot => "nobody",
            EncryptError::RecipientTwice { .. } => "twice",
            other => panic!("{other}"),
        };
        assert_eq!(found, fault);
        assert_eq!(desk.names(), ["a"]);
    }
}

#[test]
fn a_whole_key_is_handed_to_the_platform_without_the_file() {
    for platform in ["rsa", "p256", "p384", "sm2"] {
        let desk = Desk::new();
        desk.encrypt(Profile::Intl, &[desk.file("a", &noise(3_000_000))], "new.bid");
        let bytes = fs::read(desk.path("new.bid")).unwrap();
        let head = Head::read(&bytes[..HEAD_LEN]).unwrap();
        let part = head.part_with_key(0, &mut key("p256")).unwrap();
        let to = certificate(platform);
        let answer = head.answer(&part, &to, answer_form(&to)).unwrap();
        let envelope = inspect(&desk.path("new.bid")).unwrap();
        let part = envelope.head().read_answer(&answer, &to, &mut key(platform)).unwrap();
        assert_eq!((part.role(), part.slot()), (Role::Bidder, 0));
        envelope.unlock(&[part]).unwrap().verify(&mut Unwatched).unwrap();
    }
}

#[test]
fn answers_combine_at_the_platform() {
    let sealed = Sealed::new(Profile::Sm, 3, 2);
    let (head, to) = (sealed.head(), certificate("rsa"));
    let answer = |part: &Part| head.answer(part, &to, answer_form(&to)).unwrap();
    let answers = [answer(&sealed.member(3)), answer(&sealed.bidder()), answer(&sealed.member(1))];
    let read = |answer: &Vec<u8>| head.read_answer(answer, &to, &mut key("rsa")).unwrap();
    sealed.unlock(&answers.iter().map(read).collect::<Vec<_>>()).unwrap();
}

#[test]
fn an_answer_for_another_bid_another_key_or_altered_is_refused() {
    let (sealed, again) = (Sealed::new(Profile::Intl, 3, 2), Sealed::new(Profile::Intl, 3, 2));
    let (head, to) = (sealed.head(), certificate("p256"));
    let answer = head.answer(&sealed.member(1), &to, answer_form(&to)).unwrap();
    let read = |head: &Head, bytes: &[u8], name: &str| {
        head.read_answer(bytes, &certificate(name), &mut key(name)).map(|part| part.slot())
    };
    assert_eq!(read(&head, &answer, "p256").unwrap(), 2);
    assert!(matches!(read(&again.head(), &answer, "p256"), Err(ResponseError::OtherBid)));
    assert!(matches!(read(&head, &answer, "p384"), Err(ResponseError::OtherRecipient)));
    assert!(matches!(read(&head, b"no answer", "p256"), Err(ResponseError::Malformed)));
    for at in 0..answer.len() {
        let mut altered = answer.clone();
        altered[at] ^= 0x10;
        // Fields that nobody reads may change; what was sealed may not.
        if let Ok(slot) = read(&head, &altered, "p256") {
            assert_eq!(slot, 2, "byte {at}");
        }
    }
    // A share of another bid, in an answer that names this one.
    let wrong = head.answer(&again.member(1), &to, answer_form(&to)).unwrap();
    assert!(matches!(read(&head, &wrong, "p256"), Err(ResponseError::Wrong)));
}

#[test]
fn the_head_is_enough_and_less_than_it_is_not() {
    let sealed = Sealed::new(Profile::Sm, 16, 9);
    let bytes = fs::read(sealed.desk.path("new.bid")).unwrap();
    let end = usize::try_from(sealed.head().geometry().body_start()).unwrap();
    assert!(end <= HEAD_LEN);
    assert_eq!(Head::read(&bytes[..end]).unwrap().digest(), Head::read(&bytes).unwrap().digest());
    for cut in [0, 15, 16, 100, end - 4096, end - 1] {
        assert!(Head::read(&bytes[..cut]).is_err(), "{cut}");
    }
    for at in (0..end).step_by(7) {
        let mut altered = bytes[..end].to_vec();
        altered[at] ^= 1;
        let opened = Head::read(&altered).ok().and_then(|head| head.part_with_key(0, &mut key("sm2")).ok());
        // With a threshold MAC and commitment are checked by whoever combines: what answers is bound to the altered head.
        assert!(opened.is_none() || Head::read(&altered).unwrap().digest() != sealed.head().digest(), "{at}");
    }
}

/// The answer's own work, beside the one operation of the key: the best of several rounds, since other work runs on this machine.
#[test]
fn answering_takes_less_than_five_milliseconds_beside_the_key() {
    let desk = Desk::new();
    desk.encrypt(Profile::Sm, &[desk.file("a", &noise(5_000_000))], "new.bid");
    let (path, to, mut holder) = (desk.path("new.bid"), certificate("sm2"), key("sm2"));
    let round = || {
        let begun = Instant::now();
        let mut bytes = Vec::new();
        fs::File::open(&path).unwrap().take(HEAD_LEN as u64).read_to_end(&mut bytes).unwrap();
        let head = Head::read(&bytes).unwrap();
        let part = head.part_with_key(0, &mut holder).unwrap();
        head.answer(&part, &to, answer_form(&to)).unwrap();
        begun.elapsed()
    };
    let best = std::iter::repeat_with(round).take(25).min().unwrap();
    println!("head, SM2 key in software, answer: {best:?}");
    assert!(best < Duration::from_millis(5), "{best:?}");
}
