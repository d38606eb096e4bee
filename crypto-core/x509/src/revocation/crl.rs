//! Certificate revocation lists (RFC 5280 §5): complete ones of the certificate's own issuer only.

use der::{Decode, Tag};
use rfc5280::ext::Extension;
use thiserror::Error;
use time::OffsetDateTime;

use super::sources::full_names;
use super::window::{Untimely, Window, either_time, general_time, optional_time};
use super::{Answer, Question, Reason, Status};
use crate::certificate::Certificate;
use crate::key_usage::KeyUsage;
use crate::name::Name;
use crate::oid::status;
use crate::pem::ders;
use crate::raw::{Element, Fields, Signed, constructed, primitive};
use crate::signature;

/// Longest list read, in bytes. Big authorities publish some MiB.
const LONGEST: usize = 32 << 20;

/// Labels of PEM blocks that hold a list (RFC 7468 §6).
const LABELS: &[&str] = &["X509 CRL", "CRL"];

/// A list as it was received, not yet believed.
#[derive(Clone, Debug)]
pub struct Crl {
    der: Vec<u8>,
    issuer: Name,
    window: Window,
    algorithm: Vec<u8>,
    extensions: Vec<Extension>,
}

/// Why a list does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CrlRefusal {
    /// Not DER or PEM of a list, or longer than any.
    #[error("not a certificate revocation list")]
    Malformed,
    /// Of another authority than the certificate's issuer.
    #[error("the list is another authority's")]
    OtherIssuer,
    /// The issuer's key usage lacks cRLSign.
    #[error("the authority's key may not sign lists")]
    MayNotSign,
    /// The signature is wrong, weak or unknown.
    #[error("the list is not signed by the authority")]
    Signature,
    /// A delta list: it tells changes only.
    #[error("a delta list tells changes only")]
    Delta,
    /// It lists certificates of several issuers.
    #[error("the list is indirect")]
    Indirect,
    /// It covers some certificates or reasons only, and not surely this one.
    #[error("the list covers a part only")]
    Partial,
    /// It has a critical extension that is not understood.
    #[error("the list has an unknown critical extension")]
    Critical,
    /// It does not speak for the time asked about.
    #[error(transparent)]
    Untimely(#[from] Untimely),
}

impl CrlRefusal {
    /// The refusal's stable word among the reasons of a verdict.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "crl.malformed",
            Self::OtherIssuer => "crl.other_issuer",
            Self::MayNotSign => "crl.may_not_sign",
            Self::Signature => "crl.signature_wrong",
            Self::Delta => "crl.delta",
            Self::Indirect => "crl.indirect",
            Self::Partial => "crl.partial",
            Self::Critical => "crl.critical_extension",
            Self::Untimely(untimely) => untimely.code(),
        }
    }
}

impl Untimely {
    /// The stable word among the reasons of a verdict.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotYet => "revocation.not_yet",
            Self::Stale => "revocation.stale",
            Self::Outlived => "revocation.outlived",
        }
    }
}

