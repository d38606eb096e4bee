//! Reading the payload: the index, then every file in turn, each of which must stay as it was found.

use crate::EncryptError;
use crate::os::{ReadAt, open_source};
use crate::pipeline::Buffers;
use crate::sources::{Source, unreadable};
use std::fs::{File, Metadata};
use std::io;
use std::slice;
use std::sync::Arc;

/// Gives the bytes of the payload in their order.
pub(crate) struct Payload<'a> {
    index: &'a [u8],
    sources: slice::Iter<'a, Source>,
    current: Option<Reading<'a>>,
}

/// Plain bytes of the payload.
pub(crate) enum Plain<'a> {
    /// Read already: the index, and wherever a file begins or ends.
    Here(Vec<u8>),
    /// All of one file, for whichever thread takes them.
    There(Reading<'a>),
}

/// A place in a file, up to which it was read or given away to be read.
#[derive(Clone)]
pub(crate) struct Reading<'a> {
    source: &'a Source,
    file: Arc<File>,
    at: u64,
}

impl<'a> Payload<'a> {
    /// `index` is the index of `sources` with its length before it.
    pub(crate) fn new(index: &'a [u8], sources: &'a [Source]) -> Self {
        Self { index, sources: sources.iter(), current: None }
    }

    /// The next `length` bytes; there must be so many left.
    pub(crate) fn next(&mut self, length: usize, buffers: &Buffers) -> Result<Plain<'a>, EncryptError> {
        if let Some(reading) = self.current.as_mut().filter(|reading| reading.left() >= length as u64) {
            let here = reading.clone();
            reading.at += length as u64;
            self.current.take_if(|reading| reading.left() == 0);
            return Ok(Plain::There(here));
        }
        let mut plain = buffers.take(0);
        plain.reserve_exact(length);
        let (head, rest) = self.index.split_at(length.min(self.index.len()));
        plain.extend_from_slice(head);
        self.index = rest;
        while plain.len() < length {
            self.read_file(&mut plain, length)?;
        }
        Ok(Plain::Here(plain))
    }

    /// Checks what has no bytes and comes last: empty files.
    pub(crate) fn finish(mut self) -> Result<(), EncryptError> {
        while self.open_next()? {
            self.read_file(&mut Vec::new(), 0)?;
        }
        Ok(())
    }

    /// Adds bytes of one file until there are `length`, or the file has no more.
    fn read_file(&mut self, plain: &mut Vec<u8>, length: usize) -> Result<(), EncryptError> {
        if self.current.is_none() {
            let more = self.open_next()?;
            debug_assert!(more, "the geometry was made from the sizes of these files");
        }
        if let Some(reading) = &mut self.current {
            let start = plain.len();
            let wanted = (length - start).min(usize::try_from(reading.left()).unwrap_or(usize::MAX));
            plain.resize(start + wanted, 0);
            reading.read(&mut plain[start..])?;
        }
        self.current.take_if(|reading| reading.left() == 0);
        Ok(())
    }

    fn open_next(&mut self) -> Result<bool, EncryptError> {
        let Some(source) = self.sources.next() else { return Ok(false) };
        let file = match open_source(&source.place) {
            Ok(file) => Arc::new(file),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(changed(source)),
            Err(e) => return Err(unreadable(&source.place, e)),
        };
        let reading = Reading { source, file, at: 0 };
        reading.check_unchanged()?;
        self.current = Some(reading);
        Ok(true)
    }
}

impl Plain<'_> {
    /// All `length` bytes, in a buffer of `buffers`.
    pub(crate) fn read(self, length: usize, buffers: &Buffers) -> Result<Vec<u8>, EncryptError> {
        match self {
            Self::Here(plain) => Ok(plain),
            Self::There(mut reading) => {
                let mut plain = buffers.take(length);
                reading.read(&mut plain)?;
                Ok(plain)
            }
        }
    }
}

impl Reading<'_> {
    fn left(&self) -> u64 {
        self.source.entry.size - self.at
    }

    /// Fills `plain` with the next bytes. The file is looked at after each time: whichever thread reads last, nothing was read
    /// of a file that had changed by then. Where its last byte was read, it must end.
    fn read(&mut self, plain: &mut [u8]) -> Result<(), EncryptError> {
        if !self.reads(plain)? {
            return Err(changed(self.source));
        }
        self.at += plain.len() as u64;
        if self.left() == 0 && self.reads(&mut [0])? {
            return Err(changed(self.source));
        }
        self.check_unchanged()
    }

    /// Whether the file has the bytes to fill `plain`.
    fn reads(&self, plain: &mut [u8]) -> Result<bool, EncryptError> {
        match self.file.read_exact_at(plain, self.at) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(e) => Err(unreadable(&self.source.place, e)),
        }
    }

    fn check_unchanged(&self) -> Result<(), EncryptError> {
        let meta = self.file.metadata().map_err(|e| unreadable(&self.source.place, e))?;
        if is_as_found(self.source, &meta) { Ok(()) } else { Err(changed(self.source)) }
    }
}

fn is_as_found(source: &Source, meta: &Metadata) -> bool {
    meta.is_file() && meta.len() == source.entry.size && meta.modified().ok() == source.modified
}

fn changed(source: &Source) -> EncryptError {
    EncryptError::Changed { path: source.place.clone() }
}
