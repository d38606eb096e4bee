//! Writes the vectors of tests/data/bid/v1 that must open: `cargo run -p bidseal-bid --example good_vectors -- FOLDER`.
//!
//! Format version 1 is fixed by the files that are committed. This made them, together with tests/bid_reader/forge.py,
//! which adds the vectors that must be refused; neither needs to run again.

use algo::{Hash, Password, Suite};
use bid::{Claims, Encryption, PasswordKdf, Profile, Recipient, RecipientForm, Role, Sm2KeyEncryption};
use ca::{Authority, Holder, Ids, Validity};
use durable::{Parts, Replace};
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

const PASSWORD: &str = "标书-Cafe\u{301}-kx81m";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give the folder")?);
    let work = tempfile::tempdir()?;
    let vectors = Vectors { parts: Parts::open(work.path())?, work: work.path().to_owned(), folder };
    fs::create_dir_all(vectors.folder.join("keys"))?;
    let keys = Keys::make(&vectors)?;
    let good = vectors.all(&keys)?;
    let names = ["rsa", "p256", "p384", "sm2", "other"];
    let files: serde_json::Map<_, _> =
        names.iter().map(|name| ((*name).into(), format!("keys/{name}.p8").into())).collect();
    let manifest = json!({ "keys": files, "good": good, "refused": [] });
    vectors.write("manifest.json", (serde_json::to_string_pretty(&manifest)? + "\n").as_bytes())
}

struct Keys {
    rsa: Holder,
    p256: Holder,
    p384: Holder,
    sm2: Holder,
}

struct Vectors {
    parts: Parts,
    work: PathBuf,
    folder: PathBuf,
}

/// One vector: its name, what is in it, and the ways to open it.
struct Vector<'a> {
    name: &'a str,
    profile: Profile,
    claims: Claims,
    inputs: Vec<PathBuf>,
    recipients: Vec<Recipient>,
    password: Option<PasswordKdf>,
    open: Value,
}

impl Keys {
    fn make(vectors: &Vectors) -> Result<Self, Box<dyn Error>> {
        let holder = |name: &str, suite| -> Result<Holder, Box<dyn Error>> {
            let now = datetime!(2026-11-20 08:00 UTC);
            let authority = Authority::in_memory(suite, "Vectors", now)?;
            let subject = format!("CN=向量 {name},O=Bidseal,C=CN");
            let holder = authority.issue_pair(&subject, Validity::days(now, 365), &Ids::default())?.encrypt;
            vectors.write(&format!("keys/{name}.p8"), holder.key.to_pkcs8()?.expose())?;
            vectors.write(&format!("keys/{name}.cer"), holder.certificate.der())?;
            Ok(holder)
        };
        holder("other", Suite::P256)?;
        Ok(Self {
            rsa: holder("rsa", Suite::Rsa)?,
            p256: holder("p256", Suite::P256)?,
            p384: holder("p384", Suite::P384)?,
            sm2: holder("sm2", Suite::Sm)?,
        })
    }
}