impl Crl {
    /// Reads a list in DER or PEM.
    ///
    /// # Errors
    /// [`CrlRefusal::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CrlRefusal> {
        if bytes.len() > LONGEST {
            return Err(CrlRefusal::Malformed);
        }
        let der = ders(bytes, LABELS).ok().and_then(|mut lists| (lists.len() == 1).then(|| lists.remove(0)));
        Self::read(der.ok_or(CrlRefusal::Malformed)?).map_err(|_| CrlRefusal::Malformed)
    }

    /// The list as it was received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Answers the question.
    ///
    /// # Errors
    /// [`CrlRefusal`]: then nothing is known.
    pub fn judge(&self, question: &Question<'_>) -> Result<Answer, CrlRefusal> {
        self.check_scope(question.certificate)?;
        self.check_signature(question.issuer)?;
        self.window.check(question)?;
        let status = self.status(question.certificate)?;
        if status == Status::Good {
            self.window.remembers(question)?;
        }
        let Window { this_update, next_update, .. } = self.window;
        Ok(Answer { status, this_update, next_update }.at(question))
    }

    fn read(der: Vec<u8>) -> der::Result<Self> {
        let signed = Signed::parse(&der)?;
        let list = List::read(signed.to_be_signed)?;
        let extensions = list.extensions;
        let kept = extensions.iter().find(|extension| extension.extn_id == status::EXPIRED_KEPT);
        let kept = kept.map(|kept| general_time(Fields::of(kept.extn_value.as_bytes())?.any()?)).transpose()?;
        let window = Window { expired_kept_since: kept, ..list.window };
        let algorithm = list.algorithm.to_vec();
        let issuer = list.issuer;
        check_entries(list.entries)?;
        Ok(Self { issuer, window, algorithm, extensions, der })
    }

    fn check_scope(&self, certificate: &Certificate) -> Result<(), CrlRefusal> {
        if self.issuer != *certificate.issuer() {
            return Err(CrlRefusal::OtherIssuer);
        }
        for extension in &self.extensions {
            match extension.extn_id {
                status::DELTA_CRL => return Err(CrlRefusal::Delta),
                status::ISSUING_POINT => IssuingPoint::read(extension.extn_value.as_bytes())
                    .map_err(|_| CrlRefusal::Malformed)?
                    .check(certificate)?,
                status::CRL_NUMBER | crate::oid::extension::AUTHORITY_KEY_ID => {}
                _ if extension.critical => return Err(CrlRefusal::Critical),
                _ => {}
            }
        }
        Ok(())
    }

    fn check_signature(&self, issuer: &Certificate) -> Result<(), CrlRefusal> {
        if self.issuer != *issuer.subject() {
            return Err(CrlRefusal::OtherIssuer);
        }
        if !issuer.key_usage().any_of(KeyUsage::CRL_SIGN) {
            return Err(CrlRefusal::MayNotSign);
        }
        let signed = self.signed();
        if signed.algorithm != self.algorithm {
            return Err(CrlRefusal::Signature);
        }
        signature::verify(issuer.public_key(), signed.algorithm, signed.to_be_signed, signed.signature)
            .map(|_| ())
            .map_err(|_| CrlRefusal::Signature)
    }

    fn signed(&self) -> Signed<'_> {
        Signed::parse(&self.der).expect("it was parsed when it was read")
    }

    fn status(&self, certificate: &Certificate) -> Result<Status, CrlRefusal> {
        let list = List::read(self.signed().to_be_signed).map_err(|_| CrlRefusal::Malformed)?;
        let mut entries = Fields::of(list.entries).map_err(|_| CrlRefusal::Malformed)?;
        while !entries.is_finished() {
            let entry = entries.take(Tag::Sequence).map_err(|_| CrlRefusal::Malformed)?;
            let (serial, rest) = Entry::split(entry).map_err(|_| CrlRefusal::Malformed)?;
            if serial == certificate.serial().as_bytes() {
                return Entry::read(rest).map_err(|_| CrlRefusal::Malformed)?.status();
            }
        }
        Ok(Status::Good)
    }
}

/// TBSCertList (§5.1.2), taken apart.
struct List<'a> {
    algorithm: &'a [u8],
    issuer: Name,
    window: Window,
    /// The entries without the header of their SEQUENCE.
    entries: &'a [u8],
    extensions: Vec<Extension>,
}

impl<'a> List<'a> {
    fn read(to_be_signed: &'a [u8]) -> der::Result<Self> {
        let mut fields = Fields::inside(to_be_signed, Tag::Sequence)?;
        fields.optional(Tag::Integer)?;
        let algorithm = fields.take(Tag::Sequence)?.tlv;
        let issuer = Name::from_der(fields.take(Tag::Sequence)?.tlv)?;
        let this_update = either_time(&mut fields)?;
        let next_update = optional_time(&mut fields)?;
        let entries = fields.optional(Tag::Sequence)?.map_or(&[][..], |entries| entries.content);
        let extensions = fields.optional(constructed(0))?;
        let extensions = extensions.map(|list| Vec::<Extension>::from_der(list.content)).transpose()?;
        fields.finish()?;
        let window = Window { this_update, next_update, expired_kept_since: None };
        Ok(Self { algorithm, issuer, window, entries, extensions: extensions.unwrap_or_default() })
    }
}

