//! How a message names a certificate: issuer and serial number, or subject key identifier (RFC 5652 §5.3, §6.2.1).

use x509::Certificate;

use crate::asn1::{self, Element, Elements, INTEGER, Malformed, SEQUENCE, primitive};

/// The certificate of a signer or recipient, as a message names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CertificateId {
    /// By issuer and serial number.
    IssuerAndSerial {
        /// DER of the issuer's Name.
        issuer: Vec<u8>,
        /// Content octets of the INTEGER.
        serial: Vec<u8>,
    },
    /// By the certificate's subject key identifier.
    SubjectKeyId(Vec<u8>),
}

impl CertificateId {
    /// Whether this names `certificate`.
    #[must_use]
    pub fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial { issuer, serial } => {
                certificate.issuer().der() == issuer && certificate.serial().as_bytes() == serial
            }
            Self::SubjectKeyId(id) => certificate.subject_key_id() == Some(id.as_slice()),
        }
    }

    /// Takes the choice from the fields of a SignerInfo or recipient; `key_id_tag` is the tag of the second form.
    pub(crate) fn take(fields: &mut Elements<'_>, key_id_tag: u8, field: &'static str) -> Result<Self, Malformed> {
        match fields.optional(SEQUENCE, field)? {
            Some(names) => Self::read_issuer_and_serial(names, field),
            None if key_id_tag == primitive(0) => {
                Ok(Self::SubjectKeyId(fields.take(key_id_tag, field)?.value.to_vec()))
            }
            None => {
                // RecipientKeyIdentifier: the identifier, then optional date and attribute that nobody writes.
                let key_id = fields.take(key_id_tag, field)?.inside().take(asn1::OCTET_STRING, field)?;
                Ok(Self::SubjectKeyId(key_id.value.to_vec()))
            }
        }
    }

    fn read_issuer_and_serial(names: Element<'_>, field: &'static str) -> Result<Self, Malformed> {
        let mut names_fields = names.inside();
        let issuer = names_fields.take(SEQUENCE, field)?.der.to_vec();
        let serial = names_fields.take(INTEGER, field)?.value.to_vec();
        names_fields.finish(field)?;
        Ok(Self::IssuerAndSerial { issuer, serial })
    }
}

/// The DER of a certificate's IssuerAndSerialNumber.
pub(crate) fn issuer_and_serial(certificate: &Certificate) -> Vec<u8> {
    let serial = asn1::element(INTEGER, &[certificate.serial().as_bytes()]);
    asn1::element(SEQUENCE, &[certificate.issuer().der(), &serial])
}
