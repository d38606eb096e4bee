//! OCSPResponse (RFC 6960 §4.2) as it was received; `judge` decides what it is worth.

use const_oid::ObjectIdentifier;
use der::asn1::BitStringRef;
use der::{Decode, Tag};
use rfc5280::ext::Extension;
use time::OffsetDateTime;

use super::request::{is_basic, nonce_of};
use super::{CertificateId, LONGEST, OcspRefusal};
use crate::certificate::Certificate;
use crate::name::Name;
use crate::oid::status;
use crate::raw::{Element, Fields, constructed, octets_of_bits, primitive};
use crate::revocation::window::{Window, general_time};
use crate::revocation::{Reason, Status};

/// More certificates than any responder needs to prove itself.
const MOST_CERTIFICATES: usize = 16;

/// An answer as it was received, not yet believed.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    pub(super) to_be_signed: Vec<u8>,
    pub(super) algorithm: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) certificates: Vec<Certificate>,
    pub(super) responder: ResponderId,
    pub(super) produced_at: OffsetDateTime,
    pub(super) singles: Vec<Single>,
    pub(super) extensions: Vec<Extension>,
    pub(super) nonce: Option<Vec<u8>>,
}

/// ResponderID: how the answer names its signer.
#[derive(Clone, Debug)]
pub(super) enum ResponderId {
    /// By its subject.
    Name(Name),
    /// By SHA-1 over its key's bits.
    Key(Vec<u8>),
}

/// SingleResponse: about one certificate.
#[derive(Clone, Debug)]
pub(super) struct Single {
    pub(super) id: CertificateId,
    /// `None`: the responder does not know it.
    pub(super) status: Option<Status>,
    pub(super) window: Window,
    pub(super) extensions: Vec<Extension>,
}

impl OcspResponse {
    /// Reads an answer as it came, or as documents embed it.
    ///
    /// # Errors
    /// [`OcspRefusal::Malformed`], [`OcspRefusal::Declined`].
    pub fn parse(der: &[u8]) -> Result<Self, OcspRefusal> {
        if der.len() > LONGEST {
            return Err(OcspRefusal::Malformed);
        }
        let (number, body) = split(der).map_err(|_| OcspRefusal::Malformed)?;
        match (number, body) {
            (0, Some(body)) => Self::parse_basic(body),
            (0, None) => Err(OcspRefusal::Malformed),
            (declined, _) => Err(OcspRefusal::Declined(why(declined).ok_or(OcspRefusal::Malformed)?)),
        }
    }

    /// Reads a BasicOCSPResponse without the wrapping that says "successful", as CAdES attributes hold it.
    ///
    /// # Errors
    /// [`OcspRefusal::Malformed`].
    pub fn parse_basic(der: &[u8]) -> Result<Self, OcspRefusal> {
        Self::read(der).map_err(|_| OcspRefusal::Malformed)
    }

    fn read(der: &[u8]) -> der::Result<Self> {
        let mut fields = Fields::inside(der, Tag::Sequence)?;
        let to_be_signed = fields.take(Tag::Sequence)?;
        let algorithm = fields.take(Tag::Sequence)?.tlv.to_vec();
        let signature = octets_of_bits(BitStringRef::from_der(fields.take(Tag::BitString)?.tlv)?)?.to_vec();
        let certificates = fields.optional(constructed(0))?.map(certificates).transpose()?.unwrap_or_default();
        fields.finish()?;
        let data = Data::read(to_be_signed)?;
        Ok(Self {
            to_be_signed: to_be_signed.tlv.to_vec(),
            algorithm,
            signature,
            certificates,
            responder: data.responder,
            produced_at: data.produced_at,
            singles: data.singles,
            nonce: nonce_of(&data.extensions)?,
            extensions: data.extensions,
        })
    }
}

/// `OCSPResponse ::= SEQUENCE { responseStatus, responseBytes [0] OPTIONAL }`.
fn split(der: &[u8]) -> der::Result<(u8, Option<&[u8]>)> {
    let mut fields = Fields::inside(der, Tag::Sequence)?;
    let [number] = *fields.take(Tag::Enumerated)?.content else { return Err(Tag::Enumerated.value_error().into()) };
    let bytes = fields.optional(constructed(0))?;
    fields.finish()?;
    let Some(bytes) = bytes else { return Ok((number, None)) };
    let mut bytes = Fields::inside(bytes.content, Tag::Sequence)?;
    let oid = ObjectIdentifier::from_der(bytes.take(Tag::ObjectIdentifier)?.tlv)?;
    let body = bytes.take(Tag::OctetString)?.content;
    bytes.finish()?;
    if is_basic(oid) { Ok((number, Some(body))) } else { Err(Tag::ObjectIdentifier.value_error().into()) }
}

