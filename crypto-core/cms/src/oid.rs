//! Object identifiers of CMS structures and attributes; those of algorithms stand in `algo::oid`.

use const_oid::ObjectIdentifier;

const fn new(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// `id-data` of RFC 5652 §4.
pub const DATA: ObjectIdentifier = new("1.2.840.113549.1.7.1");
/// `id-signedData` of RFC 5652 §5.1.
pub const SIGNED_DATA: ObjectIdentifier = new("1.2.840.113549.1.7.2");
/// `id-envelopedData` of RFC 5652 §6.1.
pub const ENVELOPED_DATA: ObjectIdentifier = new("1.2.840.113549.1.7.3");

/// `data` of GB/T 35275 (GM/T 0010).
pub const GM_DATA: ObjectIdentifier = new("1.2.156.10197.6.1.4.2.1");
/// `signedData` of GB/T 35275.
pub const GM_SIGNED_DATA: ObjectIdentifier = new("1.2.156.10197.6.1.4.2.2");
/// `envelopedData` of GB/T 35275.
pub const GM_ENVELOPED_DATA: ObjectIdentifier = new("1.2.156.10197.6.1.4.2.3");

/// Signed attribute `contentType`, RFC 5652 §11.1.
pub const CONTENT_TYPE: ObjectIdentifier = new("1.2.840.113549.1.9.3");
/// Signed attribute `messageDigest`, RFC 5652 §11.2.
pub const MESSAGE_DIGEST: ObjectIdentifier = new("1.2.840.113549.1.9.4");
/// Signed attribute `signingTime`, RFC 5652 §11.3.
pub const SIGNING_TIME: ObjectIdentifier = new("1.2.840.113549.1.9.5");
/// Signed attribute `signingCertificateV2`, RFC 5035 §3.
pub const SIGNING_CERTIFICATE_V2: ObjectIdentifier = new("1.2.840.113549.1.9.16.2.47");
/// Unsigned attribute `signatureTimeStampToken`, RFC 3161 appendix A.
pub const SIGNATURE_TIME_STAMP: ObjectIdentifier = new("1.2.840.113549.1.9.16.2.14");
/// Content type `id-ct-TSTInfo`, RFC 3161 §2.4.2.
pub const TST_INFO: ObjectIdentifier = new("1.2.840.113549.1.9.16.1.4");
/// Format `id-ri-ocsp-response` of OtherRevocationInfoFormat, RFC 5940 §2.1.
pub const OCSP_RESPONSE: ObjectIdentifier = new("1.3.6.1.5.5.7.16.2");
