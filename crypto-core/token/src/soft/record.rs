//! A small file with a checksum, so that damage is called damage and never a wrong PIN.
//!
//! ```text
//! bidseal-token 1 <kind> <SHA-256 of the rest, hexadecimal>\n
//! {JSON}\n
//! ```
//! The checksum finds accidents, not attackers: whoever can write the file can write it.

use std::io::Read;
use std::path::Path;

use algo::Hash;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::TokenError;

/// Containers hold two keys and two certificates: a few KiB. Whatever is larger is not ours.
const MAX_LEN: u64 = 1 << 20;
const MAGIC: &str = "bidseal-token";
const VERSION: &str = "1";

/// The file's bytes.
pub(super) fn encode<T: Serialize>(kind: &str, value: &T) -> Vec<u8> {
    let mut json = serde_json::to_string(value).expect("records have string keys and no failing values");
    json.push('\n');
    let checksum = Hash::Sha256.digest(json.as_bytes());
    format!("{MAGIC} {VERSION} {kind} {checksum}\n{json}").into_bytes()
}

/// Reads the file at `path`; `Ok(None)` when there is none.
pub(super) fn read<T: DeserializeOwned>(path: &Path, kind: &str) -> Result<Option<T>, TokenError> {
    let unreadable = |source| TokenError::Read { path: path.to_owned(), source };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_LEN + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    decode(&bytes, kind).map(Some).map_err(|fault| fault.of(path))
}

/// What is wrong with a file's content.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Damaged(String),
    Version(String),
}

impl Fault {
    fn of(self, path: &Path) -> TokenError {
        let path = path.to_owned();
        match self {
            Self::Damaged(detail) => TokenError::Damaged { path, detail },
            Self::Version(version) => TokenError::Refused { path, detail: format!("format version {version}") },
        }
    }
}

fn decode<T: DeserializeOwned>(bytes: &[u8], kind: &str) -> Result<T, Fault> {
    let damaged = |detail: &str| Fault::Damaged(detail.to_owned());
    if bytes.is_empty() {
        return Err(damaged("the file is empty"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| damaged("not a token file"))?;
    let (head, json) = text.split_once('\n').ok_or_else(|| damaged("not a token file"))?;
    let head: Vec<&str> = head.split(' ').collect();
    let [MAGIC, version, found_kind, checksum] = head[..] else { return Err(damaged("not a token file")) };
    if version != VERSION {
        return Err(Fault::Version(version.to_owned()));
    }
    if found_kind != kind {
        return Err(Fault::Damaged(format!("holds a {found_kind} record, not a {kind} record")));
    }
    if checksum != Hash::Sha256.digest(json.as_bytes()).to_string() {
        return Err(damaged("the checksum does not fit: truncated or altered"));
    }
    serde_json::from_str(json).map_err(|error| Fault::Damaged(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(decode::<Vec<u32>>(&encode("pin", &vec![1, 2]), "pin"), Ok(vec![1, 2]));
    }

    #[test]
    fn every_flipped_bit_and_every_truncation_is_found() {
        let good = encode("pin", &vec![1, 2]);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(decode::<Vec<u32>>(&bad, "pin").is_err(), "bit {bit}");
        }
        for len in 0..good.len() {
            assert!(decode::<Vec<u32>>(&good[..len], "pin").is_err(), "first {len} bytes");
        }
    }

    #[test]
    fn another_version_is_refused_as_such() {
        let bytes = String::from_utf8(encode("pin", &1)).unwrap().replacen("bidseal-token 1", "bidseal-token 2", 1);
        assert_eq!(decode::<u32>(bytes.as_bytes(), "pin"), Err(Fault::Version("2".to_owned())));
    }

    #[test]
    fn a_record_of_another_kind_is_refused() {
        assert!(matches!(decode::<u32>(&encode("container", &1), "pin"), Err(Fault::Damaged(_))));
    }
}
