//! Times in a document: what a document time stamp is over (RFC 3161), and the dates that signers write.

use super::byte_range::Covered;
use algo::Hash;
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Reader, SliceReader};
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// `MessageImprint` of a `TSTInfo` (RFC 3161, 2.4.2).
pub(super) struct Imprint {
    hash: Hash,
    value: Vec<u8>,
}

impl Imprint {
    pub(super) fn is_of(&self, covered: &Covered) -> bool {
        // SHA-1 imprints still occur in old archives; they prove nothing any more
        self.hash != Hash::Sha1 && covered.digest(self.hash).as_ref() == self.value
    }
}

/// Reads the imprint out of the token's content.
pub(super) fn imprint(content: &[u8]) -> Option<Imprint> {
    read_imprint(content).ok().flatten()
}

fn read_imprint(content: &[u8]) -> der::Result<Option<Imprint>> {
    let info = AnyRef::from_der(content)?;
    let mut fields = SliceReader::new(info.value())?;
    AnyRef::decode(&mut fields)?; // version
    <ObjectIdentifier>::decode(&mut fields)?; // policy
    let imprint = AnyRef::decode(&mut fields)?;
    let mut imprint = SliceReader::new(imprint.value())?;
    let algorithm = AnyRef::decode(&mut imprint)?;
    let value = <&OctetStringRef>::decode(&mut imprint)?.as_bytes().to_vec();
    let oid = <ObjectIdentifier>::decode(&mut SliceReader::new(algorithm.value())?)?;
    let ends = imprint.is_finished();
    Ok(Hash::from_oid(oid).filter(|_| ends).map(|hash| Imprint { hash, value }))
}

/// `D:YYYYMMDDHHmmSSOHH'mm` (ISO 32000-2, 7.9.4); what is left out is the earliest, or UTC.
pub(super) fn pdf_date(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim().strip_prefix("D:").unwrap_or(text.trim());
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (stamp, zone) = text.split_at(digits);
    let part = |from: usize, width: usize, default: u8| match stamp.get(from..from + width) {
        Some(part) => part.parse().ok(),
        None if stamp.len() <= from => Some(default),
        None => None,
    };
    let year: i32 = stamp.get(..4)?.parse().ok()?;
    let month = Month::try_from(part(4, 2, 1)?).ok()?;
    let date = Date::from_calendar_date(year, month, part(6, 2, 1)?).ok()?;
    let time = Time::from_hms(part(8, 2, 0)?, part(10, 2, 0)?, part(12, 2, 0)?).ok()?;
    Some(date.with_time(time).assume_offset(offset(zone)?))
}

fn offset(zone: &str) -> Option<UtcOffset> {
    let sign = match zone.chars().next() {
        None | Some('Z' | 'z') => return Some(UtcOffset::UTC),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return None,
    };
    let mut parts = zone[1..].split('\'').filter(|part| !part.is_empty());
    let hours: i8 = parts.next()?.parse().ok()?;
    let minutes: i8 = parts.next().map_or(Ok(0), str::parse).ok()?;
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::pdf_date;
    use time::macros::datetime;

    #[test]
    fn dates_are_read_as_programs_write_them() {
        let cases = [
            ("D:20261120093000+08'00'", datetime!(2026-11-20 09:30 +8)),
            ("D:20261120093000+08'00", datetime!(2026-11-20 09:30 +8)),
            ("D:20261120093000Z", datetime!(2026-11-20 09:30 UTC)),
            ("D:20261120093000-05'30'", datetime!(2026-11-20 09:30 -5:30)),
            ("20261120", datetime!(2026-11-20 00:00 UTC)),
        ];
        for (text, time) in cases {
            assert_eq!(pdf_date(text), Some(time), "{text}");
        }
        for text in ["", "D:", "D:2026112", "D:20261320", "D:20261120250000Z", "D:20261120093000+99'00'", "D:昨天"] {
            assert_eq!(pdf_date(text), None, "{text}");
        }
    }
}
