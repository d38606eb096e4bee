//! Building certificates (RFC 5280 §4.1, GB/T 20518 for the double certificates).

mod crl;
mod extension;
mod ocsp;
mod profile;

use algo::{AlgorithmForm, PublicKey, SignatureScheme};
use der::asn1::{AnyRef, GeneralizedTime, UtcTime};
use der::{DateTime, Decode, Encode, Sequence};
use rfc5280::ext::Extension;
use rfc5280::time::Time;
use time::OffsetDateTime;

use crate::name::Name;
use crate::serial::Serial;
use crate::to_be_signed::{BuildError, ToBeSigned};

pub use crl::{CrlTemplate, RevokedEntry};
pub use extension::{NewExtension, key_id};
pub use ocsp::{OcspInquiry, OcspReply};
pub use profile::Profile;

/// What a certificate shall say.
#[derive(Clone, Debug)]
pub struct CertificateTemplate {
    /// Serial number, unique for the issuer.
    pub serial: Serial,
    /// The issuer's subject, byte for byte.
    pub issuer: Name,
    /// Whom it is for.
    pub subject: Name,
    /// The period in which it is valid.
    pub validity: Validity,
    /// The holder's key.
    pub public_key: PublicKey,
    /// Extensions in this order; see [`Profile::extensions`].
    pub extensions: Vec<NewExtension>,
}

/// A validity period, both ends inclusive, whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub not_before: OffsetDateTime,
    /// Last moment.
    pub not_after: OffsetDateTime,
}

impl Validity {
    /// `days` days from `start` on.
    #[must_use]
    pub fn days(start: OffsetDateTime, days: u32) -> Self {
        Self { not_before: start, not_after: start + time::Duration::days(days.into()) - time::Duration::SECOND }
    }
}

impl CertificateTemplate {
    /// Fixes the content. `signer` is the issuer's key, or the holder's own for a root.
    ///
    /// # Errors
    /// [`BuildError`] when the key does not fit the scheme or a part cannot be encoded.
    pub fn to_be_signed(&self, scheme: &SignatureScheme, signer: &PublicKey) -> Result<ToBeSigned, BuildError> {
        let algorithm = scheme.algorithm_identifier(AlgorithmForm::Standard);
        let serial = [&[0x02, octet(self.serial.as_bytes().len())], self.serial.as_bytes()].concat();
        let extensions: Vec<Extension> = self.extensions.iter().map(NewExtension::encoded).collect::<Result<_, _>>()?;
        let bytes = TbsCertificate {
            version: 2,
            serial: AnyRef::from_der(&serial)?,
            signature: AnyRef::from_der(&algorithm)?,
            issuer: AnyRef::from_der(self.issuer.der())?,
            validity: EncodedValidity {
                not_before: moment(self.validity.not_before)?,
                not_after: moment(self.validity.not_after)?,
            },
            subject: AnyRef::from_der(self.subject.der())?,
            public_key: AnyRef::from_der(self.public_key.spki())?,
            // The field is absent rather than empty (RFC 5280 §4.1: SIZE (1..MAX)).
            extensions: Some(extensions).filter(|list| !list.is_empty()),
        }
        .to_der()?;
        Ok(ToBeSigned::new(bytes, scheme, signer)?)
    }
}

#[derive(Sequence)]
struct TbsCertificate<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: u8,
    serial: AnyRef<'a>,
    signature: AnyRef<'a>,
    issuer: AnyRef<'a>,
    validity: EncodedValidity,
    subject: AnyRef<'a>,
    public_key: AnyRef<'a>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Vec<Extension>>,
}

#[derive(Sequence)]
struct EncodedValidity {
    not_before: Time,
    not_after: Time,
}

/// UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5).
fn moment(at: OffsetDateTime) -> der::Result<Time> {
    let at = date_time(at)?;
    Ok(match at.year() <= UtcTime::MAX_YEAR {
        true => Time::UtcTime(UtcTime::from_date_time(at)?),
        false => Time::GeneralTime(GeneralizedTime::from_date_time(at)),
    })
}

/// GeneralizedTime, whole seconds, as OCSP and some extensions want it whatever the year.
fn general_moment(at: OffsetDateTime) -> der::Result<Vec<u8>> {
    GeneralizedTime::from_date_time(date_time(at)?).to_der()
}

fn date_time(at: OffsetDateTime) -> der::Result<DateTime> {
    let since = u64::try_from(at.unix_timestamp()).map_err(|_| der::ErrorKind::DateTime)?;
    DateTime::from_unix_duration(std::time::Duration::from_secs(since))
}

fn octet(length: usize) -> u8 {
    u8::try_from(length).expect("serial numbers have at most 32 octets")
}
