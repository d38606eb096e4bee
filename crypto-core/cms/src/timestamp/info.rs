//! TSTInfo (RFC 3161 §2.4.2): what a token says.

use algo::Hash;
use const_oid::ObjectIdentifier;
use time::{Date, Duration, Month, OffsetDateTime, Time};

use crate::asn1::{Element, Elements, INTEGER, Malformed, OCTET_STRING, OID, SEQUENCE, constructed, primitive};

const BOOLEAN: u8 = 0x01;
const GENERALIZED_TIME: u8 = 0x18;
const FIELD: &str = "TSTInfo";

/// What a token says, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Info {
    pub(super) policy: ObjectIdentifier,
    /// `None` for a hash function that is not known here.
    pub(super) hash: Option<Hash>,
    pub(super) imprint: Vec<u8>,
    pub(super) serial: Vec<u8>,
    pub(super) time: OffsetDateTime,
    pub(super) accuracy: Option<Duration>,
    /// Content octets of the INTEGER.
    pub(super) nonce: Option<Vec<u8>>,
}

impl Info {
    pub(super) fn read(der: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Element::only(der, SEQUENCE, FIELD)?.inside();
        if fields.take(INTEGER, FIELD)?.small(FIELD)? != 1 {
            return Err(Malformed { field: FIELD });
        }
        let policy = fields.take(OID, FIELD)?.oid(FIELD)?;
        let (hash, imprint) = imprint(fields.take(SEQUENCE, FIELD)?)?;
        let serial = fields.take(INTEGER, FIELD)?.value.to_vec();
        let time = general_time(fields.take(GENERALIZED_TIME, FIELD)?.value).ok_or(Malformed { field: FIELD })?;
        let accuracy = fields.optional(SEQUENCE, FIELD)?.map(accuracy).transpose()?;
        fields.optional(BOOLEAN, FIELD)?; // ordering
        let nonce = fields.optional(INTEGER, FIELD)?.map(|nonce| nonce.value.to_vec());
        fields.optional(constructed(0), FIELD)?; // tsa: a claim; the certificate says who it is
        extensions(fields.optional(constructed(1), FIELD)?)?;
        fields.finish(FIELD)?;
        Ok(Self { policy, hash, imprint, serial, time, accuracy, nonce })
    }
}

/// MessageImprint ::= SEQUENCE { hashAlgorithm, hashedMessage }.
fn imprint(element: Element<'_>) -> Result<(Option<Hash>, Vec<u8>), Malformed> {
    let mut fields = element.inside();
    let hash = Hash::from_algorithm_identifier(fields.take(SEQUENCE, FIELD)?.der).ok();
    let value = fields.take(OCTET_STRING, FIELD)?.value.to_vec();
    fields.finish(FIELD)?;
    Ok((hash, value))
}

/// `Accuracy ::= SEQUENCE { seconds, millis [0], micros [1] }`, all optional.
fn accuracy(element: Element<'_>) -> Result<Duration, Malformed> {
    let mut fields = element.inside();
    let seconds = number(fields.optional(INTEGER, FIELD)?)?;
    let millis = number(fields.optional(primitive(0), FIELD)?)?;
    let micros = number(fields.optional(primitive(1), FIELD)?)?;
    fields.finish(FIELD)?;
    Ok(Duration::seconds(seconds) + Duration::milliseconds(millis) + Duration::microseconds(micros))
}

/// A number below 2³¹, absent ones as zero.
fn number(element: Option<Element<'_>>) -> Result<i64, Malformed> {
    let Some(element) = element else { return Ok(0) };
    match element.value {
        [first, ..] if first & 0x80 == 0 && element.value.len() <= 4 => {
            Ok(element.value.iter().fold(0, |number, octet| number << 8 | i64::from(*octet)))
        }
        _ => Err(Malformed { field: FIELD }),
    }
}

/// No extension is known here, so none may be critical (RFC 3161 §2.4.2).
fn extensions(list: Option<Element<'_>>) -> Result<(), Malformed> {
    for extension in list.map_or(Ok(Vec::new()), |list| list.inside().all(FIELD))? {
        let mut fields = extension.inside();
        fields.take(OID, FIELD)?;
        if fields.optional(BOOLEAN, FIELD)?.is_some_and(|critical| critical.value != [0]) {
            return Err(Malformed { field: FIELD });
        }
    }
    Ok(())
}

/// `YYYYMMDDhhmmss[.s…]Z` (RFC 3161 §2.4.2): unlike elsewhere, fractions of a second may stand.
fn general_time(text: &[u8]) -> Option<OffsetDateTime> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !(1..=9).contains(&fraction.len()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let two = |from: usize| whole[from..from + 2].parse::<u8>().ok();
    let date = Date::from_calendar_date(whole[..4].parse().ok()?, Month::try_from(two(4)?).ok()?, two(6)?).ok()?;
    let nanos = fraction.parse::<u32>().ok()? * 10_u32.pow(9 - u32::try_from(fraction.len()).ok()?);
    let time = Time::from_hms_nano(two(8)?, two(10)?, two(12)?, nanos).ok()?;
    Some(date.with_time(time).assume_utc())
}

/// The content octets of the elements that follow a SEQUENCE's header, for the response beside.
pub(super) fn fields_of<'a>(der: &'a [u8], field: &'static str) -> Result<Elements<'a>, Malformed> {
    Ok(Element::only(der, SEQUENCE, field)?.inside())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn times_are_read_with_and_without_fractions() {
        assert_eq!(general_time(b"20261120080000Z"), Some(datetime!(2026-11-20 08:00 UTC)));
        assert_eq!(general_time(b"20261120080000.25Z"), Some(datetime!(2026-11-20 08:00:00.25 UTC)));
        for bad in ["20261120080000", "202611200800Z", "20261320080000Z", "20261120080000.Z", "20261120080000+0800"] {
            assert_eq!(general_time(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(general_time("２０261120080000Z".as_bytes()), None);
    }
}
