//! The documents of one connection: private files that come in slices and go with the connection.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use algo::{Digest, Hash, Hasher, constant_time_eq};
use base64ct::{Base64UrlUnpadded, Encoding};
use client::{Code, DocumentFacts, Failure};
use protocol::{Document, OpenedDocument};
use std::sync::Arc;

use crate::quota::{Quota, Share};

/// Documents that a connection may have open.
const MOST_DOCUMENTS: usize = 256;
/// Stays free on the disk for everything else.
const RESERVE: u64 = 256 << 20;
/// Longest name in bytes; file systems take 255.
const MOST_NAME: usize = 200;
/// Randomness of a handle and of a ticket, in bytes.
const TOKEN_LEN: usize = 16;

/// The documents of a connection.
pub(crate) struct Documents {
    folder: PathBuf,
    open: HashMap<String, Stored>,
    quota: Arc<Quota>,
}

/// What names a document in consent, journal and answers. Of large ones it takes a quarter of the time that SM3 would.
const HASH: Hash = Hash::Sha256;

/// A whole document on the disk, as it is handed out and shown.
pub(crate) struct Made {
    path: PathBuf,
    length: u64,
    digest: Option<Digest>,
}

impl Made {
    /// Reads a result through; of 5 GB this takes seconds, and is done before anything is locked.
    pub(crate) fn read(path: PathBuf) -> Result<Self, Failure> {
        let (length, digest) = digest(&path).map_err(|error| failed(&path, &error))?;
        Ok(Self { path, length, digest: Some(digest) })
    }

    /// A bid, which has the root of its own tree: to read it through once more would take as long as it took to encrypt.
    pub(crate) fn bid(path: PathBuf, length: u64) -> Self {
        Self { path, length, digest: None }
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What a person is shown of it under `name`. Only a bid has to be read for that; nothing may be locked then.
    pub(crate) fn facts(self, name: String) -> Result<DocumentFacts, Failure> {
        match self.digest {
            Some(digest) => Ok(DocumentFacts::digested(name, self.length, HASH, &digest, None)),
            None => Self::read(self.path)?.facts(name),
        }
    }
}

/// One document on the disk.
pub(crate) struct Stored {
    ticket: String,
    path: PathBuf,
    length: u64,
    _share: Share,
    received: u64,
    /// Over what was received. Whoever sends the next slice has it, so that there is one at a time: bytes that were
    /// counted are never written again, and what a person has been shown is what is used.
    hasher: Option<Hasher>,
    /// Of the whole, once it is here.
    digest: Option<Digest>,
}

impl Documents {
    /// A place for documents below `folder`, which is made and will be removed.
    pub(crate) fn below(folder: PathBuf, quota: Arc<Quota>) -> io::Result<Self> {
        private_dir(&folder)?;
        Ok(Self { folder, open: HashMap::new(), quota })
    }

    /// Makes room for a document that is to come.
    ///
    /// # Errors
    /// [`Code::WebLimit`], [`Code::DiskFull`], and what the disk reports.
    pub(crate) fn open(&mut self, name: &str, length: u64) -> Result<OpenedDocument, Failure> {
        let limit =
            |what: &'static str, limit: u64| Failure::new(Code::WebLimit).with("what", what).with("limit", limit);
        if self.open.len() >= MOST_DOCUMENTS {
            return Err(limit("documents", MOST_DOCUMENTS as u64));
        }
        let share = self.quota.take(length)?;
        self.check_space(length)?;
        let (id, path) = self.place(name)?;
        File::create_new(&path).map_err(|error| failed(&path, &error))?;
        let hasher = (length > 0).then(|| HASH.hasher());
        let digest = (length == 0).then(|| HASH.digest(b""));
        let stored = Stored { ticket: token()?, path, length, _share: share, received: 0, hasher, digest };
        Ok(self.keep(id, stored))
    }

    /// A place for a result, which a use case will write there: its handle and its path.
    pub(crate) fn place(&self, name: &str) -> Result<(String, PathBuf), Failure> {
        let id = token()?;
        let folder = self.folder.join(&id);
        private_dir(&folder).map_err(|error| failed(&folder, &error))?;
        Ok((id, folder.join(file_name(name))))
    }

    /// A fresh private folder for a use case to work in; what is not adopted from it goes with the connection.
    pub(crate) fn scratch(&self) -> Result<PathBuf, Failure> {
        let folder = self.folder.join(token()?);
        private_dir(&folder).map_err(|error| failed(&folder, &error))?;
        Ok(folder)
    }

    /// Refuses what would not fit into the page's quota or onto the disk, before it is made.
    ///
    /// # Errors
    /// [`Code::WebLimit`], [`Code::DiskFull`].
    pub(crate) fn check_room(&self, bytes: u64) -> Result<(), Failure> {
        self.quota.take(bytes)?;
        self.check_space(bytes)
    }