impl Vectors {
    fn all(&self, keys: &Keys) -> Result<Vec<Value>, Box<dyn Error>> {
        let to = |holder: &Holder, role| Recipient::new(holder.certificate.clone(), role);
        let bidder = |holder: &Holder, form| vec![to(holder, Role::Bidder).with_form(form)];
        let small = self.file("报价.txt", 1000)?;
        let folder = self.folder()?;
        let all_keys =
            json!([{"key": "rsa"}, {"key": "p256"}, {"key": "p384"}, {"key": "sm2"}, {"password": PASSWORD}]);
        let for_all = vec![
            to(&keys.rsa, Role::Bidder),
            to(&keys.p256, Role::Spare),
            to(&keys.p384, Role::Spare),
            to(&keys.sm2, Role::Host),
        ];
        let simple = |name, profile, recipients, open| Vector {
            name,
            profile,
            claims: Claims::default(),
            inputs: vec![small.clone()],
            recipients,
            password: None,
            open: json!([open]),
        };
        let exchange = RecipientForm::Sm2 { named: Sm2KeyEncryption::Exchange };
        let vectors = [
            Vector {
                name: "intl-all",
                profile: Profile::Intl,
                claims: full_claims(),
                inputs: vec![folder.clone(), small.clone()],
                recipients: for_all.clone(),
                password: Some(PasswordKdf::Argon2id),
                open: all_keys.clone(),
            },
            Vector {
                name: "sm-all",
                profile: Profile::Sm,
                claims: Claims { platform_certificate: Some(bid::CertificateHash::Sm3([0x5a; 32])), ..full_claims() },
                inputs: vec![folder.clone(), small.clone()],
                recipients: for_all,
                password: Some(PasswordKdf::Pbkdf2Sm3),
                open: all_keys,
            },
            simple(
                "intl-rsa-oaep-sha1",
                Profile::Intl,
                bidder(&keys.rsa, RecipientForm::RsaOaepSha1),
                json!({"key": "rsa"}),
            ),
            simple("intl-rsa-v15", Profile::Intl, bidder(&keys.rsa, RecipientForm::RsaPkcs1), json!({"key": "rsa"})),
            simple("sm-rsa-v15-sm4", Profile::Sm, bidder(&keys.rsa, RecipientForm::RsaPkcs1Sm4), json!({"key": "rsa"})),
            simple("sm-sm2-exchange", Profile::Sm, bidder(&keys.sm2, exchange), json!({"key": "sm2"})),
            Vector {
                inputs: vec![self.file("空.txt", 0)?],
                password: Some(PasswordKdf::Argon2id),
                ..simple("sm-one-empty-file", Profile::Sm, Vec::new(), json!({"password": PASSWORD}))
            },
            Vector {
                inputs: vec![self.file_filling(2 * 16384)?],
                ..simple("sm-empty-last-chunk", Profile::Sm, vec![to(&keys.sm2, Role::Bidder)], json!({"key": "sm2"}))
            },
            Vector {
                inputs: vec![self.file_filling(1 << 20)?],
                ..simple("intl-two-units", Profile::Intl, vec![to(&keys.p256, Role::Bidder)], json!({"key": "p256"}))
            },
        ];
        vectors.into_iter().map(|vector| self.seal(&vector)).collect()
    }

    fn seal(&self, vector: &Vector<'_>) -> Result<Value, Box<dyn Error>> {
        let password = Password::new(PASSWORD)?;
        let encryption = Encryption {
            inputs: &vector.inputs,
            claims: &vector.claims,
            profile: vector.profile,
            recipients: &vector.recipients,
            password: vector.password.map(|kdf| (&password, kdf)),
            threshold: None,
        };
        let file = format!("{}.bid", vector.name);
        let output = self.folder.join(&file);
        let sealed = encryption.run(&self.parts, &output, Replace::Existing, &mut bid::Unwatched)?;
        Ok(json!({
            "file": file,
            "profile": vector.profile.to_string(),
            "open": vector.open,
            "metadata": metadata(&vector.claims, sealed.payload_len, sealed.file_count)?,
            "header_hash": sealed.header_hash.to_string(),
            "root": sealed.root.to_string(),
            "files": self.files(&vector.inputs)?,
        }))
    }

    /// What the reader must find, taken from the inputs and not from the bid.
    fn files(&self, inputs: &[PathBuf]) -> Result<Vec<Value>, Box<dyn Error>> {
        let mut files = Vec::new();
        for input in inputs {
            self.list(input, &mut files)?;
        }
        Ok(files)
    }

