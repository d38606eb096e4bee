//! Text as Windows takes and gives it: UTF-16 that a zero ends.

use std::ffi::OsStr;
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::path::{self, Path};

/// Paths longer than this need the form without limit.
const LONG: usize = 240;

/// Ends text with a zero. What holds one already is no text for Windows.
pub(crate) fn ended(text: &OsStr) -> io::Result<Vec<u16>> {
    let mut units: Vec<u16> = text.encode_wide().collect();
    if units.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    units.push(0);
    Ok(units)
}

/// A path of any length: `\\?\` lifts the limit of 260 units, and takes absolute paths alone.
pub(crate) fn path(path: &Path) -> io::Result<Vec<u16>> {
    let absolute = path::absolute(path)?;
    let text = absolute.as_os_str();
    let short = text.len() < LONG;
    match absolute.components().next() {
        Some(path::Component::Prefix(prefix)) if !short => match prefix.kind() {
            path::Prefix::Disk(_) => ended(&[OsStr::new(r"\\?\"), text].join(OsStr::new(""))),
            path::Prefix::UNC(..) => {
                let unprefixed: Vec<u16> = text.encode_wide().skip(2).collect();
                let mut units: Vec<u16> = OsStr::new(r"\\?\UNC\").encode_wide().collect();
                units.extend(unprefixed);
                units.push(0);
                Ok(units)
            }
            _ => ended(text),
        },
        _ => ended(text),
    }
}
