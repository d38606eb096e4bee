//! The twin (备份标书): the plain files, the key of the bid and a signed list, kept by the bidder until a fallback is called.
//!
//! ```text
//! DIR/files/…        the files, as they lie in the bid
//! DIR/input.key      32 bytes: the key from which all others of the bid are derived
//! DIR/manifest.p7s   TwinManifest, signed by the bidder before the deadline
//! ```
//!
//! That twin and bid are equal is proved by opening the bid with that key and comparing. The list is salted with the key:
//! whoever sees it before the opening learns nothing, not even by guessing a price.

use crate::bid_key::{InputKey, KeyPart};
use crate::extract::{Files, check_space};
use crate::index::Entry;
use crate::limits::HASH_LEN;
use crate::opened::Sink;
use crate::os::ReadAt;
use crate::progress::{Step, Unwatched, Watch};
use crate::statement::StatementDer;
use crate::tree::{Node, node};
use crate::{
    DecryptError, EncryptError, Envelope, OpenError, Opened, Prepared, Profile, StatementContent, StatementError,
    TreeRoot, sources,
};
use algo::Hasher;
use der::asn1::OctetString;
use der::{Decode, Encode, Sequence};
use durable::{PartDir, Parts, WriteError, failpoint};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::vec;
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// Names the failpoints of the folder.
pub(crate) const LABEL: &str = "bid.twin";

/// The folder of the plain files in a twin.
pub const TWIN_FILES: &str = "files";
/// The file with the key in a twin.
pub const TWIN_KEY: &str = "input.key";
/// The signed list in a twin.
pub const TWIN_MANIFEST: &str = "manifest.p7s";

/// The key from which all others of one bid are derived. It opens the bid alone, whatever its threshold.
pub struct TwinKey(pub(crate) InputKey);

/// What the bidder has signed about a twin: for which bid, when, and a salted hash of each file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwinManifest {
    /// The bid, and when the bidder says that the twin was made.
    pub made: StatementContent,
    files: Vec<Node>,
}

/// A twin that is whole but for the signed list. Dropping it removes it.
pub struct TwinDraft {
    folder: PartDir,
    /// What errors speak of: the part's own name means nothing to a person.
    target: PathBuf,
    files: Vec<Node>,
}

/// A twin that is whole and on the disk, and has no name yet. Dropping it removes it.
pub struct SignedTwin(PartDir);

/// In what a twin differs from its bid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TwinDifference {
    /// The twin's key does not open the bid, or its list names another bid.
    #[error("the twin belongs to another bid")]
    Foreign,
    /// A file is missing, added or not the one in the bid, or its hash in the list is not the right one.
    #[error("`{path}` is not as it is in the bid")]
    Altered {
        /// The file's path in the bid, or its name in the folder.
        path: String,
    },
}

/// A twin could not be compared, or is not equal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TwinError {
    /// It was compared.
    #[error(transparent)]
    Differs(#[from] TwinDifference),
    /// It could not be compared.
    #[error(transparent)]
    Decrypt(#[from] DecryptError),
    /// The bid could not be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The twin could not be read: nothing is known about it then.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder of the twin.
        path: PathBuf,
        /// What the system reported.
        source: io::Error,
    },
}

/// `TwinManifest ::= SEQUENCE`, see docs/bid-format.md.
#[derive(Sequence)]
struct ManifestDer {
    made: StatementDer,
    files: Vec<OctetString>,
}

impl TwinKey {
    /// The key in a twin's [`TWIN_KEY`]; `None` unless it has its length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; HASH_LEN] = bytes.try_into().ok()?;
        Some(Self(InputKey::whole(&KeyPart::copy_of(bytes))))
    }
}

impl TwinManifest {
    /// Whether the list is about this bid.
    #[must_use]
    pub fn is_about(&self, recomputed: &TreeRoot) -> bool {
        self.made.bid == *recomputed
    }

    /// The bytes to be signed as content; `None` when the time is before 1970 or after 9999.
    #[must_use]
    pub fn to_der(&self) -> Option<Vec<u8>> {
        let files = self.files.iter().map(|hash| OctetString::new(*hash)).collect::<der::Result<_>>().ok()?;
        ManifestDer { made: self.made.structure()?, files }.to_der().ok()
    }

