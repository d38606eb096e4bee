//! The sealed end of the journal: how many entries, and the hash of the last.

use std::{fs, io, path::Path};

use algo::{Hash, Secret, constant_time_eq, hmac};
use durable::WriteError;
use serde::{Deserialize, Serialize};

use super::chain::End;
use crate::{Code, Failure, Home, fault};

const LABEL: &str = "journal";
const KEY_LEN: usize = 32;

/// The end of the journal as it was last written.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    /// Entries that are surely written.
    pub(super) count: u64,
    /// Hash of the last of them.
    last: String,
    /// Hash of the entry that was about to be written. A kill may leave it written or not.
    next: Option<String>,
    seal: String,
}

impl Head {
    /// The end at which the journal stands.
    pub(super) fn sealed(home: &Home, end: &End) -> Result<Self, Failure> {
        Self::new(home, end, None)
    }

    /// The end at which it stands, and the entry that comes next.
    pub(super) fn announcing(home: &Home, end: &End, next: &End) -> Result<Self, Failure> {
        Self::new(home, end, Some(next.last.clone()))
    }

    fn new(home: &Home, end: &End, next: Option<String>) -> Result<Self, Failure> {
        let mut head = Self { count: end.count, last: end.last.clone(), next, seal: String::new() };
        head.seal = head.seal_by(&key(home)?);
        Ok(head)
    }

    /// The end that the next entry follows from, given the hash of the line that is last in the file.
    pub(super) fn end(self, written: Option<&str>) -> End {
        match self.next {
            Some(next) if written == Some(&next) => End { count: self.count + 1, last: next },
            _ => End { count: self.count, last: self.last },
        }
    }

    /// Whether a journal may end like this.
    pub(super) fn allows(&self, found: &End) -> bool {
        let sealed = found.count == self.count && found.last == self.last;
        let announced = found.count == self.count + 1 && Some(&found.last) == self.next.as_ref();
        sealed || announced
    }

    /// The end that stands on the disk; what is not in its form counts as none.
    pub(super) fn read(home: &Home) -> Result<Option<Self>, Failure> {
        let path = home.path().join("journal.head");
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(super::failed(&path, &error)),
        }
    }

    pub(super) fn write(&self, home: &Home) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(self).expect("a number and texts always serialise");
        let path = home.path().join("journal.head");
        home.parts().replace(&path, LABEL, &bytes).map_err(|error| unwritten(&path, &error))
    }

    /// Whether this home's key made the seal.
    pub(super) fn is_ours(&self, home: &Home) -> Result<bool, Failure> {
        Ok(constant_time_eq(self.seal_by(&key(home)?).as_bytes(), self.seal.as_bytes()))
    }

    fn seal_by(&self, key: &Secret) -> String {
        let next = self.next.as_deref().unwrap_or_default();
        let count = self.count.to_be_bytes();
        hmac(Hash::Sha256, key.expose(), &[b"bidseal journal head", &count, self.last.as_bytes(), next.as_bytes()])
            .to_string()
    }
}

/// The home's key; made at the first use.
pub(super) fn key(home: &Home) -> Result<Secret, Failure> {
    let path = home.path().join("journal.key");
    match fs::read(&path) {
        Ok(bytes) if bytes.len() == KEY_LEN => Ok(Secret::from(bytes)),
        Ok(_) => Err(fault::at(Code::JournalFailed, &path).with("reason", "key_length")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_key(home),
        Err(error) => Err(super::failed(&path, &error)),
    }
}

fn make_key(home: &Home) -> Result<Secret, Failure> {
    let key = Secret::random(KEY_LEN)?;
    let path = home.path().join("journal.key");
    home.parts().replace(&path, LABEL, key.expose()).map_err(|error| unwritten(&path, &error))?;
    Ok(key)
}

fn unwritten(path: &Path, error: &WriteError) -> Failure {
    fault::at(Code::JournalFailed, path).with("reason", fault::write_reason(error))
}
