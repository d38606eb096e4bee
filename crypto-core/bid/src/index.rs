//! The index at the head of the payload: which files follow, and where.

use crate::Alteration;
use crate::limits::{MAX_FILES, MAX_INDEX_LEN};
use crate::path::{BidPath, PathSet};
use der::asn1::Utf8StringRef;
use der::{Decode, Encode, Reader, Sequence, SliceReader, Tag};
use std::time::{Duration, SystemTime};

/// Bytes of the index's own length.
pub(crate) const LENGTH_LEN: usize = 8;

/// One file of a bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path.
    pub path: BidPath,
    /// Its length in bytes.
    pub size: u64,
    /// When it was last modified, in nanoseconds since 1970 (UTC).
    pub modified: i64,
}

/// `Entry ::= SEQUENCE { path UTF8String, size INTEGER, offset INTEGER, mtime INTEGER }`
#[derive(Sequence)]
struct EntryDer<'a> {
    path: Utf8StringRef<'a>,
    size: u64,
    offset: u64,
    mtime: i64,
}

impl Entry {
    /// When the file was last modified, if this system can say it.
    #[must_use]
    pub fn modified_time(&self) -> Option<SystemTime> {
        let distance = Duration::from_nanos(self.modified.unsigned_abs());
        if self.modified >= 0 {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        }
    }
}

/// Nanoseconds since 1970; times further away than 292 years become the furthest that can be written.
pub(crate) fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |n| -n),
    }
}

/// The index of `entries` with its length before it; `None` beyond the limits of the format.
pub(crate) fn encode<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let mut offset = 0_u64;
    for entry in entries {
        let path = Utf8StringRef::new(entry.path.as_str()).ok()?;
        let der = EntryDer { path, size: entry.size, offset, mtime: entry.modified };
        der.encode_to_vec(&mut content).ok()?;
        offset = offset.checked_add(entry.size)?;
    }
    let header = der::Header::new(Tag::Sequence, der::Length::try_from(content.len()).ok()?);
    let header = header.to_der().ok()?;
    let length = (header.len() + content.len()) as u64;
    if length > MAX_INDEX_LEN {
        return None;
    }
    let mut index = Vec::with_capacity(LENGTH_LEN + header.len() + content.len());
    index.extend_from_slice(&length.to_be_bytes());
    index.extend_from_slice(&header);
    index.append(&mut content);
    Some(index)
}

/// Reads the index (without its length) of a bid that states `file_count` files, whose contents have `contents_len`
/// bytes. Every path is safe to write, none clashes with another, and the contents lie without gap or overlap.
pub(crate) fn parse(index: &[u8], file_count: u64, contents_len: u64) -> Result<Vec<Entry>, Alteration> {
    let mut outer = SliceReader::new(index).map_err(|_| Alteration::Index)?;
    let header = der::Header::decode(&mut outer).map_err(|_| Alteration::Index)?;
    let fits = u64::from(u32::from(header.length())) == u64::from(u32::from(outer.remaining_len()));
    if header.tag() != Tag::Sequence || !fits || file_count > MAX_FILES {
        return Err(Alteration::Index);
    }
    let (mut entries, mut paths, mut offset) = (Vec::new(), PathSet::default(), 0_u64);
    while !outer.is_finished() {
        let entry = EntryDer::decode(&mut outer).map_err(|_| Alteration::Index)?;
        if entry.offset != offset || entries.len() as u64 == file_count {
            return Err(Alteration::Index);
        }
        offset = offset.checked_add(entry.size).ok_or(Alteration::Index)?;
        let path = BidPath::parse(entry.path.as_str()).map_err(|_| Alteration::Path)?;
        paths.insert(&path).map_err(|_| Alteration::Path)?;
        entries.push(Entry { path, size: entry.size, modified: entry.mtime });
    }
    if offset != contents_len || entries.len() as u64 != file_count {
        return Err(Alteration::Index);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, size: u64, modified: i64) -> Entry {
        Entry { path: BidPath::parse(path).unwrap(), size, modified }
    }

    fn sample() -> Vec<Entry> {
        vec![entry("标书/甲.pdf", 70_000, 1_767_225_600_123_456_789), entry("空", 0, -1), entry("z", 5, i64::MIN)]
    }

    #[test]
    fn what_is_written_is_read() {
        let index = encode(sample().iter()).unwrap();
        let (length, der) = index.split_at(LENGTH_LEN);
        assert_eq!(u64::from_be_bytes(length.try_into().unwrap()), der.len() as u64);
        assert_eq!(parse(der, 3, 70_005).unwrap(), sample());
    }

    #[test]
    fn counts_and_lengths_must_fit_exactly() {
        let index = encode(sample().iter()).unwrap();
        let der = &index[LENGTH_LEN..];
        for (count, contents) in [(2, 70_005), (4, 70_005), (3, 70_004), (3, 70_006), (0, 0)] {
            assert_eq!(parse(der, count, contents), Err(Alteration::Index), "{count} files, {contents} bytes");
        }
        for end in 0..der.len() {
            assert!(parse(&der[..end], 3, 70_005).is_err(), "cut at {end}");
        }
        assert!(parse(&[der, &[0]].concat(), 3, 70_005).is_err());
    }

    #[test]
    fn forbidden_and_clashing_paths_are_refused() {
        for path in ["../x", "/x", "a/../../x", "nul", "Z"] {
            let content = [path, "z"].map(|path| {
                let path = Utf8StringRef::new(path).unwrap();
                EntryDer { path, size: 0, offset: 0, mtime: 0 }.to_der().unwrap()
            });
            let content = content.concat();
            let index = [&[0x30, u8::try_from(content.len()).unwrap()], content.as_slice()].concat();
            assert_eq!(parse(&index, 2, 0), Err(Alteration::Path), "{path}");
        }
    }

    #[test]
    fn times_survive_within_the_range_of_the_format() {
        for nanos in [0, 1, -1, 1_767_225_600_123_456_789] {
            let time = entry("a", 0, nanos).modified_time().unwrap();
            // Some systems count in coarser steps than a nanosecond.
            assert!((nanoseconds(time) - nanos).abs() < 100, "{nanos}");
        }
    }
}