    /// Reads the content of a list whose signature was verified.
    ///
    /// # Errors
    /// [`StatementError`]
    pub fn from_der(der: &[u8]) -> Result<Self, StatementError> {
        let manifest = ManifestDer::from_der(der).map_err(|_| StatementError::Malformed)?;
        let hash = |octets: &OctetString| Node::try_from(octets.as_bytes()).map_err(|_| StatementError::Malformed);
        let files = manifest.files.iter().map(hash).collect::<Result<_, _>>()?;
        Ok(Self { made: StatementContent::of_structure(&manifest.made)?, files })
    }
}

impl Prepared {
    /// Writes the twin of this bid beside `target`; it gets its name by [`SignedTwin::commit`]. The files come out of the
    /// bid as it lies on the disk, so that the twin is equal whatever became of the inputs.
    ///
    /// # Errors
    /// [`DecryptError`]; nothing is left then.
    pub fn twin(&self, parts: &Parts, target: &Path, watch: &mut dyn Watch) -> Result<TwinDraft, DecryptError> {
        let opened = self.envelope().and_then(|envelope| envelope.unlock_with_twin(self.twin_key()));
        let opened = opened.map_err(|error| match error {
            OpenError::Read(error) => DecryptError::Read(error),
            OpenError::Tampered(alteration) => alteration.into(),
            other => DecryptError::Read(io::Error::other(other.to_string())),
        })?;
        opened.write_twin(self.twin_key(), parts, target, watch)
    }
}

impl TwinDraft {
    /// The list to be signed, about this bid and as of `time`.
    #[must_use]
    pub fn manifest(&self, bid: TreeRoot, time: OffsetDateTime) -> TwinManifest {
        TwinManifest { made: StatementContent { bid, time }, files: self.files.clone() }
    }

    /// Adds the signed list and brings everything to the disk: what can fail for want of space fails here, before bid and
    /// twin get their names.
    ///
    /// # Errors
    /// [`WriteError`]; nothing is left then.
    pub fn with_list(self, message: &[u8]) -> Result<SignedTwin, WriteError> {
        let place = self.folder.path().join(TWIN_MANIFEST);
        private_file(&place, message).map_err(|e| WriteError::from_io(&self.target, e))?;
        failpoint("bid.twin.list");
        self.folder.sync()?;
        Ok(SignedTwin(self.folder))
    }
}

impl SignedTwin {
    /// Gives the twin its name.
    ///
    /// # Errors
    /// [`WriteError`]
    pub fn commit(self) -> Result<(), WriteError> {
        self.0.commit()
    }
}

impl<R: ReadAt> Envelope<R> {
    /// Unlocks the bid with the key of its twin.
    ///
    /// # Errors
    /// Tampered, when the key is that of another bid.
    pub fn unlock_with_twin(self, key: &TwinKey) -> Result<Opened<R>, OpenError> {
        let body_key = self.head().body_key(&key.0)?;
        Ok(Opened::new(self, body_key))
    }

    /// Opens the bid with the twin's key and compares every file with the one in the twin's folder, and its hash with the
    /// one in the list. That the list was signed, by whom and when, is the caller's to judge.
    ///
    /// # Errors
    /// [`TwinError::Differs`] with the first difference; or why it could not be compared.
    pub fn compare_twin(
        self,
        key: &TwinKey,
        manifest: &TwinManifest,
        twin: &Path,
        watch: &mut dyn Watch,
    ) -> Result<(), TwinError> {
        let profile = self.profile();
        let opened = match self.unlock_with_twin(key) {
            Err(OpenError::Tampered(_)) => return Err(TwinDifference::Foreign.into()),
            other => other?,
        };
        let mut compared = Walk::new(Comparison {
            list: List::new(profile, key),
            expected: &manifest.files,
            folder: twin.join(TWIN_FILES),
            file: None,
            paths: Vec::new(),
            difference: None,
            unreadable: None,
        });
        opened.run(Step::Verifying, &mut compared, watch)?;
        compared.finish()?;
        let Comparison { list, paths, difference, unreadable, folder, .. } = compared.each;
        if let Some((path, source)) = unreadable {
            return Err(TwinError::Read { path, source });
        }
        check_still_there(&folder)?;
        if let Some(path) = difference {
            return Err(TwinDifference::Altered { path }.into());
        }
        if list.hashes != manifest.files {
            return Err(TwinDifference::Altered { path: TWIN_MANIFEST.into() }.into());
        }
        check_nothing_added(&folder, paths)
    }
}

