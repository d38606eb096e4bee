//! Where everything lies in a bid, computed from two lengths alone.

use crate::limits::{
    ALIGNMENT, CHUNK_LEN, CHUNKS_PER_UNIT, HASH_LEN, MAX_HEADER_LEN, MAX_PAYLOAD_LEN, PREFIX_LEN, SALT_LEN, TAG_LEN,
    TRAILER_MAGIC, UNIT_LEN,
};
use std::ops::Range;

/// Bytes of the MAC, the salt and the commitment, which follow the header.
pub(crate) const SEAL_LEN: u64 = (HASH_LEN + SALT_LEN + HASH_LEN) as u64;

/// The layout of one bid. All values are bytes unless they say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    header: u64,
    payload: u64,
}

/// One unit of up to 64 chunks: what a worker handles at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) index: u64,
    pub(crate) first_chunk: u64,
    /// Where its plain bytes lie in the payload.
    pub(crate) plain: Range<u64>,
    /// Where its sealed chunks lie in the file.
    pub(crate) sealed: Range<u64>,
}

impl Unit {
    pub(crate) fn plain_len(&self) -> usize {
        usize::try_from(self.plain.end - self.plain.start).expect("at most 1 MiB")
    }

    pub(crate) fn sealed_len(&self) -> usize {
        usize::try_from(self.sealed.end - self.sealed.start).expect("at most 1 MiB and 64 tags")
    }
}

impl Geometry {
    /// The layout for a DER header and a payload of these lengths; `None` beyond the limits of the format.
    pub(crate) fn new(der_header: usize, payload: u64) -> Option<Self> {
        let fits = der_header <= MAX_HEADER_LEN && payload <= MAX_PAYLOAD_LEN;
        fits.then_some(Self { header: (PREFIX_LEN + der_header) as u64, payload })
    }

    /// Length of the payload: index and contents with the index's own length.
    #[must_use]
    pub fn payload_len(&self) -> u64 {
        self.payload
    }

    /// Where the MAC begins, directly after the header.
    pub(crate) fn seal_start(&self) -> u64 {
        self.header
    }

    /// Where the zeros begin that fill up to the body.
    pub(crate) fn padding_start(&self) -> u64 {
        self.header + SEAL_LEN
    }

    /// Where the first chunk begins; the header with all that belongs to it fits into 68 KiB.
    #[must_use]
    pub fn body_start(&self) -> u64 {
        self.padding_start().next_multiple_of(ALIGNMENT)
    }

    /// Number of chunks; the last one is always shorter than the others, maybe empty.
    #[must_use]
    pub fn chunks(&self) -> u64 {
        self.payload / CHUNK_LEN as u64 + 1
    }

    /// Number of units.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.chunks().div_ceil(CHUNKS_PER_UNIT as u64)
    }

    pub(crate) fn trailer_start(&self) -> u64 {
        self.body_start() + self.payload + self.chunks() * TAG_LEN as u64
    }

    pub(crate) fn trailer_len(&self) -> u64 {
        (self.units() + 1) * HASH_LEN as u64 + 4 + TRAILER_MAGIC.len() as u64
    }

    /// Length of the whole file; a file of any other length is not this bid.
    #[must_use]
    pub fn file_len(&self) -> u64 {
        self.trailer_start() + self.trailer_len()
    }

    /// Unit number `index`, counted from 0 to [`Self::units`].
    pub(crate) fn unit(&self, index: u64) -> Unit {
        debug_assert!(index < self.units());
        let first_chunk = index * CHUNKS_PER_UNIT as u64;
        let chunks = (self.chunks() - first_chunk).min(CHUNKS_PER_UNIT as u64);
        let start = index * UNIT_LEN as u64;
        let plain = start..self.payload.min(start + UNIT_LEN as u64);
        let sealed_start = self.body_start() + start + first_chunk * TAG_LEN as u64;
        let sealed_len = plain.end - plain.start + chunks * TAG_LEN as u64;
        Unit { index, first_chunk, plain, sealed: sealed_start..sealed_start + sealed_len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: u64 = UNIT_LEN as u64;

    #[test]
    fn the_last_chunk_is_always_short() {
        for (payload, chunks, units) in
            [(0, 1, 1), (1, 1, 1), (16383, 1, 1), (16384, 2, 1), (UNIT - 1, 64, 1), (UNIT, 65, 2), (UNIT + 1, 65, 2)]
        {
            let geometry = Geometry::new(100, payload).unwrap();
            assert_eq!((geometry.chunks(), geometry.units()), (chunks, units), "payload of {payload}");
        }
    }

    #[test]
    fn units_cover_body_and_payload_without_a_gap() {
        for payload in [0, 5, 16384, UNIT - 1, UNIT, 3 * UNIT + 70_000] {
            let geometry = Geometry::new(5000, payload).unwrap();
            let (mut plain, mut sealed) = (0, geometry.body_start());
            for index in 0..geometry.units() {
                let unit = geometry.unit(index);
                assert_eq!((unit.plain.start, unit.sealed.start), (plain, sealed), "unit {index} of {payload}");
                (plain, sealed) = (unit.plain.end, unit.sealed.end);
            }
            assert_eq!((plain, sealed), (payload, geometry.trailer_start()), "payload of {payload}");
        }
    }

    #[test]
    fn the_longest_header_fits_into_68_kib() {
        assert_eq!(Geometry::new(MAX_HEADER_LEN, 0).unwrap().body_start(), 68 * 1024);
        assert_eq!(Geometry::new(MAX_HEADER_LEN + 1, 0), None);
        assert_eq!(Geometry::new(0, MAX_PAYLOAD_LEN + 1), None);
    }

    #[test]
    fn the_body_begins_at_a_page() {
        // 16 + 3992 + 88 = 4096: no padding at all; one byte more needs a whole page.
        assert_eq!(Geometry::new(3992, 0).unwrap().body_start(), 4096);
        assert_eq!(Geometry::new(3993, 0).unwrap().body_start(), 8192);
    }
}
