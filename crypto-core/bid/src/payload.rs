//! Reading the payload: the index, then every file in turn, each of which must stay as it was found.

use crate::EncryptError;
use crate::os::open_source;
use crate::sources::{Source, unreadable};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::slice;

/// Gives the bytes of the payload in their order.
pub(crate) struct Payload<'a> {
    index: &'a [u8],
    sources: slice::Iter<'a, Source>,
    current: Option<Reading<'a>>,
}

struct Reading<'a> {
    source: &'a Source,
    file: File,
    left: u64,
}

impl<'a> Payload<'a> {
    /// `index` is the index of `sources` with its length before it.
    pub(crate) fn new(index: &'a [u8], sources: &'a [Source]) -> Self {
        Self { index, sources: sources.iter(), current: None }
    }

    /// Reads the next `length` bytes into `plain`; there must be so many left.
    pub(crate) fn read(&mut self, plain: &mut Vec<u8>, length: usize) -> Result<(), EncryptError> {
        plain.clear();
        plain.reserve_exact(length);
        let (head, rest) = self.index.split_at(length.min(self.index.len()));
        plain.extend_from_slice(head);
        self.index = rest;
        while plain.len() < length {
            self.read_file(plain, length)?;
        }
        Ok(())
    }

    /// Checks what has no bytes and comes last: empty files.
    pub(crate) fn finish(mut self) -> Result<(), EncryptError> {
        while self.open_next()? {
            self.close_if_read()?;
        }
        Ok(())
    }

    fn read_file(&mut self, plain: &mut Vec<u8>, length: usize) -> Result<(), EncryptError> {
        if self.current.is_none() {
            let more = self.open_next()?;
            debug_assert!(more, "the geometry was made from the sizes of these files");
        }
        if let Some(Reading { source, file, left }) = &mut self.current {
            let wanted = (length - plain.len()).min(usize::try_from(*left).unwrap_or(usize::MAX));
            let got = file.take(wanted as u64).read_to_end(plain).map_err(|e| unreadable(&source.place, e))?;
            if got < wanted {
                return Err(changed(source));
            }
            *left -= got as u64;
        }
        self.close_if_read()
    }

    fn open_next(&mut self) -> Result<bool, EncryptError> {
        let Some(source) = self.sources.next() else { return Ok(false) };
        let file = match open_source(&source.place) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(changed(source)),
            Err(e) => return Err(unreadable(&source.place, e)),
        };
        check_unchanged(source, &file)?;
        self.current = Some(Reading { source, file, left: source.entry.size });
        Ok(true)
    }

    /// When the last byte was read, the file must end there, and still be as it was found.
    fn close_if_read(&mut self) -> Result<(), EncryptError> {
        let Some(Reading { source, mut file, .. }) = self.current.take_if(|reading| reading.left == 0) else {
            return Ok(());
        };
        let more = file.read(&mut [0]).map_err(|e| unreadable(&source.place, e))?;
        if more > 0 {
            return Err(changed(source));
        }
        check_unchanged(source, &file)
    }
}

fn check_unchanged(source: &Source, file: &File) -> Result<(), EncryptError> {
    let meta = file.metadata().map_err(|e| unreadable(&source.place, e))?;
    if is_as_found(source, &meta) { Ok(()) } else { Err(changed(source)) }
}

fn is_as_found(source: &Source, meta: &Metadata) -> bool {
    meta.is_file() && meta.len() == source.entry.size && meta.modified().ok() == source.modified
}

fn changed(source: &Source) -> EncryptError {
    EncryptError::Changed { path: source.place.clone() }
}
