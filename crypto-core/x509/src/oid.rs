//! Object identifiers of names, extensions and unit numbers.

use const_oid::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// Attribute types of a distinguished name (X.520, RFC 4519).
pub mod attribute {
    use super::{ObjectIdentifier, oid};

    /// commonName.
    pub const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
    /// surname.
    pub const SURNAME: ObjectIdentifier = oid("2.5.4.4");
    /// serialNumber: "the serial numbers of devices" (RFC 4519 §2.31). Certification authorities put the number of
    /// the key (设备号) here, some put the credit code of the unit.
    pub const SERIAL_NUMBER: ObjectIdentifier = oid("2.5.4.5");
    /// countryName.
    pub const COUNTRY: ObjectIdentifier = oid("2.5.4.6");
    /// localityName.
    pub const LOCALITY: ObjectIdentifier = oid("2.5.4.7");
    /// stateOrProvinceName.
    pub const STATE: ObjectIdentifier = oid("2.5.4.8");
    /// streetAddress.
    pub const STREET: ObjectIdentifier = oid("2.5.4.9");
    /// organizationName.
    pub const ORGANISATION: ObjectIdentifier = oid("2.5.4.10");
    /// organizationalUnitName.
    pub const ORGANISATIONAL_UNIT: ObjectIdentifier = oid("2.5.4.11");
    /// title.
    pub const TITLE: ObjectIdentifier = oid("2.5.4.12");
    /// givenName.
    pub const GIVEN_NAME: ObjectIdentifier = oid("2.5.4.42");
    /// organizationIdentifier (X.520, used as in ETSI EN 319 412-1 §5.1.4).
    pub const ORGANISATION_IDENTIFIER: ObjectIdentifier = oid("2.5.4.97");
    /// userId.
    pub const USER_ID: ObjectIdentifier = oid("0.9.2342.19200300.100.1.1");
    /// domainComponent.
    pub const DOMAIN_COMPONENT: ObjectIdentifier = oid("0.9.2342.19200300.100.1.25");
    /// emailAddress (PKCS #9).
    pub const EMAIL: ObjectIdentifier = oid("1.2.840.113549.1.9.1");
}

/// Numbers of a unit or person as certificate extensions (GB/T 20518), asked for by portals through `ByOid` calls.
pub mod unit {
    use super::{ObjectIdentifier, oid};

    /// Number of a person's identity document.
    pub const IDENTITY_CODE: ObjectIdentifier = oid("1.2.156.10260.4.1.1");
    /// Social insurance number.
    pub const INSURANCE_NUMBER: ObjectIdentifier = oid("1.2.156.10260.4.1.2");
    /// Business registration number.
    pub const REGISTRATION_NUMBER: ObjectIdentifier = oid("1.2.156.10260.4.1.3");
    /// Organisation code, nowadays the unified social credit code.
    pub const ORGANISATION_CODE: ObjectIdentifier = oid("1.2.156.10260.4.1.4");
    /// Tax number.
    pub const TAX_NUMBER: ObjectIdentifier = oid("1.2.156.10260.4.1.5");
}

/// Certificate extensions (RFC 5280 §4.2).
pub mod extension {
    use super::{ObjectIdentifier, oid};

    /// subjectKeyIdentifier.
    pub const SUBJECT_KEY_ID: ObjectIdentifier = oid("2.5.29.14");
    /// keyUsage.
    pub const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
    /// subjectAltName.
    pub const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
    /// issuerAltName.
    pub const ISSUER_ALT_NAME: ObjectIdentifier = oid("2.5.29.18");
    /// basicConstraints.
    pub const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
    /// nameConstraints.
    pub const NAME_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.30");
    /// cRLDistributionPoints.
    pub const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = oid("2.5.29.31");
    /// certificatePolicies.
    pub const CERTIFICATE_POLICIES: ObjectIdentifier = oid("2.5.29.32");
    /// authorityKeyIdentifier.
    pub const AUTHORITY_KEY_ID: ObjectIdentifier = oid("2.5.29.35");
    /// extKeyUsage.
    pub const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");
    /// authorityInfoAccess.
    pub const AUTHORITY_INFO_ACCESS: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.1");
    /// id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1).
    pub const OCSP_NO_CHECK: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.5");
}

/// Extensions of CRLs and OCSP messages (RFC 5280 §5.2 and §5.3, RFC 6960 §4.4).
pub(crate) mod status {
    use super::{ObjectIdentifier, oid};

    /// cRLNumber.
    pub(crate) const CRL_NUMBER: ObjectIdentifier = oid("2.5.29.20");
    /// reasonCode of an entry.
    pub(crate) const REASON: ObjectIdentifier = oid("2.5.29.21");
    /// invalidityDate of an entry.
    pub(crate) const INVALIDITY_DATE: ObjectIdentifier = oid("2.5.29.24");
    /// deltaCRLIndicator.
    pub(crate) const DELTA_CRL: ObjectIdentifier = oid("2.5.29.27");
    /// issuingDistributionPoint.
    pub(crate) const ISSUING_POINT: ObjectIdentifier = oid("2.5.29.28");
    /// certificateIssuer of an entry: the list is indirect.
    pub(crate) const CERTIFICATE_ISSUER: ObjectIdentifier = oid("2.5.29.29");
    /// expiredCertsOnCRL (X.509 §9.5.2.8): since when expired certificates are kept.
    pub(crate) const EXPIRED_KEPT: ObjectIdentifier = oid("2.5.29.60");
    /// id-pkix-ocsp-basic.
    pub(crate) const OCSP_BASIC: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.1");
    /// id-pkix-ocsp-nonce.
    pub(crate) const OCSP_NONCE: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.2");
    /// id-pkix-ocsp-archive-cutoff: since when expired certificates are kept.
    pub(crate) const ARCHIVE_CUTOFF: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.6");
    /// id-ad-ocsp, an accessMethod of authorityInfoAccess.
    pub(crate) const ACCESS_OCSP: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1");
}

/// Purposes of extKeyUsage (RFC 5280 §4.2.1.12).
pub mod purpose {
    use super::{ObjectIdentifier, oid};

    /// id-kp-serverAuth: the end of a TLS connection that is called.
    pub const SERVER_AUTH: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.1");
    /// id-kp-clientAuth: login tokens of the Web eID form want it.
    pub const CLIENT_AUTH: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.2");
    /// id-kp-emailProtection.
    pub const EMAIL_PROTECTION: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.4");
    /// id-kp-OCSPSigning: answers for the authority that issued the certificate (RFC 6960 §4.2.2.2).
    pub const OCSP_SIGNING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.9");
    /// id-kp-timeStamping.
    pub const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");
}

/// Attribute extensionRequest of a certification request (RFC 2985 §5.4.2).
pub(crate) const EXTENSION_REQUEST: ObjectIdentifier = oid("1.2.840.113549.1.9.14");