impl<R: ReadAt> Opened<R> {
    fn write_twin(
        &self,
        key: &TwinKey,
        parts: &Parts,
        target: &Path,
        watch: &mut dyn Watch,
    ) -> Result<TwinDraft, DecryptError> {
        check_space(target, self.envelope().metadata().total_length)?;
        let folder = parts.create_dir(target, LABEL)?;
        let failed = |e: io::Error| WriteError::from_io(target, e);
        let files = folder.path().join(TWIN_FILES);
        fs::create_dir(&files).map_err(failed)?;
        private_file(&folder.path().join(TWIN_KEY), key.0.expose()).map_err(failed)?;
        let hashed = Walk::new(List::new(self.envelope().profile(), key));
        let mut sink = Both(Files::new(&files, target), hashed);
        self.run(Step::Saving, &mut sink, watch)?;
        sink.0.finish()?;
        sink.1.finish()?;
        failpoint("bid.twin.files");
        Ok(TwinDraft { folder, target: target.to_owned(), files: sink.1.each.hashes })
    }
}

/// Owner-only from its first byte on.
fn private_file(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(place)?.write_all(bytes)
}

/// A drive that was pulled out takes its files with it, and they are then no missing ones.
fn check_still_there(folder: &Path) -> Result<(), TwinError> {
    match fs::symlink_metadata(folder) {
        Ok(_) => Ok(()),
        Err(source) => Err(TwinError::Read { path: folder.to_owned(), source }),
    }
}

/// A file that is in the twin and not in the bid would be taken for a part of it.
fn check_nothing_added(folder: &PathBuf, mut paths: Vec<String>) -> Result<(), TwinError> {
    let altered = |path: String| TwinError::Differs(TwinDifference::Altered { path });
    let found = sources::find(std::slice::from_ref(folder), &mut Unwatched).map_err(|error| match error {
        EncryptError::Read { path, source } => TwinError::Read { path, source },
        other => altered(other.to_string()),
    })?;
    paths.sort();
    let prefix = format!("{TWIN_FILES}/");
    let added = found.iter().map(|source| source.entry.path.as_str()).find(|path| {
        path.strip_prefix(&prefix).is_none_or(|path| paths.binary_search_by(|known| known.as_str().cmp(path)).is_err())
    });
    added.map_or(Ok(()), |path| Err(altered(path.to_owned())))
}

/// Two sinks for the same bytes.
struct Both<A, B>(A, B);

impl<A: Sink, B: Sink> Sink for Both<A, B> {
    fn begin(&mut self, entries: Vec<Entry>) -> Result<(), DecryptError> {
        self.0.begin(entries.clone())?;
        self.1.begin(entries)
    }

    fn write(&mut self, content: &[u8]) -> Result<(), DecryptError> {
        self.0.write(content)?;
        self.1.write(content)
    }
}

/// What happens to each file as its bytes come.
trait Each {
    fn begin(&mut self, entry: &Entry);
    fn piece(&mut self, content: &[u8]);
    fn end(&mut self, entry: &Entry);
}

/// Cuts the contents into files.
struct Walk<E> {
    each: E,
    next: vec::IntoIter<Entry>,
    current: Option<(Entry, u64)>,
}

impl<E: Each> Walk<E> {
    fn new(each: E) -> Self {
        Self { each, next: Vec::new().into_iter(), current: None }
    }

    /// Goes through what has no bytes and comes last: empty files.
    fn finish(&mut self) -> Result<(), DecryptError> {
        self.write(&[])
    }
}

impl<E: Each> Sink for Walk<E> {
    fn begin(&mut self, entries: Vec<Entry>) -> Result<(), DecryptError> {
        self.next = entries.into_iter();
        Ok(())
    }

    fn write(&mut self, mut content: &[u8]) -> Result<(), DecryptError> {
        loop {
            if self.current.is_none() {
                let Some(entry) = self.next.next() else { return Ok(()) };
                self.each.begin(&entry);
                let left = entry.size;
                self.current = Some((entry, left));
            }
            let (_, left) = self.current.as_mut().expect("set above");
            let here = content.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
            self.each.piece(&content[..here]);
            *left -= here as u64;
            content = &content[here..];
            let Some((entry, _)) = self.current.take_if(|(_, left)| *left == 0) else { return Ok(()) };
            self.each.end(&entry);
        }
    }
}