    /// Takes a result over.
    ///
    /// # Errors
    /// [`Code::WebLimit`].
    pub(crate) fn adopt(&mut self, made: Made) -> Result<Document, Failure> {
        let Made { path, length, digest } = made;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let share = self.quota.take(length)?;
        let stored = Stored { ticket: token()?, path, length, _share: share, received: length, hasher: None, digest };
        let sha256 = digest.map(|digest| digest.to_string());
        let opened = self.keep(token()?, stored);
        Ok(Document { id: opened.id, ticket: opened.ticket, path: opened.path, name, length, sha256 })
    }

    fn keep(&mut self, id: String, stored: Stored) -> OpenedDocument {
        let opened =
            OpenedDocument { id: id.clone(), ticket: stored.ticket.clone(), path: format!("/v1/documents/{id}") };
        self.open.insert(id, stored);
        opened
    }

    /// Forgets a document and its bytes.
    ///
    /// # Errors
    /// [`Code::WebDocument`].
    pub(crate) fn close(&mut self, id: &str) -> Result<(), Failure> {
        let stored = self.open.remove(id).ok_or_else(|| unknown(id))?;
        // What cannot be removed now goes with the connection's folder; results may share theirs.
        let _ = fs::remove_file(&stored.path);
        let _ = stored.path.parent().map(fs::remove_dir);
        Ok(())
    }

    /// The file of a document that has arrived as a whole.
    ///
    /// # Errors
    /// [`Code::WebDocument`], [`Code::WebIncomplete`].
    pub(crate) fn whole(&self, id: &str) -> Result<PathBuf, Failure> {
        let stored = self.open.get(id).ok_or_else(|| unknown(id))?;
        if stored.received < stored.length {
            let (received, length) = (stored.received, stored.length);
            return Err(Failure::new(Code::WebIncomplete).with("received", received).with("length", length));
        }
        Ok(stored.path.clone())
    }

    /// A document that has arrived as a whole, with the digest of its bytes as they came.
    ///
    /// # Errors
    /// As [`Documents::whole`].
    pub(crate) fn arrived(&self, id: &str) -> Result<Made, Failure> {
        let path = self.whole(id)?;
        let stored = self.open.get(id).ok_or_else(|| unknown(id))?;
        Ok(Made { path, length: stored.length, digest: stored.digest })
    }

    /// The document of a handle, for whoever shows its ticket.
    ///
    /// # Errors
    /// [`Code::WebTicket`]: for an unknown handle too, so that nobody learns which exist.
    pub(crate) fn with_ticket(&mut self, id: &str, ticket: &str) -> Result<&mut Stored, Failure> {
        let stored =
            self.open.get_mut(id).filter(|stored| constant_time_eq(stored.ticket.as_bytes(), ticket.as_bytes()));
        stored.ok_or_else(|| Failure::new(Code::WebTicket))
    }

