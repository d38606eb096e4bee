//! Signed attributes (RFC 5652 §5.3, §11): made for signing, and read back from the very bytes that were signed.

use algo::Digest;
use const_oid::ObjectIdentifier;
use der::asn1::{GeneralizedTime, UtcTime};
use der::{Decode, Encode};
use time::OffsetDateTime;

use super::Problem;
use crate::asn1::{self, Element, Malformed, OCTET_STRING, OID, SEQUENCE, SET};
use crate::oid;

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// One attribute with its single value.
pub(super) fn attribute(attribute_type: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    asn1::element(SEQUENCE, &[&asn1::oid(attribute_type), &asn1::element(SET, &[value])])
}

/// `contentType`: what kind of content was signed.
pub(super) fn content_type(content_type: ObjectIdentifier) -> Vec<u8> {
    attribute(oid::CONTENT_TYPE, &asn1::oid(content_type))
}

/// `messageDigest`: the digest of the content.
pub(super) fn message_digest(digest: &Digest) -> Vec<u8> {
    attribute(oid::MESSAGE_DIGEST, &asn1::element(OCTET_STRING, &[digest.as_ref()]))
}

/// `signingTime`: the time the signer claims. Nothing if it is before 1970 or after 9999.
pub(super) fn signing_time(time: OffsetDateTime) -> Option<Vec<u8>> {
    let since_epoch = std::time::Duration::from_secs(u64::try_from(time.unix_timestamp()).ok()?);
    // RFC 5652 §11.3: UTCTime up to 2049, GeneralizedTime after.
    let value = match UtcTime::from_unix_duration(since_epoch) {
        Ok(time) => time.to_der(),
        Err(_) => GeneralizedTime::from_unix_duration(since_epoch).ok()?.to_der(),
    };
    Some(attribute(oid::SIGNING_TIME, &value.ok()?))
}

/// The attributes of one signer, as slices of the message.
#[derive(Debug)]
pub(super) struct Attributes<'a> {
    all: Vec<(ObjectIdentifier, Element<'a>)>,
}

impl<'a> Attributes<'a> {
    /// Reads a SET OF Attribute, whatever its own tag.
    pub(super) fn read(set: Element<'a>) -> Result<Self, Malformed> {
        const FIELD: &str = "Attributes";
        let mut all = Vec::new();
        for attribute in set.inside().all(FIELD)? {
            if attribute.tag != SEQUENCE {
                return Err(Malformed { field: FIELD });
            }
            let mut fields = attribute.inside();
            let attribute_type = fields.take(OID, FIELD)?.oid(FIELD)?;
            let values = fields.take(SET, FIELD)?;
            fields.finish(FIELD)?;
            all.push((attribute_type, values));
        }
        Ok(Self { all })
    }

    /// The value of an attribute that may stand once and has one value (RFC 5652 §11).
    pub(super) fn single(&self, wanted: ObjectIdentifier) -> Result<Option<Element<'a>>, Problem> {
        let mut found = self.all.iter().filter(|(attribute_type, _)| *attribute_type == wanted);
        let Some((_, values)) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(Problem::AttributeRepeated { attribute: wanted });
        }
        match values.inside().all("attrValues").as_deref() {
            Ok([value]) => Ok(Some(*value)),
            Ok(_) => Err(Problem::AttributeRepeated { attribute: wanted }),
            Err(_) => Err(Problem::AttributeMalformed { attribute: wanted }),
        }
    }

    /// The values of an attribute that may stand several times.
    pub(super) fn every(&self, wanted: ObjectIdentifier) -> impl Iterator<Item = Element<'a>> {
        self.all
            .iter()
            .filter(move |(attribute_type, _)| *attribute_type == wanted)
            .flat_map(|(_, values)| values.inside().all("attrValues").unwrap_or_default())
    }

    /// The claimed time, if there is one and it can be read.
    pub(super) fn claimed_time(&self) -> Result<Option<OffsetDateTime>, Problem> {
        let Some(value) = self.single(oid::SIGNING_TIME)? else { return Ok(None) };
        let since_epoch = match value.tag {
            UTC_TIME => UtcTime::from_der(value.der).map(|time| time.to_unix_duration()),
            GENERALIZED_TIME => GeneralizedTime::from_der(value.der).map(|time| time.to_unix_duration()),
            _ => return Err(Problem::AttributeMalformed { attribute: oid::SIGNING_TIME }),
        };
        since_epoch
            .ok()
            .and_then(|duration| i64::try_from(duration.as_secs()).ok())
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .map(Some)
            .ok_or(Problem::AttributeMalformed { attribute: oid::SIGNING_TIME })
    }
}
