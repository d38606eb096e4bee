//! CertID (RFC 6960 §4.1.1): issuer and serial number of the certificate that is meant.

use algo::Hash;
use der::Tag;

use crate::certificate::Certificate;
use crate::raw::{Element, Fields, joined, public_key_bits};

/// A certificate as OCSP names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateId {
    /// `None` for a hash function that is not known here: such a name fits nothing.
    pub(crate) hash: Option<Hash>,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    /// As it was received or made.
    pub(crate) der: Vec<u8>,
}

impl CertificateId {
    pub(crate) fn new(certificate: &Certificate, issuer: &Certificate, hash: Hash) -> Self {
        Self::by_serial(certificate.serial().as_bytes(), issuer, hash)
    }

    /// The hashes are over the issuer's name as it stands in the issuer's certificate, and over its key's bits.
    fn by_serial(serial: &[u8], issuer: &Certificate, hash: Hash) -> Self {
        let spki = issuer.public_key().spki();
        let issuer_name = hash.digest(issuer.subject().der()).as_ref().to_vec();
        let issuer_key = hash.digest(public_key_bits(spki).unwrap_or(spki)).as_ref().to_vec();
        let der = joined(
            Tag::Sequence,
            &[
                &hash.algorithm_identifier(),
                &joined(Tag::OctetString, &[&issuer_name]),
                &joined(Tag::OctetString, &[&issuer_key]),
                &joined(Tag::Integer, &[serial]),
            ],
        );
        Self { hash: Some(hash), issuer_name, issuer_key, serial: serial.to_vec(), der }
    }

    pub(crate) fn read(element: Element<'_>) -> der::Result<Self> {
        element.tag.assert_eq(Tag::Sequence)?;
        let mut fields = Fields::of(element.content)?;
        let hash = Hash::from_algorithm_identifier(fields.take(Tag::Sequence)?.tlv).ok();
        let id = Self {
            hash,
            issuer_name: fields.take(Tag::OctetString)?.content.to_vec(),
            issuer_key: fields.take(Tag::OctetString)?.content.to_vec(),
            serial: fields.take(Tag::Integer)?.content.to_vec(),
            der: element.tlv.to_vec(),
        };
        fields.finish()?;
        Ok(id)
    }

    /// Whether this names a certificate of `issuer`.
    pub(crate) fn is_by(&self, issuer: &Certificate) -> bool {
        self.hash.is_some_and(|hash| {
            let wanted = Self::by_serial(&self.serial, issuer, hash);
            (&wanted.issuer_name, &wanted.issuer_key) == (&self.issuer_name, &self.issuer_key)
        })
    }

    /// Whether this names `certificate`.
    pub(crate) fn is(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.serial == certificate.serial().as_bytes() && self.is_by(issuer)
    }
}
