//! The signature dictionary (ISO 32000-2, 12.8.1; EN 319 142-1, 6.3) with room for what is known only later.

use super::request::StampRequest;
use super::update::Update;
use crate::error::StampError;
use crate::read::ObjectId;
use std::ops::Range;
use time::OffsetDateTime;

/// Three numbers of up to ten digits and their separators.
const BYTE_RANGE_ROOM: usize = 36;

/// Where the gaps are, counted from the first byte of the update.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// `/Contents` with its angle brackets.
    pub(crate) contents: Range<usize>,
    /// `/ByteRange` with its square brackets.
    pub(crate) byte_range: Range<usize>,
}

/// Writes the dictionary with empty `/Contents` and `/ByteRange`, the only values of it that are not encrypted.
pub(crate) fn write(update: &mut Update<'_>, id: ObjectId, request: &StampRequest<'_>) -> Result<Layout, StampError> {
    let mut body = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached".to_vec();
    body.extend_from_slice(b" /M ");
    body.extend(update.text(id, &date(request.claimed_time))?);
    let texts =
        [("Name", Some(&request.signer)), ("Reason", request.reason.as_ref()), ("Location", request.location.as_ref())];
    for (key, value) in texts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            body.extend(format!(" /{key} ").bytes());
            body.extend(update.text(id, value)?);
        }
    }
    body.extend_from_slice(b" /ByteRange ");
    let byte_range = body.len()..body.len() + BYTE_RANGE_ROOM + 2;
    body.extend(format!("[{:BYTE_RANGE_ROOM$}]", "0 0 0 0").bytes());
    body.extend_from_slice(b" /Contents ");
    let contents = body.len()..body.len() + request.contents_capacity * 2 + 2;
    body.push(b'<');
    body.resize(contents.end - 1, b'0');
    body.extend_from_slice(b"> >>");
    let start = update.write(id, &body);
    let moved = |range: Range<usize>| range.start + start..range.end + start;
    Ok(Layout { contents: moved(contents), byte_range: moved(byte_range) })
}

/// `/ByteRange` with its brackets, filled with spaces to the room kept for it. `gap` is `/Contents` in the whole file.
pub(crate) fn byte_range(gap: &Range<usize>, length: usize) -> Option<Vec<u8>> {
    let numbers = format!("0 {} {} {}", gap.start, gap.end, length - gap.end);
    let filled = format!("[{numbers:BYTE_RANGE_ROOM$}]");
    (filled.len() == BYTE_RANGE_ROOM + 2).then(|| filled.into_bytes())
}

/// A date string (7.9.4).
fn date(time: OffsetDateTime) -> String {
    let offset = time.offset();
    let sign = if offset.is_negative() { '-' } else { '+' };
    let (hours, minutes, _) = offset.as_hms();
    format!(
        "D:{:04}{:02}{:02}{:02}{:02}{:02}{sign}{:02}'{:02}'",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        hours.unsigned_abs(),
        minutes.unsigned_abs()
    )
}