    fn list(&self, place: &Path, files: &mut Vec<Value>) -> Result<(), Box<dyn Error>> {
        if place.is_dir() {
            let mut children: Vec<_> =
                fs::read_dir(place)?.map(|child| Ok(child?.path())).collect::<Result<_, Box<dyn Error>>>()?;
            children.sort();
            return children.iter().try_for_each(|child| self.list(child, files));
        }
        let content = fs::read(place)?;
        let mtime = fs::metadata(place)?.modified()?.duration_since(SystemTime::UNIX_EPOCH)?.as_nanos();
        files.push(json!({
            "path": place.strip_prefix(&self.work)?.to_str(),
            "size": content.len(),
            "mtime": u64::try_from(mtime)?,
            "sha256": Hash::Sha256.digest(&content).to_string(),
        }));
        Ok(())
    }

    fn folder(&self) -> Result<PathBuf, Box<dyn Error>> {
        fs::create_dir_all(self.work.join("投标文件/技术标/图纸"))?;
        self.file("投标文件/技术标/施工组织设计.pdf", 30_000)?;
        self.file("投标文件/技术标/图纸/Ünïcode مخطط.dwg", 5_000)?;
        self.file("投标文件/商务标.bin", 0)?;
        self.file("投标文件/readme", 1)?;
        Ok(self.work.join("投标文件"))
    }

    fn file(&self, path: &str, size: usize) -> Result<PathBuf, Box<dyn Error>> {
        let place = self.work.join(path);
        let content: Vec<u8> = (0..size).map(|at| (at * at / 7 + at / 256).to_le_bytes()[0]).collect();
        self.write_at(&place, &content)?;
        Ok(place)
    }

    /// A file that alone makes a payload of exactly `payload` bytes. The lengths of the index's own numbers depend on
    /// its size, so the right size is searched.
    fn file_filling(&self, payload: usize) -> Result<PathBuf, Box<dyn Error>> {
        let name = format!("fill-{payload:07}.bin");
        let integer_len = |value: usize| 2 + (usize::BITS - value.leading_zeros()) as usize / 8 + 1;
        // mtime has 8 bytes, offset is 0, and both SEQUENCE headers are short.
        let index_len = |size: usize| 2 + 2 + (2 + name.len()) + integer_len(size) + 3 + 10;
        let size = (0..payload).rev().find(|&size| 8 + index_len(size) + size == payload).ok_or("no such size")?;
        self.file(&name, size)
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<(), Box<dyn Error>> {
        self.write_at(&self.folder.join(name), content)
    }

    #[expect(clippy::disallowed_methods, reason = "test data, made once")]
    fn write_at(&self, place: &Path, content: &[u8]) -> Result<(), Box<dyn Error>> {
        fs::write(place, content)?;
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_763_625_600, 123_456_700);
        Ok(fs::File::options().append(true).open(place)?.set_modified(time)?)
    }
}

fn full_claims() -> Claims {
    Claims {
        project: "GC-2026-0417 城东污水处理厂二期".into(),
        lot: "02".into(),
        bidder: "示范建设集团有限公司".into(),
        credit_code: "91350100M000100Y43".into(),
        opens_at: Some(datetime!(2026-12-01 09:30 +8)),
        platform_origin: Some("https://ztb.example.org".into()),
        platform_certificate: Some(bid::CertificateHash::Sha256([0xa5; 32])),
    }
}

fn metadata(claims: &Claims, total_length: u64, file_count: u64) -> Result<Value, Box<dyn Error>> {
    let hex = |bytes: [u8; 32]| hex::encode(bytes);
    let certificate = claims.platform_certificate.map(|hash| match hash {
        bid::CertificateHash::Sha256(bytes) => format!("sha256:{}", hex(bytes)),
        bid::CertificateHash::Sm3(bytes) => format!("sm3:{}", hex(bytes)),
    });
    let opens_at = claims.opens_at.map(|at| at.to_offset(time::UtcOffset::UTC).format(&Rfc3339)).transpose()?;
    Ok(json!({
        "project": claims.project,
        "lot": claims.lot,
        "bidder": claims.bidder,
        "credit_code": claims.credit_code,
        "opens_at": opens_at,
        "platform_origin": claims.platform_origin,
        "platform_certificate": certificate,
        "total_length": total_length,
        "file_count": file_count,
    }))
}