/// OCSPResponseStatus; 4 is unused.
const fn why(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "malformed_request",
        2 => "internal_error",
        3 => "try_later",
        5 => "signature_required",
        6 => "unauthorized",
        _ => return None,
    })
}

/// Certificates that cannot be read are passed over: if one was the signer's, none is found.
fn certificates(element: Element<'_>) -> der::Result<Vec<Certificate>> {
    let mut list = Fields::inside(element.content, Tag::Sequence)?;
    let mut found = Vec::new();
    while !list.is_finished() {
        let certificate = list.take(Tag::Sequence)?;
        if found.len() < MOST_CERTIFICATES {
            found.extend(Certificate::from_der(certificate.tlv).ok());
        }
    }
    Ok(found)
}

/// ResponseData, taken apart.
struct Data {
    responder: ResponderId,
    produced_at: OffsetDateTime,
    singles: Vec<Single>,
    extensions: Vec<Extension>,
}

impl Data {
    fn read(element: Element<'_>) -> der::Result<Self> {
        let mut fields = Fields::of(element.content)?;
        fields.optional(constructed(0))?; // version
        let responder = match fields.optional(constructed(1))? {
            Some(name) => ResponderId::Name(Name::from_der(name.content)?),
            None => {
                let key = fields.take(constructed(2))?;
                ResponderId::Key(Fields::of(key.content)?.take(Tag::OctetString)?.content.to_vec())
            }
        };
        let produced_at = general_time(fields.any()?)?;
        let mut list = Fields::of(fields.take(Tag::Sequence)?.content)?;
        let mut singles = Vec::new();
        while !list.is_finished() {
            singles.push(Single::read(list.take(Tag::Sequence)?)?);
        }
        let extensions = extensions(&mut fields)?;
        fields.finish()?;
        Ok(Self { responder, produced_at, singles, extensions })
    }
}

/// `[1] EXPLICIT Extensions OPTIONAL`.
fn extensions(fields: &mut Fields<'_>) -> der::Result<Vec<Extension>> {
    let list = fields.optional(constructed(1))?;
    Ok(list.map(|list| Vec::<Extension>::from_der(list.content)).transpose()?.unwrap_or_default())
}

impl Single {
    fn read(element: Element<'_>) -> der::Result<Self> {
        let mut fields = Fields::of(element.content)?;
        let id = CertificateId::read(fields.any()?)?;
        let status = certificate_status(fields.any()?)?;
        let this_update = general_time(fields.any()?)?;
        let next_update = fields.optional(constructed(0))?;
        let next_update = next_update.map(|next| general_time(Fields::of(next.content)?.any()?)).transpose()?;
        let extensions = extensions(&mut fields)?;
        fields.finish()?;
        let kept = extensions.iter().find(|extension| extension.extn_id == status::ARCHIVE_CUTOFF);
        let kept = kept.map(|kept| general_time(Fields::of(kept.extn_value.as_bytes())?.any()?)).transpose()?;
        Ok(Self { id, status, window: Window { this_update, next_update, expired_kept_since: kept }, extensions })
    }
}

/// `CertStatus ::= CHOICE { good [0], revoked [1] { revocationTime, revocationReason [0] OPTIONAL }, unknown [2] }`.
fn certificate_status(element: Element<'_>) -> der::Result<Option<Status>> {
    match element.tag {
        tag if tag == primitive(0) => Ok(Some(Status::Good)),
        tag if tag == constructed(1) => {
            let mut fields = Fields::of(element.content)?;
            let since = general_time(fields.any()?)?;
            let reason = fields.optional(constructed(0))?;
            let reason = reason.map(|reason| Fields::of(reason.content)?.take(Tag::Enumerated)).transpose()?;
            fields.finish()?;
            Ok(Some(Status::Revoked { since, reason: reason.and_then(|reason| Reason::from_content(reason.content)) }))
        }
        tag if tag == primitive(2) => Ok(None),
        other => Err(other.value_error().into()),
    }
}
