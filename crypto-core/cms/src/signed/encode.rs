//! The DER of SignedData (RFC 5652 §5.1; GB/T 35275 §8).

use super::build::Unsigned;
use super::scheme;
use crate::asn1::{self, OCTET_STRING, SEQUENCE, SET, constructed};
use crate::certificate_id;
use crate::content_info::content_info;

/// SignerInfo with issuerAndSerialNumber is version 1; so is SignedData over plain data (RFC 5652 §5.1).
const PLAIN_DATA_VERSION: u8 = 1;
const OTHER_CONTENT_VERSION: u8 = 3;
const ISSUER_AND_SERIAL_VERSION: u8 = 1;

/// The whole message.
pub(super) fn signed_data(unsigned: &Unsigned, signature: &[u8]) -> Vec<u8> {
    let plain = unsigned.content_type == unsigned.family.data();
    let fields = asn1::element(
        SEQUENCE,
        &[
            &asn1::small(if plain { PLAIN_DATA_VERSION } else { OTHER_CONTENT_VERSION }),
            &asn1::element(SET, &[&unsigned.scheme.hash().algorithm_identifier()]),
            &encapsulated_content(unsigned),
            &asn1::set_of(constructed(0), unsigned.certificates.clone()),
            &asn1::element(SET, &[&signer_info(unsigned, signature)]),
        ],
    );
    content_info(unsigned.family.signed_data(), &fields)
}

fn encapsulated_content(unsigned: &Unsigned) -> Vec<u8> {
    let content = match &unsigned.content {
        Some(bytes) => asn1::element(constructed(0), &[&asn1::element(OCTET_STRING, &[bytes])]),
        None => Vec::new(),
    };
    asn1::element(SEQUENCE, &[&asn1::oid(unsigned.content_type), &content])
}

fn signer_info(unsigned: &Unsigned, signature: &[u8]) -> Vec<u8> {
    asn1::element(
        SEQUENCE,
        &[
            &asn1::small(ISSUER_AND_SERIAL_VERSION),
            &certificate_id::issuer_and_serial(&unsigned.certificate),
            &unsigned.scheme.hash().algorithm_identifier(),
            &asn1::retag(&unsigned.attributes, constructed(0)),
            &unsigned.scheme.algorithm_identifier(scheme::form(unsigned.family)),
            &asn1::element(OCTET_STRING, &[signature]),
        ],
    )
}
