//! Writes the vectors of tests/data/bid/v1-opening that must open: `cargo run -p bidseal-bid --example opening_vectors -- FOLDER`.
//!
//! They are fixed by the files that are committed. This made them, together with tests/bid_reader/forge_opening.py, which adds
//! those that must be refused; neither needs to run again.

use algo::{Hash, Password, Suite};
use bid::{CertificateHash, Claims, Encryption, Head, KeyId, PasswordKdf, Profile, Recipient, Role, answer_form};
use ca::{Authority, Holder, Ids, Validity};
use durable::{Parts, Replace};
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use time::macros::datetime;

const PASSWORD: &str = "标书-Cafe\u{301}-kx81m";
const OFFER: &[u8] = "投标总价：壹佰万元整\n".as_bytes();

type Done<T> = Result<T, Box<dyn Error>>;

/// One vector: who is in the committee, and by whom it is opened.
struct Vector {
    name: &'static str,
    profile: Profile,
    threshold: Option<u8>,
    members: usize,
    with_spare: bool,
    /// Keys that open it together, and whether the password stands for the bidder.
    open: Vec<(Vec<String>, bool)>,
    /// Holders who answer the platform.
    answer: Vec<String>,
}

struct Desk {
    folder: PathBuf,
    parts: Parts,
    input: PathBuf,
    holders: Vec<(String, Holder)>,
}

fn main() -> Done<()> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give the folder")?);
    fs::create_dir_all(folder.join("keys"))?;
    let work = tempfile::tempdir()?;
    let input = work.path().join("报价.txt");
    write(&input, OFFER)?;
    fs::File::options()
        .append(true)
        .open(&input)?
        .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_763_625_600))?;
    let mut desk = Desk { folder, parts: Parts::open(work.path())?, input, holders: Vec::new() };
    for (name, suite) in [
        ("bidder-sm", Suite::Sm),
        ("bidder-intl", Suite::P256),
        ("spare", Suite::P384),
        ("platform", Suite::Rsa),
        ("other", Suite::P256),
    ] {
        desk.make(name, suite)?;
    }
    for number in 1..=16 {
        desk.make(&format!("member-{number}"), if number == 1 { Suite::Sm } else { Suite::P256 })?;
    }
    let good = vectors().iter().map(|vector| desk.seal(vector)).collect::<Done<Vec<_>>>()?;
    let keys: serde_json::Map<_, _> =
        desk.holders.iter().map(|(name, _)| (name.clone(), format!("keys/{name}.p8").into())).collect();
    let manifest = json!({ "keys": keys, "good": good, "refused": [] });
    write(&desk.folder.join("manifest.json"), (serde_json::to_string_pretty(&manifest)? + "\n").as_bytes())
}

fn vectors() -> Vec<Vector> {
    let names = |bidder: &[&str], members: &[u8]| -> Vec<String> {
        bidder.iter().map(ToString::to_string).chain(members.iter().map(|n| format!("member-{n}"))).collect()
    };
    let all: Vec<u8> = (1..=16).collect();
    vec![
        Vector {
            name: "sm-alone",
            profile: Profile::Sm,
            threshold: None,
            members: 0,
            with_spare: false,
            open: vec![(names(&["bidder-sm"], &[]), false)],
            answer: names(&["bidder-sm"], &[]),
        },
        Vector {
            name: "intl-1-of-1",
            profile: Profile::Intl,
            threshold: Some(1),
            members: 1,
            with_spare: false,
            open: vec![(names(&["bidder-intl"], &[1]), false)],
            answer: names(&["bidder-intl"], &[1]),
        },
        Vector {
            name: "sm-2-of-3",
            profile: Profile::Sm,
            threshold: Some(2),
            members: 3,
            with_spare: true,
            open: vec![
                (names(&["bidder-sm"], &[1, 2]), false),
                (names(&["bidder-sm"], &[3, 1]), false),
                (names(&["spare"], &[2, 3]), false),
                (names(&[], &[2, 1]), true),
                (names(&["bidder-sm", "spare"], &[1, 2, 3]), false),
            ],
            answer: names(&["bidder-sm"], &[1, 2, 3]),
        },
        Vector {
            name: "intl-1-of-16",
            profile: Profile::Intl,
            threshold: Some(1),
            members: 16,
            with_spare: false,
            open: vec![(names(&["bidder-intl"], &[16]), false), (names(&["bidder-intl"], &[7]), false)],
            answer: names(&["bidder-intl"], &[16]),
        },
        Vector {
            name: "sm-16-of-16",
            profile: Profile::Sm,
            threshold: Some(16),
            members: 16,
            with_spare: false,
            open: vec![(names(&["bidder-sm"], &all), false)],
            answer: Vec::new(),
        },
        Vector {
            name: "intl-9-of-16",
            profile: Profile::Intl,
            threshold: Some(9),
            members: 16,
            with_spare: false,
            open: vec![(names(&["bidder-intl"], &all[..9]), false), (names(&["bidder-intl"], &all[7..]), false)],
            answer: Vec::new(),
        },
    ]
}

