//! The structures of RFC 7292 §4, and of RFC 5652 and RFC 8018 as far as they occur in it.

use const_oid::ObjectIdentifier;
use der::asn1::{Any, BmpString, OctetString, SetOfVec};
use der::{Sequence, ValueOrd};

/// `PFX` (RFC 7292 §4).
#[derive(Sequence)]
pub(super) struct Pfx {
    pub(super) version: u8,
    pub(super) auth_safe: ContentInfo,
    pub(super) mac_data: Option<MacData>,
}

/// `ContentInfo` (RFC 5652 §3).
#[derive(Sequence)]
pub(super) struct ContentInfo {
    pub(super) content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) content: Any,
}

/// `MacData` (RFC 7292 §4).
#[derive(Sequence)]
pub(super) struct MacData {
    pub(super) mac: DigestInfo,
    pub(super) salt: OctetString,
    #[asn1(default = "one")]
    pub(super) iterations: u32,
}

fn one() -> u32 {
    1
}

/// `DigestInfo` (RFC 8017 §9.2).
#[derive(Sequence)]
pub(super) struct DigestInfo {
    pub(super) algorithm: AlgorithmIdentifier,
    pub(super) digest: OctetString,
}

/// `AlgorithmIdentifier` (RFC 5280 §4.1.1.2).
#[derive(Sequence)]
pub(super) struct AlgorithmIdentifier {
    pub(super) oid: ObjectIdentifier,
    pub(super) parameters: Option<Any>,
}

/// `EncryptedData` (RFC 5652 §8).
#[derive(Sequence)]
pub(super) struct EncryptedData {
    pub(super) version: u8,
    pub(super) content: EncryptedContentInfo,
}

/// `EncryptedContentInfo` (RFC 5652 §6.1).
#[derive(Sequence)]
pub(super) struct EncryptedContentInfo {
    pub(super) content_type: ObjectIdentifier,
    pub(super) algorithm: AlgorithmIdentifier,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) content: Option<OctetString>,
}

/// `SafeBag` (RFC 7292 §4.2).
#[derive(Sequence)]
pub(super) struct SafeBag {
    pub(super) id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) value: Any,
    pub(super) attributes: Option<SetOfVec<Attribute>>,
}

impl SafeBag {
    /// The name it was exported under (RFC 2985 §5.5.1).
    pub(super) fn friendly_name(&self) -> Option<String> {
        let named = |attribute: &&Attribute| attribute.id == oid::FRIENDLY_NAME;
        let value = self.attributes.as_ref()?.iter().find(named)?.values.get(0)?;
        value.decode_as::<BmpString>().ok().map(|name| name.chars().collect())
    }
}

/// `Attribute` (RFC 5652 §5.3).
#[derive(Sequence, ValueOrd)]
pub(super) struct Attribute {
    pub(super) id: ObjectIdentifier,
    pub(super) values: SetOfVec<Any>,
}

/// `CertBag` (RFC 7292 §4.2.3).
#[derive(Sequence)]
pub(super) struct CertBag {
    pub(super) id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) value: Any,
}

/// `EncryptedPrivateKeyInfo` (RFC 5208 §6).
#[derive(Sequence)]
pub(super) struct EncryptedPrivateKeyInfo {
    pub(super) algorithm: AlgorithmIdentifier,
    pub(super) encrypted: OctetString,
}

/// `pkcs-12PbeParams` (RFC 7292 appendix C).
#[derive(Sequence)]
pub(super) struct PbeParameters {
    pub(super) salt: OctetString,
    pub(super) iterations: u32,
}

/// `PBES2-params` (RFC 8018 §A.4).
#[derive(Sequence)]
pub(super) struct Pbes2Parameters {
    pub(super) key_derivation: AlgorithmIdentifier,
    pub(super) encryption: AlgorithmIdentifier,
}

/// `PBKDF2-params` (RFC 8018 §A.2).
#[derive(Sequence)]
pub(super) struct Pbkdf2Parameters {
    pub(super) salt: OctetString,
    pub(super) iterations: u32,
    pub(super) key_len: Option<u16>,
    pub(super) prf: Option<AlgorithmIdentifier>,
}

/// Object identifiers.
pub(super) mod oid {
    use const_oid::ObjectIdentifier;

    const fn oid(text: &str) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(text)
    }

    pub(in super::super) const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
    pub(in super::super) const ENCRYPTED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.6");
    pub(in super::super) const FRIENDLY_NAME: ObjectIdentifier = oid("1.2.840.113549.1.9.20");
    pub(in super::super) const X509_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.22.1");

    pub(in super::super) const KEY_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.1");
    pub(in super::super) const SHROUDED_KEY_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.2");
    pub(in super::super) const CERT_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.3");
    pub(in super::super) const SAFE_CONTENTS_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.6");

    pub(in super::super) const SHA1_3DES_3KEY: ObjectIdentifier = oid("1.2.840.113549.1.12.1.3");
    pub(in super::super) const SHA1_RC2_128: ObjectIdentifier = oid("1.2.840.113549.1.12.1.5");
    pub(in super::super) const SHA1_RC2_40: ObjectIdentifier = oid("1.2.840.113549.1.12.1.6");

    pub(in super::super) const PBES2: ObjectIdentifier = oid("1.2.840.113549.1.5.13");
    pub(in super::super) const PBKDF2: ObjectIdentifier = oid("1.2.840.113549.1.5.12");
    pub(in super::super) const HMAC_SHA1: ObjectIdentifier = oid("1.2.840.113549.2.7");
    pub(in super::super) const HMAC_SHA256: ObjectIdentifier = oid("1.2.840.113549.2.9");
    pub(in super::super) const HMAC_SHA384: ObjectIdentifier = oid("1.2.840.113549.2.10");
    pub(in super::super) const HMAC_SHA512: ObjectIdentifier = oid("1.2.840.113549.2.11");
    pub(in super::super) const HMAC_SM3: ObjectIdentifier = oid("1.2.156.10197.1.401.2");
    pub(in super::super) const DES_EDE3_CBC: ObjectIdentifier = oid("1.2.840.113549.3.7");
}
