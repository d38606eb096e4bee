//! What several tests share: the committed vectors with their keys, and bids made on the spot.

use algo::{Password, PrivateKey};
use bid::{
    Claims, Encryption, Envelope, OpenError, Opened, Profile, ReadAt, Recipient, ResponseError, Role, Sealed, Unwatched,
};
use durable::{Parts, Replace};
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use x509::Certificate;

/// `manifest.json` of the vectors.
#[derive(Deserialize)]
pub(crate) struct Manifest {
    pub(crate) good: Vec<Good>,
    pub(crate) refused: Vec<Refused>,
}

/// A vector that opens.
#[derive(Deserialize)]
pub(crate) struct Good {
    pub(crate) file: String,
    pub(crate) open: Vec<Way>,
    pub(crate) profile: String,
    pub(crate) metadata: Value,
    pub(crate) header_hash: String,
    pub(crate) root: String,
    pub(crate) files: Vec<FileInside>,
}

/// One way to open a vector.
#[derive(Default, Deserialize, Debug)]
pub(crate) struct Way {
    pub(crate) key: Option<String>,
    pub(crate) password: Option<String>,
    /// Keys that open it together, with the password if there is one.
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    /// Answers to the platform, whose key is `key`.
    #[serde(default)]
    pub(crate) responses: Vec<String>,
}

/// What must be found in a vector.
#[derive(Deserialize, Debug, PartialEq, Eq)]
pub(crate) struct FileInside {
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) mtime: i64,
    pub(crate) sha256: String,
}

/// A vector with one fault.
#[derive(Deserialize)]
pub(crate) struct Refused {
    pub(crate) file: String,
    pub(crate) fault: String,
    pub(crate) code: String,
    #[serde(flatten)]
    pub(crate) way: Way,
}

pub(crate) fn vectors() -> PathBuf {
    workspace().join("tests/data/bid/v1")
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

pub(crate) fn manifest() -> Manifest {
    serde_json::from_slice(&fs::read(vectors().join("manifest.json")).unwrap()).unwrap()
}

/// One of the keys of the vectors.
pub(crate) fn key(name: &str) -> PrivateKey {
    PrivateKey::from_pkcs8(&fs::read(vectors().join(format!("keys/{name}.p8"))).unwrap()).unwrap()
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::from_der(&fs::read(vectors().join(format!("keys/{name}.cer"))).unwrap()).unwrap()
}

pub(crate) fn recipient(name: &str, role: Role) -> Recipient {
    Recipient::new(certificate(name), role)
}

/// Folders of vectors: of each alone, and of openings together and at a platform.
pub(crate) const FOLDERS: [&str; 2] = ["v1", "v1-opening"];

pub(crate) fn folder(name: &str) -> PathBuf {
    workspace().join("tests/data/bid").join(name)
}

pub(crate) fn manifest_of(name: &str) -> Manifest {
    serde_json::from_slice(&fs::read(folder(name).join("manifest.json")).unwrap()).unwrap()
}

/// Opens a vector in one of the ways of its manifest; the code of the error if it does not open.
pub(crate) fn unlock_vector(name: &str, file: &str, way: &Way) -> Result<Opened<fs::File>, String> {
    let folder = folder(name);
    let key = |name: &str| PrivateKey::from_pkcs8(&fs::read(folder.join(format!("keys/{name}.p8"))).unwrap()).unwrap();
    let code = |error: OpenError| error.code().to_owned();
    let envelope = Envelope::read(fs::File::open(folder.join(file)).unwrap()).map_err(code)?;
    let head = envelope.head();
    let part_with = |name: &String| {
        let mut key = key(name);
        let slot = head.slots_of(&[bid::KeyId::of(key.public())]).map_err(code)?[0];
        head.part_with_key(slot, &mut key).map_err(|error| code(error.into()))
    };
    let answered = |file: &String| {
        let certificate = fs::read(folder.join("keys/platform.cer")).unwrap();
        let platform = Certificate::from_der(&certificate).unwrap();
        let mut key = key(way.key.as_deref().unwrap());
        let answer = fs::read(folder.join(file)).unwrap();
        head.read_answer(&answer, &platform, &mut key).map_err(|error| match error {
            ResponseError::OtherBid => "bid.response_other".to_owned(),
            ResponseError::OtherRecipient => "bid.response_key".to_owned(),
            _ => "bid.response_damaged".to_owned(),
        })
    };
    let mut parts = if way.responses.is_empty() {
        let own = way.key.iter().chain(&way.keys);
        own.map(part_with).collect::<Result<Vec<_>, _>>()?
    } else {
        way.responses.iter().map(answered).collect::<Result<_, _>>()?
    };
    if let Some(password) = &way.password {
        parts.push(head.part_with_password(&Password::new(password.as_str()).unwrap()).map_err(code)?);
    }
    envelope.unlock(&parts).map_err(code)
}

/// Opens a bid as a client would: the slot is found by the key.
pub(crate) fn unlock<R: ReadAt>(source: R, way: &Way) -> Result<Opened<R>, OpenError> {
    let envelope = Envelope::read(source)?;
    match (&way.key, &way.password) {
        (Some(name), _) => unlock_with(envelope, &mut key(name)),
        (None, Some(password)) => envelope.unlock_with_password(&Password::new(password.as_str()).unwrap()),
        (None, None) => panic!("neither key nor password"),
    }
}

pub(crate) fn unlock_with<R: ReadAt>(envelope: Envelope<R>, key: &mut PrivateKey) -> Result<Opened<R>, OpenError> {
    let slot = envelope.slots_of(&[bid::KeyId::of(key.public())])?[0];
    Ok(envelope.unlock_with_key(slot, key)?)
}

/// A folder to work in, with a home of its own.
pub(crate) struct Desk {
    folder: TempDir,
    pub(crate) parts: Parts,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        let parts = Parts::open(&folder.path().join("home")).unwrap();
        Self { folder, parts }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "an input of a test")]
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let place = self.path(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, content).unwrap();
        place
    }

    /// What lies in the folder besides the home, to show that nothing was left behind.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "home");
        names.sort();
        names
    }

    /// Encrypts for the key `p256` or, in the profile `sm`, for `sm2`.
    pub(crate) fn encrypt(&self, profile: Profile, inputs: &[PathBuf], name: &str) -> Sealed {
        let recipients = [recipient(key_of(profile), Role::Bidder)];
        let claims = Claims { project: "P-1".into(), ..Claims::default() };
        let encryption =
            Encryption { inputs, claims: &claims, profile, recipients: &recipients, password: None, threshold: None };
        encryption.run(&self.parts, &self.path(name), Replace::Never, &mut Unwatched).unwrap()
    }
}

/// The vector key that [`Desk::encrypt`] encrypts for.
pub(crate) fn key_of(profile: Profile) -> &'static str {
    match profile {
        Profile::Sm => "sm2",
        Profile::Intl => "p256",
    }
}

/// The python with the packages of tests/requirements.txt.
pub(crate) fn python() -> PathBuf {
    match std::env::var_os("BIDSEAL_TEST_PYTHON") {
        Some(path) => path.into(),
        None => workspace().join("target/venv/bin/python"),
    }
}

/// Bytes that look like nothing in particular.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..len).map(|_| next()).collect()
}
