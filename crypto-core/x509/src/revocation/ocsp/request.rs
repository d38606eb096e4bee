//! OCSPRequest (RFC 6960 §4.1): about one certificate, unsigned, with a nonce.

use algo::{Hash, KeyAlgorithm};
use const_oid::ObjectIdentifier;
use der::{Decode, Encode, Tag};
use rfc5280::ext::Extension;

use super::CertificateId;
use crate::certificate::Certificate;
use crate::oid::status;
use crate::raw::{Fields, constructed, joined};

/// Octets of a nonce (RFC 9654 §2.1).
const NONCE: usize = 32;

/// A question that is sent to a responder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspRequest {
    der: Vec<u8>,
    nonce: Option<[u8; NONCE]>,
}

impl OcspRequest {
    /// Asks about `certificate`, which `issuer` issued. A nonce binds the answer to this request.
    #[must_use]
    pub fn new(certificate: &Certificate, issuer: &Certificate, nonce: Option<[u8; NONCE]>) -> Self {
        // SHA-1 only names the issuer here, and every responder must know it (RFC 5019 §2.1.1); SM2 authorities use SM3.
        let hash = if issuer.public_key().algorithm() == KeyAlgorithm::Sm2 { Hash::Sm3 } else { Hash::Sha1 };
        let id = CertificateId::new(certificate, issuer, hash);
        let list = joined(Tag::Sequence, &[&joined(Tag::Sequence, &[&id.der])]);
        let extensions =
            nonce.map(|nonce| joined(constructed(2), &[&joined(Tag::Sequence, &[&nonce_extension(&nonce)])]));
        let to_be_signed = joined(Tag::Sequence, &[&list, &extensions.unwrap_or_default()]);
        Self { der: joined(Tag::Sequence, &[&to_be_signed]), nonce }
    }

    /// What is sent, as `application/ocsp-request`.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The nonce that the answer should repeat.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_ref().map(<[u8; NONCE]>::as_slice)
    }
}

/// Extension id-pkix-ocsp-nonce (RFC 9654 §2.1).
pub(crate) fn nonce_extension(nonce: &[u8]) -> Vec<u8> {
    let value = joined(Tag::OctetString, &[nonce]);
    let oid = status::OCSP_NONCE.to_der().expect("an object identifier of some bytes can be encoded");
    joined(Tag::Sequence, &[&oid, &joined(Tag::OctetString, &[&value])])
}

/// The nonce among extensions.
pub(super) fn nonce_of(extensions: &[Extension]) -> der::Result<Option<Vec<u8>>> {
    let nonce = extensions.iter().find(|extension| extension.extn_id == status::OCSP_NONCE);
    let read =
        |nonce: &Extension| Ok(Fields::of(nonce.extn_value.as_bytes())?.take(Tag::OctetString)?.content.to_vec());
    nonce.map(read).transpose()
}

/// What a request that was received asks about: for a responder.
#[derive(Clone, Debug)]
pub(crate) struct AskedAbout {
    pub(crate) ids: Vec<CertificateId>,
    pub(crate) nonce: Option<Vec<u8>>,
}

impl AskedAbout {
    pub(crate) fn read(der: &[u8]) -> der::Result<Self> {
        let mut request = Fields::inside(der, Tag::Sequence)?;
        let mut fields = Fields::of(request.take(Tag::Sequence)?.content)?;
        fields.optional(constructed(0))?; // version
        fields.optional(constructed(1))?; // requestorName
        let mut list = Fields::of(fields.take(Tag::Sequence)?.content)?;
        let mut ids = Vec::new();
        while !list.is_finished() {
            let mut one = Fields::of(list.take(Tag::Sequence)?.content)?;
            ids.push(CertificateId::read(one.any()?)?);
        }
        let extensions = fields.optional(constructed(2))?;
        let extensions = extensions.map(|list| Vec::<Extension>::from_der(list.content)).transpose()?;
        Ok(Self { ids, nonce: nonce_of(&extensions.unwrap_or_default())? })
    }
}

/// The type of the body that a responder answers with.
pub(super) fn is_basic(oid: ObjectIdentifier) -> bool {
    oid == status::OCSP_BASIC
}