impl Desk {
    fn make(&mut self, name: &str, suite: Suite) -> Done<()> {
        let now = datetime!(2026-11-20 08:00 UTC);
        let subject = format!("CN=向量 {name},O=Bidseal,C=CN");
        let authority = Authority::in_memory(suite, "Vectors", now)?;
        let holder = authority.issue_pair(&subject, Validity::days(now, 365), &Ids::default())?.encrypt;
        write(&self.folder.join(format!("keys/{name}.p8")), holder.key.to_pkcs8()?.expose())?;
        write(&self.folder.join(format!("keys/{name}.cer")), holder.certificate.der())?;
        self.holders.push((name.to_owned(), holder));
        Ok(())
    }

    fn holder(&mut self, name: &str) -> &mut Holder {
        &mut self.holders.iter_mut().find(|(known, _)| known == name).expect("made above").1
    }

    fn seal(&mut self, vector: &Vector) -> Done<Value> {
        let bidder = format!("bidder-{}", vector.profile);
        let mut recipients = vec![Recipient::new(self.holder(&bidder).certificate.clone(), Role::Bidder)];
        if vector.with_spare {
            recipients.push(Recipient::new(self.holder("spare").certificate.clone(), Role::Spare));
        }
        for number in 1..=vector.members {
            let certificate = self.holder(&format!("member-{number}")).certificate.clone();
            recipients.push(Recipient::new(certificate, Role::Committee));
        }
        let platform = self.holder("platform").certificate.clone();
        let thumbprint: [u8; 32] = Hash::Sha256.digest(platform.der()).as_ref().try_into()?;
        let claims = Claims {
            project: "GC-2026-0417".into(),
            opens_at: Some(datetime!(2026-12-01 09:30 +8)),
            platform_origin: Some("https://ztb.example.org".into()),
            platform_certificate: Some(CertificateHash::Sha256(thumbprint)),
            ..Claims::default()
        };
        let password = Password::new(PASSWORD)?;
        let encryption = Encryption {
            inputs: std::slice::from_ref(&self.input),
            claims: &claims,
            profile: vector.profile,
            recipients: &recipients,
            password: vector.with_spare.then_some((&password, PasswordKdf::Argon2id)),
            threshold: vector.threshold,
        };
        let file = format!("{}.bid", vector.name);
        let output = self.folder.join(&file);
        let sealed = encryption.run(&self.parts, &output, Replace::Existing, &mut bid::Unwatched)?;
        let mut open: Vec<Value> = vector
            .open
            .iter()
            .map(
                |(keys, password)| {
                    if *password { json!({ "keys": keys, "password": PASSWORD }) } else { json!({ "keys": keys }) }
                },
            )
            .collect();
        let answers = vector.answer.iter().map(|name| self.answer(vector.name, name)).collect::<Done<Vec<_>>>()?;
        if !answers.is_empty() {
            open.push(json!({ "key": "platform", "responses": answers }));
        }
        Ok(json!({
            "file": file,
            "profile": vector.profile.to_string(),
            "open": open,
            "metadata": {
                "project": claims.project, "lot": "", "bidder": "", "credit_code": "", "opens_at": "2026-12-01T01:30:00Z",
                "platform_origin": claims.platform_origin, "platform_certificate": format!("sha256:{}", hex::encode(thumbprint)),
                "total_length": sealed.payload_len, "file_count": 1,
            },
            "header_hash": sealed.header_hash.to_string(),
            "root": sealed.root.to_string(),
            "files": [{ "path": "报价.txt", "size": OFFER.len(), "mtime": 1_763_625_600_000_000_000_u64,
                "sha256": Hash::Sha256.digest(OFFER).to_string() }],
        }))
    }

    /// What the holder of a key answers the platform.
    fn answer(&mut self, bid: &str, name: &str) -> Done<String> {
        let head = Head::read(&fs::read(self.folder.join(format!("{bid}.bid")))?)?;
        let key = &mut self.holder(name).key;
        let slot = head.slots_of(&[KeyId::of(key.public())])?[0];
        let part = head.part_with_key(slot, key).map_err(|_| "its own slot does not open")?;
        let platform = self.holder("platform").certificate.clone();
        let file = format!("{bid}.{name}.response");
        write(&self.folder.join(&file), &head.answer(&part, &platform, answer_form(&platform))?)?;
        Ok(file)
    }
}

#[expect(clippy::disallowed_methods, reason = "test data, made once")]
fn write(place: &Path, content: &[u8]) -> Done<()> {
    Ok(fs::write(place, content)?)
}
