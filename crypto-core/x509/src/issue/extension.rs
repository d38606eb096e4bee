//! Extensions to be written (RFC 5280 §4.2).

use algo::{Hash, PublicKey};
use const_oid::ObjectIdentifier;
use der::asn1::{OctetString, OctetStringRef, PrintableStringRef};
use der::{Encode, Sequence, Tag};
use rfc5280::ext::Extension;
use rfc5280::ext::pkix::BasicConstraints;

use crate::key_usage::KeyUsage;
use crate::oid::{extension, status, unit};
use crate::raw::{constructed, joined, primitive, public_key_bits};
use crate::uscc::Uscc;

/// One extension of a certificate or request that is being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExtension {
    /// Type.
    pub oid: ObjectIdentifier,
    /// Whether a reader that does not know it must refuse the certificate.
    pub critical: bool,
    /// Content of the OCTET STRING, in DER.
    pub value: Vec<u8>,
}

impl NewExtension {
    /// basicConstraints (§4.2.1.9), critical.
    #[must_use]
    pub fn basic_constraints(ca: bool, path_len: Option<u8>) -> Self {
        let value = encoded(&BasicConstraints { ca, path_len_constraint: path_len });
        Self { oid: extension::BASIC_CONSTRAINTS, critical: true, value }
    }

    /// keyUsage (§4.2.1.3), critical.
    #[must_use]
    pub fn key_usage(usage: KeyUsage) -> Self {
        Self { oid: extension::KEY_USAGE, critical: true, value: usage.to_der() }
    }

    /// extKeyUsage (§4.2.1.12).
    #[must_use]
    pub fn purposes(purposes: &[ObjectIdentifier], critical: bool) -> Self {
        Self { oid: extension::EXTENDED_KEY_USAGE, critical, value: encoded(&purposes.to_vec()) }
    }

    /// subjectKeyIdentifier (§4.2.1.2) from the key.
    #[must_use]
    pub fn subject_key_id(key: &PublicKey) -> Self {
        Self { oid: extension::SUBJECT_KEY_ID, critical: false, value: encoded(&octets(&key_id(key))) }
    }

    /// authorityKeyIdentifier (§4.2.1.1): the issuer's subjectKeyIdentifier.
    #[must_use]
    pub fn authority_key_id(key_id: &[u8]) -> Self {
        let value = encoded(&AuthorityKeyId { key_id: octets(key_id) });
        Self { oid: extension::AUTHORITY_KEY_ID, critical: false, value }
    }

    /// cRLDistributionPoints (§4.2.1.13): one point with one address.
    #[must_use]
    pub fn crl_address(address: &str) -> Self {
        let name = joined(constructed(0), &[&joined(constructed(0), &[&uri(address)])]);
        let value = joined(Tag::Sequence, &[&joined(Tag::Sequence, &[&name])]);
        Self { oid: extension::CRL_DISTRIBUTION_POINTS, critical: false, value }
    }

    /// authorityInfoAccess (§4.2.2.1): the address of an OCSP responder.
    #[must_use]
    pub fn ocsp_address(address: &str) -> Self {
        let description = joined(Tag::Sequence, &[&encoded(&status::ACCESS_OCSP), &uri(address)]);
        let value = joined(Tag::Sequence, &[&description]);
        Self { oid: extension::AUTHORITY_INFO_ACCESS, critical: false, value }
    }

    /// id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1): the status of this responder is not to be asked.
    #[must_use]
    pub fn ocsp_no_check() -> Self {
        Self { oid: extension::OCSP_NO_CHECK, critical: false, value: encoded(&der::asn1::Null) }
    }

    /// The credit code as 1.2.156.10260.4.1.4 (GB/T 20518).
    #[must_use]
    pub fn organisation_code(uscc: &Uscc) -> Self {
        Self { oid: unit::ORGANISATION_CODE, critical: false, value: encoded(&printable(uscc)) }
    }

    pub(crate) fn encoded(&self) -> der::Result<Extension> {
        let extn_value = OctetString::new(self.value.as_slice())?;
        Ok(Extension { extn_id: self.oid, critical: self.critical, extn_value })
    }
}

/// uniformResourceIdentifier of GeneralName.
fn uri(address: &str) -> Vec<u8> {
    joined(primitive(6), &[address.as_bytes()])
}

#[derive(Sequence)]
struct AuthorityKeyId<'a> {
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    key_id: &'a OctetStringRef,
}

fn octets(bytes: &[u8]) -> &OctetStringRef {
    OctetStringRef::new(bytes).expect("key identifiers are far below the longest octet string")
}

fn printable(uscc: &Uscc) -> PrintableStringRef<'_> {
    PrintableStringRef::new(uscc.as_str()).expect("a credit code is digits and capital letters")
}

fn encoded(value: &impl Encode) -> Vec<u8> {
    value.to_der().expect("a value of some bytes and known shape can be encoded")
}

/// Key identifier: the leftmost 160 bits of SHA-256 over the key bits (RFC 7093 §2, method 1; no SHA-1 anywhere).
#[must_use]
pub fn key_id(key: &PublicKey) -> Vec<u8> {
    let bits = public_key_bits(key.spki()).unwrap_or(key.spki());
    Hash::Sha256.digest(bits).as_ref()[..20].to_vec()
}
