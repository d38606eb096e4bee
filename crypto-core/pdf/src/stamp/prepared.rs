//! An update that waits for its signature.

use super::request::StampRequest;
use super::signature::{self, Layout};
use crate::bytes::Bytes;
use crate::error::{FinishError, StampError};
use algo::{Digest, Hash};
use std::io;
use std::ops::Range;

/// A stamped document, complete but for the signature itself.
pub struct Prepared {
    original: Bytes,
    appended: Vec<u8>,
    /// `/Contents` with its angle brackets, in `appended`.
    gap: Range<usize>,
    hash: Hash,
    digest: Digest,
    field_names: Vec<String>,
}

impl Prepared {
    pub(crate) fn new(
        original: Bytes,
        mut appended: Vec<u8>,
        layout: Layout,
        request: &StampRequest<'_>,
        field_names: Vec<String>,
    ) -> Result<Self, StampError> {
        let length = original.len() + appended.len();
        let gap_in_file = original.len() + layout.contents.start..original.len() + layout.contents.end;
        // more than ten digits: a file of 10 GB, which no cross-reference table can describe either
        let byte_range = signature::byte_range(&gap_in_file, length)
            .ok_or_else(|| StampError::ReadBack("the file is too long".to_owned()))?;
        appended[layout.byte_range].copy_from_slice(&byte_range);
        let digest = digest(request.hash, &original, &appended, &layout.contents);
        Ok(Self { original, appended, gap: layout.contents, hash: request.hash, digest, field_names })
    }

    /// The hash over everything but the gap for the signature: what the CMS signs as its detached content.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The hash function of [`Prepared::digest`].
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Bytes kept for the CMS.
    #[must_use]
    pub fn capacity(&self) -> usize {
        (self.gap.len() - 2) / 2
    }

    /// Names of the new signature fields, at least one.
    #[must_use]
    pub fn field_names(&self) -> &[String] {
        &self.field_names
    }

    /// The original bytes, which the result begins with.
    #[must_use]
    pub fn original(&self) -> &Bytes {
        &self.original
    }

    /// The bytes to append to the original, the signature at its place.
    ///
    /// # Errors
    /// [`FinishError::CapacityExceeded`].
    pub fn finish(&self, cms: &[u8]) -> Result<Vec<u8>, FinishError> {
        if cms.len() > self.capacity() {
            return Err(FinishError::CapacityExceeded { needed: cms.len(), capacity: self.capacity() });
        }
        let mut appended = self.appended.clone();
        let hexadecimal = super::update::hexadecimal(cms);
        let digits = &hexadecimal[1..hexadecimal.len() - 1];
        let start = self.gap.start + 1;
        appended[start..start + digits.len()].copy_from_slice(digits);
        Ok(appended)
    }

    /// The whole document with an empty signature, for reading it back.
    pub(crate) fn unsigned_document(&self) -> io::Result<Bytes> {
        self.original.followed_by(&self.appended)
    }

    /// `/Contents` with its angle brackets, in the whole document.
    pub(crate) fn gap_in_document(&self) -> Range<usize> {
        self.original.len() + self.gap.start..self.original.len() + self.gap.end
    }
}

fn digest(hash: Hash, original: &[u8], appended: &[u8], gap: &Range<usize>) -> Digest {
    let mut hasher = hash.hasher();
    hasher.update(original);
    hasher.update(&appended[..gap.start]);
    hasher.update(&appended[gap.end..]);
    hasher.finish()
}
