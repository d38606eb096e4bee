//! Attribute `signingCertificateV2` (RFC 5035 §3, §4): binds the signer's certificate into the signature, so that no
//! other certificate for the same key, or with the same issuer and serial, can take its place.

use algo::Hash;
use x509::Certificate;

use super::{Problem, attributes, scheme};
use crate::algorithm::Algorithm;
use crate::asn1::{self, Element, Malformed, OCTET_STRING, SEQUENCE};
use crate::oid;

/// The attribute for `certificate`, hashed with `hash`.
pub(super) fn attribute(certificate: &Certificate, hash: Hash) -> Vec<u8> {
    let thumbprint = asn1::element(OCTET_STRING, &[certificate.thumbprint(hash).as_ref()]);
    // SHA-256 is the DEFAULT of ESSCertIDv2.hashAlgorithm and DER leaves defaults out; any other must be written.
    let algorithm = if hash == Hash::Sha256 { Vec::new() } else { hash.algorithm_identifier() };
    let id = asn1::element(SEQUENCE, &[&algorithm, &thumbprint]);
    let ids = asn1::element(SEQUENCE, &[&id]);
    attributes::attribute(oid::SIGNING_CERTIFICATE_V2, &asn1::element(SEQUENCE, &[&ids]))
}

/// Which certificate the attribute names: the first of its list is the signer's (RFC 5035 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedCertificate {
    hash: Hash,
    thumbprint: Vec<u8>,
}

impl NamedCertificate {
    /// Reads the attribute's value.
    pub(super) fn read(value: Element<'_>) -> Result<Self, Problem> {
        let (algorithm, thumbprint) =
            Self::split(value).map_err(|_| Problem::AttributeMalformed { attribute: oid::SIGNING_CERTIFICATE_V2 })?;
        let hash = algorithm.map_or(Ok(Hash::Sha256), |algorithm| scheme::read_digest(&algorithm))?;
        Ok(Self { hash, thumbprint: thumbprint.to_vec() })
    }

    fn split(value: Element<'_>) -> Result<(Option<Algorithm<'_>>, &[u8]), Malformed> {
        const FIELD: &str = "SigningCertificateV2";
        let mut ids = Element::only(value.der, SEQUENCE, FIELD)?.inside().take(SEQUENCE, FIELD)?.inside();
        let mut id = ids.take(SEQUENCE, FIELD)?.inside();
        let algorithm = id.optional(SEQUENCE, FIELD)?.map(|algorithm| Algorithm::read(algorithm, FIELD)).transpose()?;
        Ok((algorithm, id.take(OCTET_STRING, FIELD)?.value))
    }

    /// Whether this is the certificate named.
    pub(super) fn is(&self, certificate: &Certificate) -> bool {
        certificate.thumbprint(self.hash).as_ref() == self.thumbprint
    }
}
