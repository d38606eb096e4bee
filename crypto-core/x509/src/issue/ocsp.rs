//! Answering OCSP requests as the authority itself (RFC 6960 §4.2): no certificates need to go with the answer.

use algo::{PublicKey, SignatureScheme};
use der::{Encode, Tag};
use time::OffsetDateTime;

use super::{RevokedEntry, general_moment};
use crate::certificate::Certificate;
use crate::oid::status;
use crate::raw::{constructed, joined, primitive};
use crate::revocation::ocsp::{AskedAbout, CertificateId, nonce_extension};
use crate::to_be_signed::{BuildError, ToBeSigned};

/// Most certificates answered about at once.
const MOST: usize = 16;

/// A request that was received.
#[derive(Clone, Debug)]
pub struct OcspInquiry(AskedAbout);

/// The period for which an authority answers.
#[derive(Clone, Copy, Debug)]
pub struct OcspReply<'a> {
    /// The authority, which signs itself.
    pub issuer: &'a Certificate,
    /// Whom it revoked.
    pub revoked: &'a [RevokedEntry],
    /// Now.
    pub this_update: OffsetDateTime,
    /// Until when the answer holds.
    pub next_update: OffsetDateTime,
}

impl OcspInquiry {
    /// Reads a request.
    ///
    /// # Errors
    /// It is none, or asks about too many certificates.
    pub fn parse(der: &[u8]) -> der::Result<Self> {
        let asked = AskedAbout::read(der)?;
        if asked.ids.is_empty() || asked.ids.len() > MOST {
            return Err(Tag::Sequence.value_error().into());
        }
        Ok(Self(asked))
    }
}

impl OcspReply<'_> {
    /// Fixes what is answered; certificates of other authorities are unknown.
    ///
    /// # Errors
    /// [`BuildError`] when the key does not fit the scheme or a time cannot be encoded.
    pub fn to_be_signed(
        &self,
        inquiry: &OcspInquiry,
        scheme: &SignatureScheme,
        signer: &PublicKey,
    ) -> Result<ToBeSigned, BuildError> {
        let singles = inquiry.0.ids.iter().map(|id| self.single(id)).collect::<der::Result<Vec<_>>>()?;
        let nonce = inquiry.0.nonce.as_deref().map(nonce_extension);
        let nonce = nonce.map(|nonce| joined(constructed(1), &[&joined(Tag::Sequence, &[&nonce])]));
        let bytes = joined(
            Tag::Sequence,
            &[
                &joined(constructed(1), &[self.issuer.subject().der()]),
                &general_moment(self.this_update)?,
                &joined(Tag::Sequence, &[&singles.concat()]),
                &nonce.unwrap_or_default(),
            ],
        );
        Ok(ToBeSigned::new(bytes, scheme, signer)?)
    }

    fn single(&self, id: &CertificateId) -> der::Result<Vec<u8>> {
        let revoked = self.revoked.iter().find(|entry| entry.serial.as_bytes() == id.serial);
        let status = match revoked {
            _ if !id.is_by(self.issuer) => joined(primitive(2), &[]),
            Some(entry) => entry.ocsp_status()?,
            None => joined(primitive(0), &[]),
        };
        let next = joined(constructed(0), &[&general_moment(self.next_update)?]);
        Ok(joined(Tag::Sequence, &[&id.der, &status, &general_moment(self.this_update)?, &next]))
    }

    /// Wraps the signed answer as it is sent: `application/ocsp-response`.
    ///
    /// # Panics
    /// Never: an object identifier can be encoded.
    #[must_use]
    pub fn successful(signed: &[u8]) -> Vec<u8> {
        let oid = status::OCSP_BASIC.to_der().expect("an object identifier of some bytes can be encoded");
        let bytes = joined(Tag::Sequence, &[&oid, &joined(Tag::OctetString, &[signed])]);
        joined(Tag::Sequence, &[&joined(Tag::Enumerated, &[&[0]]), &joined(constructed(0), &[&bytes])])
    }
}
