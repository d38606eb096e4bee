//! From when to when an answer speaks: thisUpdate and nextUpdate (RFC 5280 §5.1.2.4, RFC 6960 §4.2.2.1).

use der::asn1::GeneralizedTime;
use der::{Decode, Tag};
use rfc5280::time::Time;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::Question;
use crate::raw::{Element, Fields};

/// Clocks of authority and verifier may differ by so much.
const SKEW: Duration = Duration::minutes(5);

/// An answer without nextUpdate says that newer information can be had at any time; it is taken for so long.
const WITHOUT_NEXT_UPDATE: Duration = Duration::hours(1);

/// The period of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) this_update: OffsetDateTime,
    pub(super) next_update: Option<OffsetDateTime>,
    /// Certificates that expired after this moment are still spoken about.
    pub(super) expired_kept_since: Option<OffsetDateTime>,
}

/// The answer does not speak for the time asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Untimely {
    /// Its thisUpdate lies in the future.
    #[error("the answer comes from the future")]
    NotYet,
    /// It ended before the time asked about.
    #[error("the answer is too old")]
    Stale,
    /// The certificate had expired when it was given, and authorities forget expired certificates.
    #[error("the certificate had expired when the answer was given")]
    Outlived,
}

impl Window {
    /// Whether it speaks for the time asked about.
    pub(super) fn check(&self, question: &Question<'_>) -> Result<(), Untimely> {
        if self.this_update > question.now + SKEW {
            return Err(Untimely::NotYet);
        }
        let end = self.next_update.unwrap_or(self.this_update + WITHOUT_NEXT_UPDATE);
        if self.this_update < question.at && end + SKEW < question.at {
            return Err(Untimely::Stale);
        }
        Ok(())
    }

    /// Whether "not revoked" means anything about a certificate that had expired by then.
    pub(super) fn remembers(&self, question: &Question<'_>) -> Result<(), Untimely> {
        let (_, not_after) = question.certificate.validity();
        let kept = self.expired_kept_since.is_some_and(|since| since <= not_after);
        if self.this_update > not_after && !kept { Err(Untimely::Outlived) } else { Ok(()) }
    }
}

/// Time ::= CHOICE { UTCTime, GeneralizedTime }, as in lists.
pub(super) fn either_time(fields: &mut Fields<'_>) -> der::Result<OffsetDateTime> {
    Ok(OffsetDateTime::UNIX_EPOCH + Time::from_der(fields.any()?.tlv)?.to_unix_duration())
}

/// The same, if the next element is a time at all.
pub(super) fn optional_time(fields: &mut Fields<'_>) -> der::Result<Option<OffsetDateTime>> {
    for tag in [Tag::UtcTime, Tag::GeneralizedTime] {
        if let Some(element) = fields.optional(tag)? {
            return either_time(&mut Fields::of(element.tlv)?).map(Some);
        }
    }
    Ok(None)
}

/// GeneralizedTime, as in OCSP.
pub(super) fn general_time(element: Element<'_>) -> der::Result<OffsetDateTime> {
    Ok(OffsetDateTime::UNIX_EPOCH + GeneralizedTime::from_der(element.tlv)?.to_unix_duration())
}
