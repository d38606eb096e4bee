//! Slices of a signed structure exactly as they were received.
//!
//! Certificates and requests share one outer form (RFC 5280 §4.1.1, RFC 2986 §4.2). What is signed is never encoded
//! again before it is verified: an encoder that normalises one byte would make a good signature look bad, or worse.

use der::asn1::BitStringRef;
use der::{Decode, ErrorKind, Header, Reader, SliceReader, Tag};

/// `SEQUENCE { toBeSigned, signatureAlgorithm, signature BIT STRING }`, each part with its tag and length.
pub(crate) struct Signed<'a> {
    pub(crate) to_be_signed: &'a [u8],
    pub(crate) algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(crate) fn parse(der: &'a [u8]) -> der::Result<Self> {
        whole(der, |reader| {
            reader.sequence(|inner| {
                let to_be_signed = inner.tlv_bytes()?;
                let algorithm = inner.tlv_bytes()?;
                let signature = octets_of_bits(BitStringRef::decode(inner)?)?;
                Ok(Self { to_be_signed, algorithm, signature })
            })
        })
    }
}

/// Parses all of `bytes`: what follows the value is an error.
pub(crate) fn whole<'a, T>(
    bytes: &'a [u8],
    parse: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<T> {
    let mut reader = SliceReader::new(bytes)?;
    let value = parse(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Calls `each` with every element (tag, content, whole TLV) of the constructed value `tlv`.
pub(crate) fn for_each_element<'a>(
    tlv: &'a [u8],
    tag: Tag,
    mut each: impl FnMut(Element<'a>) -> der::Result<()>,
) -> der::Result<()> {
    whole(tlv, |reader| {
        let header = Header::decode(reader)?;
        header.tag().assert_eq(tag)?;
        if header.length() != reader.remaining_len() {
            return Err(tag.length_error().into());
        }
        while !reader.is_finished() {
            each(Element::read(reader)?)?;
        }
        Ok(())
    })
}

/// One TLV of a constructed value.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    pub(crate) content: &'a [u8],
    pub(crate) tlv: &'a [u8],
}

impl<'a> Element<'a> {
    pub(crate) fn read(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        let header = Header::peek(reader)?;
        let tlv = reader.tlv_bytes()?;
        let content = &tlv[tlv.len() - usize::try_from(header.length())?..];
        Ok(Self { tag: header.tag(), content, tlv })
    }
}

/// The octets of a BIT STRING that must hold whole octets (signatures, public keys).
pub(crate) fn octets_of_bits(bits: BitStringRef<'_>) -> der::Result<&[u8]> {
    bits.as_bytes().ok_or_else(|| ErrorKind::Value { tag: Tag::BitString }.into())
}

/// The content of `subjectPublicKey` in a SubjectPublicKeyInfo, over which key identifiers are computed
/// (RFC 5280 §4.2.1.2).
pub(crate) fn public_key_bits(spki: &[u8]) -> der::Result<&[u8]> {
    whole(spki, |reader| {
        reader.sequence(|inner| {
            inner.tlv_bytes()?;
            octets_of_bits(BitStringRef::decode(inner)?)
        })
    })
}
