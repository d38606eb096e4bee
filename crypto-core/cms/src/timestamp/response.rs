//! TimeStampResp (RFC 3161 §2.4.2).

use super::TimeStampRefusal;
use super::info::fields_of;
use crate::asn1::{BIT_STRING, INTEGER, Malformed, SEQUENCE};

const FIELD: &str = "TimeStampResp";

/// An answer as it came.
pub(super) struct Response<'a> {
    status: u8,
    /// PKIFailureInfo: the number of its first bit.
    failure: Option<u32>,
    token: Option<&'a [u8]>,
}

impl<'a> Response<'a> {
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = fields_of(der, FIELD)?;
        let mut status = fields.take(SEQUENCE, FIELD)?.inside();
        let number = status.take(INTEGER, FIELD)?.small(FIELD)?;
        status.optional(SEQUENCE, FIELD)?; // statusString: the authority's own words, in any language
        let failure = status.optional(BIT_STRING, FIELD)?.and_then(|bits| first_bit(bits.value));
        status.finish(FIELD)?;
        let token = fields.optional(SEQUENCE, FIELD)?.map(|token| token.der);
        fields.finish(FIELD)?;
        Ok(Self { status: number, failure, token })
    }

    /// The token, if it was granted: status 0 or 1.
    pub(super) fn granted(&self) -> Result<&'a [u8], TimeStampRefusal> {
        if self.status > 1 {
            return Err(TimeStampRefusal::Rejected { reason: self.reason() });
        }
        self.token.ok_or(TimeStampRefusal::Malformed)
    }

    fn reason(&self) -> &'static str {
        match (self.failure, self.status) {
            (Some(0), _) => "bad_alg",
            (Some(2), _) => "bad_request",
            (Some(5), _) => "bad_data_format",
            (Some(14), _) => "time_not_available",
            (Some(15), _) => "unaccepted_policy",
            (Some(16), _) => "unaccepted_extension",
            (Some(17), _) => "add_info_not_available",
            (Some(25), _) => "system_failure",
            (_, 3) => "waiting",
            (_, 4 | 5) => "revocation",
            _ => "rejection",
        }
    }
}

/// The number of the first bit that is set; the first octet tells how many at the end are none.
fn first_bit(value: &[u8]) -> Option<u32> {
    let octets = value.get(1..)?;
    let (number, octet) = (0..).zip(octets).find(|(_, octet)| **octet != 0)?;
    Some(number * 8 + octet.leading_zeros())
}
