//! A bid whose key is at hand: listing, verifying, rehearsing and decrypting it.

use crate::body::BodyKey;
use crate::geometry::{Geometry, Unit};
use crate::index::{self, Entry, LENGTH_LEN};
use crate::limits::{MAX_INDEX_LEN, UNIT_LEN};
use crate::os::{ReadAt, WriteAt};
use crate::pipeline::{self, Buffers};
use crate::progress::{Step, Watch, report};
use crate::{Alteration, DecryptError, Envelope, OpenError, UnlockError, inspect};
use algo::{OpenKey, Password};
use durable::WriteError;
use std::cell::RefCell;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A bid that one of its keys has unlocked: MAC and commitment hold, so the header is the one that was sealed.
pub struct Opened<R> {
    pub(crate) envelope: Envelope<R>,
    key: BodyKey,
}

/// Takes the verified plain bytes of a payload in their order.
pub(crate) trait Sink {
    /// The files that follow; called once, before any content.
    fn begin(&mut self, entries: Vec<Entry>) -> Result<(), DecryptError>;

    /// The next bytes of the contents.
    fn write(&mut self, content: &[u8]) -> Result<(), DecryptError>;

    /// A place for this range of the contents, which any thread may write to as soon as they are verified. When their turn
    /// comes they go to [`Self::written`] instead of [`Self::write`]. `None` where they have to come in order.
    fn place(&self, content: Range<u64>) -> Option<Place> {
        let _ = content;
        None
    }

    /// The next `length` bytes of the contents lie in their place.
    fn written(&mut self, length: u64) {
        let _ = length;
    }
}

/// A place in a file that was begun.
pub(crate) struct Place {
    pub(crate) file: Arc<File>,
    pub(crate) at: u64,
    /// What errors speak of.
    pub(crate) target: Arc<Path>,
}

impl Place {
    fn write(&self, content: &[u8]) -> Result<(), DecryptError> {
        let written = self.file.write_all_at(content, self.at);
        written.map_err(|e| WriteError::from_io(&self.target, e).into())
    }
}

impl Opened<File> {
    /// Reads the bid at `path` and unlocks its slot at position `slot` with one operation of `key`.
    ///
    /// # Errors
    /// As [`crate::inspect`] and [`Envelope::unlock_with_key`].
    pub fn with_key<K: OpenKey + ?Sized>(path: &Path, slot: usize, key: &mut K) -> Result<Self, UnlockError<K::Error>> {
        inspect(path)?.unlock_with_key(slot, key)
    }

    /// Reads the bid at `path` and unlocks it with a password.
    ///
    /// # Errors
    /// As [`crate::inspect`] and [`Envelope::unlock_with_password`].
    pub fn with_password(path: &Path, password: &Password) -> Result<Self, OpenError> {
        inspect(path)?.unlock_with_password(password)
    }
}

impl<R: ReadAt> Opened<R> {
    pub(crate) fn new(envelope: Envelope<R>, key: BodyKey) -> Self {
        Self { envelope, key }
    }

    /// The bid as anybody can read it; its metadata and slots are now known to be the sealed ones.
    #[must_use]
    pub fn envelope(&self) -> &Envelope<R> {
        &self.envelope
    }

    /// The files of the bid. Only the index is read and verified.
    ///
    /// # Errors
    /// [`DecryptError::Read`] or [`DecryptError::Tampered`].
    pub fn entries(&self) -> Result<Vec<Entry>, DecryptError> {
        let mut index = IndexReader::new(self.envelope.geometry(), self.envelope.metadata().file_count);
        for number in 0..self.envelope.geometry().units() {
            let (_, plain) = self.open_unit(number, &Buffers::default())?;
            if let (Some(entries), _) = index.take(&plain)? {
                return Ok(entries);
            }
        }
        Err(Alteration::Index.into())
    }

    /// Verifies every chunk, the index and the root, and writes nothing.
    ///
    /// # Errors
    /// [`DecryptError`].
    pub fn verify(&self, watch: &mut dyn Watch) -> Result<(), DecryptError> {
        self.run(Step::Verifying, &mut Discard, watch)
    }

