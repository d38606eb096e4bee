//! Reading what a person names.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use ::pdf::Bytes;
use algo::{Digest, Hash};
use durable::WriteError;
use spool::{CopyError, Spool};
use x509::Certificate;

use crate::{Code, Failure, Home, Meter, Session, detail, fault};

/// No certificate or key file is larger.
const SMALL: u64 = 4 << 20;
/// No seal picture is larger.
pub(crate) const PICTURE: u64 = 32 << 20;
/// The largest document that is signed as a whole; larger ones are signed detached, or encrypted as a bid.
pub(crate) const DOCUMENT: u64 = 1 << 30;
/// From this size on a document is not held in memory.
const IN_MEMORY: u64 = 16 << 20;

/// The path, if there is a file of that name.
pub(crate) fn existing(text: &str) -> Option<PathBuf> {
    let path = PathBuf::from(text);
    path.is_file().then_some(path)
}

/// The last part of a path, as a person calls the file.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A certificate or key file.
pub(crate) fn small(path: &Path) -> Result<Vec<u8>, Failure> {
    whole(path, SMALL)
}

/// A whole file of at most `limit` bytes, not empty.
pub(crate) fn whole(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let file = open(path)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| fault::read(path, &error))?;
    if bytes.is_empty() {
        return Err(fault::at(Code::InputEmpty, path));
    }
    if bytes.len() as u64 > limit {
        return Err(fault::at(Code::InputTooLarge, path).with("limit", limit));
    }
    Ok(bytes)
}

/// A document, not empty. A large one is read from a private copy in the home folder instead of memory: several of them are
/// open while one is signed, and nobody may change it meanwhile.
pub(crate) fn document(home: &Home, path: &Path) -> Result<Bytes, Failure> {
    let size = open(path)?.metadata().map_err(|error| fault::read(path, &error))?.len();
    if !(IN_MEMORY..=DOCUMENT).contains(&size) {
        return Ok(whole(path, DOCUMENT)?.into());
    }
    match Spool::copy(&mut open(path)?.take(DOCUMENT), home.path()) {
        Ok(copy) => Ok(copy.into()),
        Err(CopyError::Read(error)) => Err(fault::read(path, &error)),
        Err(CopyError::Write(error)) => Err(WriteError::from_io(home.path(), error).into()),
    }
}

/// A file that is read from its start.
pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    let file = File::open(path).map_err(|error| fault::open(path, &error))?;
    let facts = file.metadata().map_err(|error| fault::read(path, &error))?;
    if facts.is_dir() { Err(fault::at(Code::InputIsFolder, path)) } else { Ok(file) }
}

/// Refuses a file that is not there, is a folder, or has no bytes: found before anything else is looked at.
pub(crate) fn check_input(path: &Path) -> Result<(), Failure> {
    let facts = open(path)?.metadata().map_err(|error| fault::read(path, &error))?;
    if facts.is_file() && facts.len() == 0 { Err(fault::at(Code::InputEmpty, path)) } else { Ok(()) }
}

/// At most the first `length` bytes of a file.
pub(crate) fn beginning(path: &Path, length: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    open(path)?.take(length as u64).read_to_end(&mut bytes).map_err(|error| fault::read(path, &error))?;
    Ok(bytes)
}

/// As much of a file as tells its kind.
pub(crate) fn first_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    open(path)?.take(1 << 10).read_to_end(&mut bytes).map_err(|error| fault::read(path, &error))?;
    if bytes.is_empty() { Err(fault::at(Code::InputEmpty, path)) } else { Ok(bytes) }
}

/// Bytes of a file, or of all files in a folder; what cannot be read now is reported when it is needed.
pub(crate) fn size_of(path: &Path) -> u64 {
    match fs::symlink_metadata(path) {
        Ok(facts) if facts.is_dir() => {
            fs::read_dir(path).map_or(0, |entries| entries.flatten().map(|entry| size_of(&entry.path())).sum())
        }
        Ok(facts) => facts.len(),
        Err(_) => 0,
    }
}

/// The files of a folder with their paths in it, by name; a file is its own only one. `None` if there are more than `most`, or
/// something cannot be read.
pub(crate) fn below(path: &Path, most: usize) -> Option<Vec<(PathBuf, String)>> {
    let (mut found, mut waiting) = (Vec::new(), vec![(path.to_owned(), name(path))]);
    while let Some((path, shown)) = waiting.pop() {
        if !fs::symlink_metadata(&path).ok()?.is_dir() {
            found.push((path, shown));
        } else {
            for entry in fs::read_dir(&path).ok()? {
                let entry = entry.ok()?;
                waiting.push((entry.path(), format!("{shown}/{}", entry.file_name().to_string_lossy())));
            }
        }
        if found.len() + waiting.len() > most {
            return None;
        }
    }
    found.sort();
    Some(found)
}

/// Length and digest of a file of any size.
pub(crate) fn digest(path: &Path, hash: Hash, session: &Session<'_>) -> Result<(u64, Digest), Failure> {
    let meter = Meter::new(session.clock, session.progress);
    let mut file = open(path)?;
    meter.set_total(file.metadata().map_err(|error| fault::read(path, &error))?.len());
    let mut hasher = hash.hasher();
    let mut piece = vec![0; 1 << 20];
    let mut length = 0;
    loop {
        match file.read(&mut piece).map_err(|error| fault::read(path, &error))? {
            0 => return Ok((length, hasher.finish())),
            read => {
                hasher.update(&piece[..read]);
                length += read as u64;
                if !meter.moved(length) {
                    return Err(Failure::new(Code::UserCancelled));
                }
            }
        }
    }
}

/// The certificates of a file: PEM, DER or base64.
///
/// # Errors
/// [`Code::CertMalformed`] also when there is none in it.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate>, Failure> {
    certificates_in(path, &small(path)?)
}

/// The first certificate of a file: the holder's own, where a chain follows it.
pub(crate) fn certificate(path: &Path) -> Result<Certificate, Failure> {
    let first = certificates(path)?.into_iter().next();
    first.ok_or_else(|| fault::at(Code::CertMalformed, path).with("reason", "no_certificate"))
}

/// The same of bytes that were read from `path`.
pub(crate) fn certificates_in(path: &Path, bytes: &[u8]) -> Result<Vec<Certificate>, Failure> {
    let malformed = |reason: String| fault::at(Code::CertMalformed, path).with("reason", reason);
    let found = Certificate::from_any(bytes).map_err(|error| malformed(detail::certificates(&error).into()))?;
    if found.is_empty() { Err(malformed("no_certificate".into())) } else { Ok(found) }
}

/// Refuses a folder that is not there, or is none.
pub(crate) fn check_folder(folder: &Path) -> Result<(), Failure> {
    let facts = fs::metadata(folder).map_err(|error| fault::open(folder, &error))?;
    let not_a_folder = || fault::open(folder, &io::ErrorKind::NotADirectory.into());
    if facts.is_dir() { Ok(()) } else { Err(not_a_folder()) }
}

/// The files of a folder in the order of their names; a missing folder has none.
pub(crate) fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fault::open(folder, &error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| fault::read(folder, &error))?.path();
        if path.is_file() && !name(&path).starts_with('.') {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
