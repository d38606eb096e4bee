//! ContentInfo (RFC 5652 §3): the outermost structure, which tells what a message is.

use std::borrow::Cow;

use const_oid::ObjectIdentifier;

use crate::asn1::{self, Element, Malformed, OID, SEQUENCE, constructed};
use crate::{Family, ber};

/// Why bytes are not the message that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The bytes are not a ContentInfo (RFC 5652 §3) in BER or DER, or something follows it.
    #[error("not a CMS message")]
    NotCms,
    /// A CMS message, but of another kind.
    #[error("a CMS message of another kind: {content_type}")]
    OtherKind {
        /// What it is.
        content_type: ObjectIdentifier,
    },
    /// A field of the message cannot be read.
    #[error("{field} is malformed")]
    Malformed {
        /// The field's name in the standard.
        field: &'static str,
    },
}

impl From<Malformed> for ParseError {
    fn from(Malformed { field }: Malformed) -> Self {
        Self::Malformed { field }
    }
}

/// The bytes of a message that may have come as text: PEM under any of the labels in use (RFC 7468 §8, §9).
///
/// # Errors
/// [`ParseError::NotCms`] if it is PEM, but of something else or broken.
pub fn from_pem_or_binary(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ParseError> {
    if !bytes.starts_with(b"-----BEGIN ") {
        return Ok(Cow::Borrowed(bytes));
    }
    match der::pem::decode_vec(bytes) {
        Ok(("CMS" | "PKCS7" | "PKCS #7 SIGNED DATA", message)) => Ok(Cow::Owned(message)),
        _ => Err(ParseError::NotCms),
    }
}

/// Wraps the content of a message in a ContentInfo.
pub(crate) fn content_info(content_type: ObjectIdentifier, content: &[u8]) -> Vec<u8> {
    let content = asn1::element(constructed(0), &[content]);
    asn1::element(SEQUENCE, &[&asn1::oid(content_type), &content])
}

/// Reads a message in DER, or in BER after making it DER: `read` gets the SEQUENCE inside the ContentInfo.
pub(crate) fn parse<T>(
    bytes: &[u8],
    kind: fn(Family) -> ObjectIdentifier,
    read: impl Fn(Family, Element<'_>) -> Result<T, Malformed>,
) -> Result<T, ParseError> {
    let strict = parse_der(bytes, kind, &read);
    if strict.is_ok() {
        return strict;
    }
    match ber::to_der(bytes) {
        Some(der) if der != bytes => parse_der(&der, kind, &read),
        _ => strict,
    }
}

fn parse_der<T>(
    der: &[u8],
    kind: fn(Family) -> ObjectIdentifier,
    read: impl Fn(Family, Element<'_>) -> Result<T, Malformed>,
) -> Result<T, ParseError> {
    let (content_type, content) = split_content_info(der).map_err(|_| ParseError::NotCms)?;
    let family = [Family::Rfc5652, Family::Gm].into_iter().find(|family| kind(*family) == content_type);
    Ok(read(family.ok_or(ParseError::OtherKind { content_type })?, content)?)
}

fn split_content_info(der: &[u8]) -> Result<(ObjectIdentifier, Element<'_>), Malformed> {
    const FIELD: &str = "ContentInfo";
    let mut fields = Element::only(der, SEQUENCE, FIELD)?.inside();
    let content_type = fields.take(OID, FIELD)?.oid(FIELD)?;
    let content = fields.take(constructed(0), FIELD)?;
    fields.finish(FIELD)?;
    Ok((content_type, Element::only(content.value, SEQUENCE, FIELD)?))
}