    fn check_space(&self, length: u64) -> Result<(), Failure> {
        match durable::free_space(&self.folder) {
            Ok(free) if free < length.saturating_add(RESERVE) => {
                Err(Failure::new(Code::DiskFull).with("path", self.folder.display().to_string()))
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Documents {
    fn drop(&mut self) {
        // What a fault leaves behind is swept at the next start.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Stored {
    /// How many bytes it will have, and how many are here.
    pub(crate) const fn progress(&self) -> (u64, u64) {
        (self.length, self.received)
    }

    /// Begins to take the slice of `bytes` that starts at `from`.
    ///
    /// # Errors
    /// [`Code::WebRange`] when it does not follow what is here, is more than was announced, or another is on its way.
    pub(crate) fn begin(&mut self, from: u64, bytes: u64) -> Result<(File, Hasher), Failure> {
        let refused = Failure::new(Code::WebRange).with("received", self.received);
        if from != self.received || bytes > self.length - self.received {
            return Err(refused);
        }
        let file = OpenOptions::new().write(true).open(&self.path).map_err(|error| failed(&self.path, &error))?;
        self.hasher.take().map(|hasher| (file, hasher)).ok_or(refused)
    }

    /// Counts bytes that were written and hashed behind the others.
    pub(crate) fn count(&mut self, bytes: u64) {
        self.received += bytes;
    }

    /// The slice has ended, whole or not; the hasher has seen exactly what was counted.
    pub(crate) fn end(&mut self, hasher: Hasher) {
        if self.received == self.length {
            self.digest = Some(hasher.finish());
        } else {
            self.hasher = Some(hasher);
        }
    }

    /// The file of a document that is there as a whole.
    pub(crate) fn read(&self) -> Result<File, Failure> {
        if self.received < self.length {
            let (received, length) = (self.received, self.length);
            return Err(Failure::new(Code::WebIncomplete).with("received", received).with("length", length));
        }
        File::open(&self.path).map_err(|error| failed(&self.path, &error))
    }
}

/// Writes a slice at its place.
pub(crate) fn write_at(mut file: &File, from: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(from))?;
    file.write_all(bytes)
}

/// Reads at most `most` bytes from a place.
pub(crate) fn read_at(file: &mut File, from: u64, most: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::with_capacity(most);
    file.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn digest(path: &Path) -> io::Result<(u64, Digest)> {
    let (mut file, mut hasher, mut length) = (File::open(path)?, HASH.hasher(), 0);
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok((length, hasher.finish())),
            read => {
                hasher.update(&piece[..read]);
                length += read as u64;
            }
        }
    }
}

/// 128 random bits as text.
fn token() -> Result<String, Failure> {
    Ok(Base64UrlUnpadded::encode_string(&algo::random::<TOKEN_LEN>()?))
}

/// A name as a file may have it: the last part, nothing that leads elsewhere, rewrites a line or is reserved.
pub(crate) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut safe = client::printable(last).replace('\u{fffd}', "_");
    while safe.len() > MOST_NAME {
        safe.remove(0); // the ending tells what it is
    }
    let safe = durable::portable_name(safe.trim_start_matches(['.', ' ']));
    if safe.is_empty() { "document".to_owned() } else { safe }
}

fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn unknown(id: &str) -> Failure {
    Failure::new(Code::WebDocument).with("id", client::printable(id))
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    durable::WriteError::from_io(path, io::Error::new(error.kind(), error.to_string())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(outcome: Result<impl Sized, Failure>) -> Option<Code> {
        outcome.err().map(|failure| failure.code())
    }

    #[test]
    fn names_stay_names() {
        for (name, kept) in [
            ("投标书.pdf", "投标书.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system.ini", "system.ini"),
            ("..", "document"),
            ("", "document"),
            ("a\u{202e}fdp.exe", "a_fdp.exe"),
            ("a\nb\0c", "a_b_c"),
            (".hidden", "hidden"),
            ("什么?.pdf", "什么_.pdf"),
            ("NUL.pdf", "_NUL.pdf"),
            (". aux . ", "_aux"),
        ] {
            assert_eq!(file_name(name), kept, "{name:?}");
        }
        let long = format!("{}.pdf", "标".repeat(400));
        assert!(file_name(&long).len() <= MOST_NAME && file_name(&long).ends_with("标.pdf"));
        let device = format!("nul.{}", "x".repeat(MOST_NAME - 4));
        assert_eq!(file_name(&format!("much{device}")), format!("_{device}"), "what is left of a long name");
    }

    #[test]
    fn slices_come_in_order_and_no_more_than_announced() {
        let folder = tempfile::tempdir().unwrap();
        let mut documents = Documents::below(folder.path().join("c"), Arc::default()).unwrap();
        let opened = documents.open("a.pdf", 10).unwrap();
        assert_eq!(code(documents.whole(&opened.id)), Some(Code::WebIncomplete));
        let stored = documents.with_ticket(&opened.id, &opened.ticket).unwrap();
        assert_eq!(code(stored.begin(5, 5)), Some(Code::WebRange));
        assert_eq!(code(stored.begin(0, 11)), Some(Code::WebRange));
        let (_, mut hasher) = stored.begin(0, 6).unwrap();
        assert_eq!(code(stored.begin(0, 6)), Some(Code::WebRange), "one slice at a time");
        hasher.update(b"012345");
        stored.count(6);
        stored.end(hasher);
        assert_eq!(code(stored.begin(0, 6)), Some(Code::WebRange), "what is here is not written again");
        assert_eq!(code(stored.begin(6, 5)), Some(Code::WebRange));
        let (_, mut hasher) = stored.begin(6, 4).unwrap();
        hasher.update(b"6789");
        stored.count(4);
        stored.end(hasher);
        assert_eq!(code(stored.begin(10, 1)), Some(Code::WebRange));
        assert_eq!(code(documents.whole(&opened.id)), None);
        let facts = documents.arrived(&opened.id).unwrap().facts("b/a.pdf".into()).unwrap();
        assert_eq!((facts.name.as_str(), facts.size, facts.hash), ("b/a.pdf", 10, Some("SHA-256")));
        assert_eq!(facts.digest, Some(Hash::Sha256.digest(b"0123456789").to_string()), "over both slices");
    }

    #[test]
    fn a_ticket_opens_its_own_document_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut documents = Documents::below(folder.path().join("c"), Arc::default()).unwrap();
        let (a, b) = (documents.open("a", 1).unwrap(), documents.open("b", 1).unwrap());
        assert_eq!(code(documents.with_ticket(&a.id, &b.ticket)), Some(Code::WebTicket));
        assert_eq!(code(documents.with_ticket("nothing", &a.ticket)), Some(Code::WebTicket));
        assert_eq!(code(documents.with_ticket(&a.id, "")), Some(Code::WebTicket));
        assert_eq!(code(documents.with_ticket(&a.id, &a.ticket)), None);
    }

    #[test]
    fn limits_hold_and_everything_goes_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("c");
        let mut documents = Documents::below(place.clone(), Arc::default()).unwrap();
        assert_eq!(code(documents.open("a", u64::MAX)), Some(Code::WebLimit));
        let opened: Vec<_> = (0..MOST_DOCUMENTS).map(|_| documents.open("a", 0).unwrap()).collect();
        assert_eq!(code(documents.open("a", 0)), Some(Code::WebLimit));
        documents.close(&opened[0].id).unwrap();
        assert_eq!(code(documents.close(&opened[0].id)), Some(Code::WebDocument));
        assert_eq!(code(documents.open("a", 0)), None);
        drop(documents);
        assert!(!place.exists());
    }
}