    /// Gives the whole payload to `sink`. When this returns without an error, units and root have been recomputed:
    /// each unit is compared with the trailer as it comes, and the trailer with its root when the envelope was read.
    pub(crate) fn run(&self, step: Step, sink: &mut dyn Sink, watch: &mut dyn Watch) -> Result<(), DecryptError> {
        let geometry = self.envelope.geometry();
        let buffers = Buffers::default();
        let index = IndexReader::new(geometry, self.envelope.metadata().file_count);
        // Jobs are given out and taken back on this thread, never both at once.
        let desk = RefCell::new((index, sink));
        let mut numbers = 0..geometry.units();
        pipeline::in_order::<_, _, DecryptError>(
            pipeline::workers(geometry.units()),
            || {
                let (index, sink) = &*desk.borrow();
                let job = |number| (number, index.content(geometry.unit(number).plain).and_then(|at| sink.place(at)));
                Ok(numbers.next().map(job))
            },
            |(number, place)| {
                let (unit, plain) = self.open_unit(number, &buffers)?;
                place.as_ref().map_or(Ok(()), |place| place.write(&plain))?;
                Ok((unit, plain, place.is_some()))
            },
            |opened: Result<_, DecryptError>| {
                let (unit, plain, is_written) = opened?;
                let (index, sink) = &mut *desk.borrow_mut();
                if is_written {
                    sink.written(plain.len() as u64);
                } else {
                    let (entries, content) = index.take(&plain)?;
                    entries.map_or(Ok(()), |entries| sink.begin(entries))?;
                    sink.write(content)?;
                }
                buffers.put(plain);
                Ok(report(watch, step, unit.plain.end, geometry.payload_len())?)
            },
        )?;
        // An index that never came to its end is one that claims more than there is.
        if desk.into_inner().0.is_done() { Ok(()) } else { Err(Alteration::Index.into()) }
    }

    /// Reads and opens one unit.
    pub(crate) fn open_unit(&self, number: u64, buffers: &Buffers) -> Result<(Unit, Vec<u8>), DecryptError> {
        let unit = self.envelope.geometry().unit(number);
        let (mut sealed, mut plain) = (buffers.take(unit.sealed_len()), buffers.take(unit.plain_len()));
        self.envelope.source.read_exact_at(&mut sealed, unit.sealed.start).map_err(DecryptError::Read)?;
        let position = usize::try_from(number).expect("as many units as hashes in memory");
        self.key.open(&unit, &sealed, &self.envelope.trailer.units[position], &mut plain)?;
        buffers.put(sealed);
        Ok((unit, plain))
    }
}

struct Discard;

impl Sink for Discard {
    fn begin(&mut self, _: Vec<Entry>) -> Result<(), DecryptError> {
        Ok(())
    }

    fn write(&mut self, _: &[u8]) -> Result<(), DecryptError> {
        Ok(())
    }
}

/// Collects the index from the head of the payload.
struct IndexReader {
    geometry: Geometry,
    file_count: u64,
    /// Length and index as far as they have come; `None` once it was parsed.
    collected: Option<Vec<u8>>,
    /// Where the contents begin in the payload, once it was parsed.
    contents: u64,
}

impl IndexReader {
    fn new(geometry: Geometry, file_count: u64) -> Self {
        Self { geometry, file_count, collected: Some(Vec::new()), contents: 0 }
    }

    fn is_done(&self) -> bool {
        self.collected.is_none()
    }

    /// A range of the payload as one of the contents; `None` before it is known where they begin, and for what is not of them.
    fn content(&self, plain: Range<u64>) -> Option<Range<u64>> {
        let begin = plain.start.checked_sub(self.contents).filter(|_| self.is_done())?;
        Some(begin..plain.end - self.contents)
    }

    /// Takes the next plain bytes; gives the entries when the index is complete, and the bytes that are content.
    fn take<'a>(&mut self, plain: &'a [u8]) -> Result<(Option<Vec<Entry>>, &'a [u8]), Alteration> {
        let (geometry, file_count) = (self.geometry, self.file_count);
        let Some(collected) = &mut self.collected else { return Ok((None, plain)) };
        debug_assert!(plain.len() <= UNIT_LEN);
        let before = collected.len();
        collected.extend_from_slice(plain);
        let Some((length, rest)) = collected.split_first_chunk::<LENGTH_LEN>() else { return Ok((None, &[])) };
        let length = u64::from_be_bytes(*length);
        let contents_len = contents_len(&geometry, length).ok_or(Alteration::Index)?;
        let length = usize::try_from(length).map_err(|_| Alteration::Index)?;
        let Some(index) = rest.get(..length) else { return Ok((None, &[])) };
        let entries = index::parse(index, file_count, contents_len)?;
        self.contents = (LENGTH_LEN + length) as u64;
        self.collected = None;
        Ok((Some(entries), &plain[LENGTH_LEN + length - before..]))
    }
}

/// Length of the contents if the index has this length.
fn contents_len(geometry: &Geometry, index_len: u64) -> Option<u64> {
    if index_len > MAX_INDEX_LEN {
        return None;
    }
    geometry.payload_len().checked_sub(LENGTH_LEN as u64)?.checked_sub(index_len)
}
