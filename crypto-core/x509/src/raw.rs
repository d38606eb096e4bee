//! Slices of a signed structure exactly as they were received.
//!
//! Certificates and requests share one outer form (RFC 5280 §4.1.1, RFC 2986 §4.2). What is signed is never encoded
//! again before it is verified: an encoder that normalises one byte would make a good signature look bad, or worse.

use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, ErrorKind, Header, Reader, SliceReader, Tag, TagNumber};

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

/// The elements inside a constructed value, taken from front to back.
#[derive(Clone)]
pub(crate) struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    /// The elements of `content`, which has no header of its own.
    pub(crate) fn of(content: &'a [u8]) -> der::Result<Self> {
        Ok(Self(SliceReader::new(content)?))
    }

    /// The elements of the one value `tlv`, which must have this tag.
    pub(crate) fn inside(tlv: &'a [u8], tag: Tag) -> der::Result<Self> {
        let mut fields = Self::of(tlv)?;
        let content = fields.take(tag)?.content;
        fields.finish()?;
        Self::of(content)
    }

    /// Takes the next element, whatever it is.
    pub(crate) fn any(&mut self) -> der::Result<Element<'a>> {
        Element::read(&mut self.0)
    }

    /// Takes the next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: Tag) -> der::Result<Element<'a>> {
        let element = self.any()?;
        element.tag.assert_eq(tag)?;
        Ok(element)
    }

    /// Takes the next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: Tag) -> der::Result<Option<Element<'a>>> {
        if self.0.is_finished() || Header::peek(&self.0)?.tag() != tag { Ok(None) } else { self.any().map(Some) }
    }

    /// Whether nothing is left.
    pub(crate) fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> der::Result<()> {
        self.0.finish()
    }
}

/// `[number]` over a constructed value.
pub(crate) const fn constructed(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// `[number]` over a primitive value.
pub(crate) const fn primitive(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: false, number: TagNumber(number) }
}

/// DER of one value from its parts.
pub(crate) fn joined(tag: Tag, parts: &[&[u8]]) -> Vec<u8> {
    const SHORT: &str = "what is put together here is far shorter than DER lengths allow";
    let content = parts.concat();
    AnyRef::new(tag, &content).and_then(|value| value.to_der()).expect(SHORT)
}