/// Every entry must at least be one, so that none can hide behind another that is cut off.
fn check_entries(entries: &[u8]) -> der::Result<()> {
    let mut entries = Fields::of(entries)?;
    while !entries.is_finished() {
        Entry::split(entries.take(Tag::Sequence)?)?;
    }
    Ok(())
}

/// An entry of revokedCertificates (§5.3).
struct Entry {
    since: OffsetDateTime,
    extensions: Vec<Extension>,
}

impl Entry {
    /// The serial number's octets, and what follows it.
    fn split(entry: Element<'_>) -> der::Result<(&[u8], Fields<'_>)> {
        let mut fields = Fields::of(entry.content)?;
        Ok((fields.take(Tag::Integer)?.content, fields))
    }

    fn read(mut fields: Fields<'_>) -> der::Result<Self> {
        let since = either_time(&mut fields)?;
        let extensions = fields.optional(Tag::Sequence)?;
        let extensions = extensions.map(|list| Vec::<Extension>::from_der(list.tlv)).transpose()?;
        fields.finish()?;
        Ok(Self { since, extensions: extensions.unwrap_or_default() })
    }

    fn status(&self) -> Result<Status, CrlRefusal> {
        let (mut since, mut reason) = (self.since, None);
        for extension in &self.extensions {
            let value = extension.extn_value.as_bytes();
            let field = || Fields::of(value).and_then(|mut fields| fields.any()).map_err(|_| CrlRefusal::Malformed);
            match extension.extn_id {
                status::CERTIFICATE_ISSUER => return Err(CrlRefusal::Indirect),
                status::REASON => {
                    reason = Some(Reason::from_content(field()?.content).ok_or(CrlRefusal::Malformed)?);
                }
                // The key was not to be trusted any more from then on, whenever the authority came to know.
                status::INVALIDITY_DATE => {
                    since = since.min(general_time(field()?).map_err(|_| CrlRefusal::Malformed)?);
                }
                _ if extension.critical => return Err(CrlRefusal::Critical),
                _ => {}
            }
        }
        Ok(Status::Revoked { since, reason })
    }
}

/// IssuingDistributionPoint (§5.2.5).
#[derive(Default)]
struct IssuingPoint {
    addresses: Option<Vec<String>>,
    users_only: bool,
    authorities_only: bool,
    some_reasons: bool,
    indirect: bool,
    attributes_only: bool,
}

impl IssuingPoint {
    fn read(value: &[u8]) -> der::Result<Self> {
        let mut fields = Fields::inside(value, Tag::Sequence)?;
        let name = fields.optional(constructed(0))?;
        let mut flag =
            |number| fields.optional(primitive(number)).map(|found| found.is_some_and(|set| set.content != [0]));
        let point = Self {
            addresses: name.map(|name| full_names(name.content)).transpose()?,
            users_only: flag(1)?,
            authorities_only: flag(2)?,
            some_reasons: flag(3)?,
            indirect: flag(4)?,
            attributes_only: flag(5)?,
        };
        fields.finish()?;
        Ok(point)
    }

    fn check(&self, certificate: &Certificate) -> Result<(), CrlRefusal> {
        if self.indirect {
            return Err(CrlRefusal::Indirect);
        }
        let other_kind = if certificate.is_ca() { self.users_only } else { self.authorities_only };
        // A list of one distribution point covers what points to it, and nobody knows what else.
        let own = certificate.status_sources().crl;
        let elsewhere = self.addresses.as_ref().is_some_and(|all| !all.iter().any(|address| own.contains(address)));
        if self.some_reasons || self.attributes_only || other_kind || elsewhere {
            return Err(CrlRefusal::Partial);
        }
        Ok(())
    }
}
