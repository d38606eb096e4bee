//! One attribute of a name: its type and its string in whatever ASN.1 string type the authority chose.

use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode, Encode, Reader, Tag, Tagged};

use crate::raw::whole;

/// AttributeTypeAndValue (RFC 5280 §4.1.2.4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribute {
    oid: ObjectIdentifier,
    tag: Tag,
    content: Box<[u8]>,
}

impl Attribute {
    /// The attribute's type.
    #[must_use]
    pub fn oid(&self) -> ObjectIdentifier {
        self.oid
    }

    /// The value as text; `None` when it is no string or not decodable.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        text_of(self.tag, &self.content)
    }

    pub(crate) fn new(oid: ObjectIdentifier, tag: Tag, content: &[u8]) -> Self {
        Self { oid, tag, content: content.into() }
    }

    pub(crate) fn from_der(der: &[u8]) -> der::Result<Self> {
        whole(der, |reader| {
            reader.sequence(|inner| {
                let oid = ObjectIdentifier::decode(inner)?;
                let value = AnyRef::decode(inner)?;
                Ok(Self::new(oid, value.tag(), value.value()))
            })
        })
    }

    /// The value with its tag and length.
    pub(crate) fn value_der(&self) -> Vec<u8> {
        AnyRef::new(self.tag, &self.content)
            .and_then(|value| value.to_der())
            .expect("a value that was read or made within the length limits of DER can be written")
    }
}

/// Text of an ASN.1 string. Unknown bytes are never guessed at; only T61String has a rule of its own.
pub(crate) fn text_of(tag: Tag, content: &[u8]) -> Option<String> {
    match tag {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => {
            String::from_utf8(content.to_vec()).ok()
        }
        Tag::BmpString => bmp(content),
        // T.61 proper is used by nobody: the bytes are UTF-8 (some Chinese authorities) or Latin-1 (everyone else).
        Tag::TeletexString => Some(match std::str::from_utf8(content) {
            Ok(text) => text.to_owned(),
            Err(_) => content.iter().map(|octet| char::from(*octet)).collect(),
        }),
        _ => None,
    }
}

/// BMPString is UCS-2; pairs of surrogates occur nevertheless, for rare Han characters, and are read as UTF-16.
fn bmp(content: &[u8]) -> Option<String> {
    let (units, []) = content.as_chunks::<2>() else { return None };
    char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit))).collect::<Result<_, _>>().ok()
}

/// An attribute in the form in which names are compared (RFC 5280 §7.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Comparable {
    /// Strings: case folded, outer spaces dropped, runs of inner spaces made one.
    Text(ObjectIdentifier, String),
    /// Everything else: the bytes.
    Bytes(ObjectIdentifier, Box<[u8]>),
}

/// A relative distinguished name is a set: order makes no difference.
pub(super) fn comparable_set(rdn: &[Attribute]) -> Vec<Comparable> {
    let mut set: Vec<_> = rdn.iter().map(comparable).collect();
    set.sort();
    set
}

fn comparable(attribute: &Attribute) -> Comparable {
    match attribute.text() {
        Some(text) => {
            let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
            Comparable::Text(attribute.oid, words.join(" "))
        }
        None => Comparable::Bytes(attribute.oid, attribute.value_der().into()),
    }
}
