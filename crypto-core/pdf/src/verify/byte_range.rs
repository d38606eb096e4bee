//! Which bytes a signature is over, and whether they are what they must be: everything from the first byte to the end of
//! a saving of the document, except exactly the signature's own value.

use super::Problem;
use crate::bytes::Bytes;
use crate::read::{File, Signature, is_blank};
use algo::{Digest, Hash};
use std::ops::Range;

/// The signed bytes of a well-formed signature.
#[derive(Clone, Debug)]
pub(super) struct Covered {
    data: Bytes,
    ranges: [Range<usize>; 2],
    /// Index of the revision that ends with them.
    revision: Option<usize>,
}

impl Covered {
    /// The digest of the signed bytes.
    pub(super) fn digest(&self, hash: Hash) -> Digest {
        let mut hasher = hash.hasher();
        for range in &self.ranges {
            hasher.update(&self.data[range.clone()]);
        }
        hasher.finish()
    }

    /// Behind the last signed byte.
    pub(super) fn end(&self) -> usize {
        self.ranges[1].end
    }

    /// Index of the revision that the signed bytes are.
    pub(super) fn revision(&self) -> Option<usize> {
        self.revision
    }
}

/// Checks form and place of `/ByteRange` against the file and `/Contents`; `None` when there is nothing sound to digest.
pub(super) fn covered(file: &File, signature: &Signature, problems: &mut Vec<Problem>) -> Option<Covered> {
    match check(file, signature) {
        Ok(ranges) => {
            let revision = revision_ending_at(file, ranges[1].end);
            Some(Covered { data: file.data().clone(), ranges, revision })
        }
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

fn check(file: &File, signature: &Signature) -> Result<[Range<usize>; 2], Problem> {
    if signature.dictionary.duplicate().is_some() {
        return Err(Problem::Ambiguous);
    }
    let ranges = signature.ranges().ok_or(Problem::ByteRangeMalformed)?;
    if ranges[0].start != 0 {
        return Err(Problem::ByteRangeMalformed);
    }
    if ranges.iter().any(|range| range.end > file.data().len()) {
        return Err(Problem::ByteRangeOutside);
    }
    let contents = signature.contents_span.clone().ok_or(Problem::ContentsMalformed)?;
    if !is_plain_hexadecimal(&file.data()[contents.clone()]) {
        return Err(Problem::ContentsMalformed);
    }
    // Neither a byte more nor a byte less may be left out: room in the gap is room for another document.
    if ranges[0].end != contents.start || ranges[1].start != contents.end {
        return Err(Problem::GapNotContents);
    }
    Ok(ranges)
}

/// `<` hexadecimal digits `>`, an even number of them and no white space that could hide anything.
fn is_plain_hexadecimal(written: &[u8]) -> bool {
    let digits = written.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">"));
    digits.is_some_and(|digits| digits.len() % 2 == 0 && digits.iter().all(u8::is_ascii_hexdigit))
}

/// The revision whose end this is.
fn revision_ending_at(file: &File, end: usize) -> Option<usize> {
    file.revisions().iter().rposition(|revision| is_same_end(file, revision.end, end))
}

/// Whether signed bytes that end at `end` are a saving that ends at `known`. Signers differ in whether the last end of
/// line belongs to it.
pub(super) fn is_same_end(file: &File, known: usize, end: usize) -> bool {
    let between = file.data().get(known.min(end)..known.max(end));
    between.is_some_and(|between| between.len() <= 2 && is_blank(between))
}