/// The salted hashes: HMAC(K_twin, be64 number ‖ be64 length of the path ‖ path ‖ be64 size ‖ H(content)), with
/// K_twin = HKDF-Expand(inputKey, "bidenc twin", 32).
struct List {
    profile: Profile,
    key: Zeroizing<[u8; HASH_LEN]>,
    hasher: Hasher,
    hashes: Vec<Node>,
}

impl List {
    fn new(profile: Profile, key: &TwinKey) -> Self {
        let mut salt = Zeroizing::new([0; HASH_LEN]);
        algo::hkdf_expand(profile.derivation_hash(), key.0.expose(), &[b"bidenc twin"], &mut *salt)
            .expect("32 bytes are one hash at most");
        Self { profile, key: salt, hasher: profile.hash().hasher(), hashes: Vec::new() }
    }
}

impl Each for List {
    fn begin(&mut self, _: &Entry) {
        self.hasher = self.profile.hash().hasher();
    }

    fn piece(&mut self, content: &[u8]) {
        self.hasher.update(content);
    }

    fn end(&mut self, entry: &Entry) {
        let content = std::mem::replace(&mut self.hasher, self.profile.hash().hasher()).finish();
        let (number, path) = (self.hashes.len() as u64, entry.path.as_str());
        let parts: [&[u8]; 5] = [
            &number.to_be_bytes(),
            &(path.len() as u64).to_be_bytes(),
            path.as_bytes(),
            &entry.size.to_be_bytes(),
            content.as_ref(),
        ];
        self.hashes.push(node(&algo::hmac(self.profile.hash(), &*self.key, &parts)));
    }
}

/// Compares the bid's files with those of a folder. It goes on after a difference: whoever measures the time learns nothing.
struct Comparison<'a> {
    list: List,
    expected: &'a [Node],
    folder: PathBuf,
    file: Option<File>,
    paths: Vec<String>,
    /// The first file that differs.
    difference: Option<String>,
    /// The first that cannot be read, which says nothing about its content.
    unreadable: Option<(PathBuf, io::Error)>,
}

impl Comparison<'_> {
    fn differs(&mut self) {
        let path = self.paths.last().cloned().unwrap_or_default();
        self.difference.get_or_insert(path);
        self.file = None;
    }

    fn failed(&mut self, error: io::Error) {
        use io::ErrorKind as K;
        // Gone, another kind of file in its place, or too short: that is a twin that differs.
        if matches!(error.kind(), K::NotFound | K::NotADirectory | K::IsADirectory | K::UnexpectedEof) {
            return self.differs();
        }
        let place = self.place();
        self.unreadable.get_or_insert((place, error));
        self.file = None;
    }

    /// Where the file lies that is compared at the moment.
    fn place(&self) -> PathBuf {
        let mut place = self.folder.clone();
        place.extend(self.paths.last().into_iter().flat_map(|path| path.split('/')));
        place
    }

    fn open(&self, size: u64) -> io::Result<File> {
        let place = self.place();
        let facts = fs::symlink_metadata(&place)?;
        if !facts.is_file() || facts.len() != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        File::open(place)
    }
}

impl Each for Comparison<'_> {
    fn begin(&mut self, entry: &Entry) {
        self.list.begin(entry);
        self.paths.push(entry.path.as_str().to_owned());
        match self.open(entry.size) {
            Ok(file) => self.file = Some(file),
            Err(error) => self.failed(error),
        }
    }

    fn piece(&mut self, content: &[u8]) {
        self.list.piece(content);
        let Some(file) = &mut self.file else { return };
        let mut same = vec![0; content.len()];
        match file.read_exact(&mut same) {
            Ok(()) if same == content => {}
            Ok(()) => self.differs(),
            Err(error) => self.failed(error),
        }
    }

    fn end(&mut self, entry: &Entry) {
        self.list.end(entry);
        let number = self.list.hashes.len() - 1;
        if self.expected.get(number) != self.list.hashes.last() {
            self.differs();
        }
        self.file = None;
    }
}
