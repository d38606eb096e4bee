//! Building certificate revocation lists (RFC 5280 §5): complete, direct, version 2.

use algo::{AlgorithmForm, PublicKey, SignatureScheme};
use der::{Encode, Tag};
use time::OffsetDateTime;

use super::{NewExtension, general_moment, moment};
use crate::name::Name;
use crate::oid::status;
use crate::raw::{constructed, joined};
use crate::revocation::Reason;
use crate::serial::Serial;
use crate::to_be_signed::{BuildError, ToBeSigned};

/// What a list shall say.
#[derive(Clone, Debug)]
pub struct CrlTemplate {
    /// The authority's subject, byte for byte.
    pub issuer: Name,
    /// Key identifier of the authority.
    pub authority_key_id: Vec<u8>,
    /// cRLNumber: greater than that of every earlier list.
    pub number: u64,
    /// Now.
    pub this_update: OffsetDateTime,
    /// When the next list comes at the latest.
    pub next_update: OffsetDateTime,
    /// Who was revoked.
    pub revoked: Vec<RevokedEntry>,
}

/// One entry of a list.
#[derive(Clone, Debug)]
pub struct RevokedEntry {
    /// The certificate.
    pub serial: Serial,
    /// Since when.
    pub since: OffsetDateTime,
    /// Why.
    pub reason: Option<Reason>,
}

impl CrlTemplate {
    /// Fixes the content. `signer` is the authority's key.
    ///
    /// # Errors
    /// [`BuildError`] when the key does not fit the scheme or a time cannot be encoded.
    pub fn to_be_signed(&self, scheme: &SignatureScheme, signer: &PublicKey) -> Result<ToBeSigned, BuildError> {
        let entries: Vec<u8> = self.revoked.iter().map(RevokedEntry::encoded).collect::<Result<Vec<_>, _>>()?.concat();
        // The field is absent rather than empty (§5.1.2.6).
        let entries = if entries.is_empty() { entries } else { joined(Tag::Sequence, &[&entries]) };
        let number = NewExtension { oid: status::CRL_NUMBER, critical: false, value: self.number.to_der()? };
        let extensions = [NewExtension::authority_key_id(&self.authority_key_id), number];
        let extensions: Vec<_> = extensions.iter().map(NewExtension::encoded).collect::<Result<_, _>>()?;
        let bytes = joined(
            Tag::Sequence,
            &[
                &1u8.to_der()?,
                &scheme.algorithm_identifier(AlgorithmForm::Standard),
                self.issuer.der(),
                &moment(self.this_update)?.to_der()?,
                &moment(self.next_update)?.to_der()?,
                &entries,
                &joined(constructed(0), &[&extensions.to_der()?]),
            ],
        );
        Ok(ToBeSigned::new(bytes, scheme, signer)?)
    }
}

impl RevokedEntry {
    fn encoded(&self) -> der::Result<Vec<u8>> {
        let reason = self.reason.map(|reason| {
            let value = joined(Tag::Enumerated, &[&[reason.number()]]);
            vec![NewExtension { oid: status::REASON, critical: false, value }]
        });
        let extensions = reason.iter().flatten().map(NewExtension::encoded).collect::<der::Result<Vec<_>>>()?;
        let extensions = if extensions.is_empty() { Vec::new() } else { extensions.to_der()? };
        let serial = joined(Tag::Integer, &[self.serial.as_bytes()]);
        Ok(joined(Tag::Sequence, &[&serial, &moment(self.since)?.to_der()?, &extensions]))
    }

    /// RevokedInfo of OCSP (RFC 6960 §4.2.1).
    pub(super) fn ocsp_status(&self) -> der::Result<Vec<u8>> {
        let reason =
            self.reason.map(|reason| joined(constructed(0), &[&joined(Tag::Enumerated, &[&[reason.number()]])]));
        Ok(joined(constructed(1), &[&general_moment(self.since)?, &reason.unwrap_or_default()]))
    }
}
