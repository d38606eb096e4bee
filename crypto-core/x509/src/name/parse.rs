//! Reading names that a person typed (RFC 4514 §3).

use const_oid::ObjectIdentifier;
use der::asn1::{Any, SetOfVec};
use der::{Decode, Encode, Sequence, Tag, Tagged, ValueOrd};
use thiserror::Error;

use super::display::deceives;
use super::short_name::{ShortName, by_name, by_oid};
use super::{Attribute, Name};

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing was given.
    #[error("the name is empty")]
    Empty,
    /// A part has no `=`.
    #[error("`{part}` is not of the form TYPE=value")]
    NoEquals {
        /// The part as typed.
        part: String,
    },
    /// The type is neither a known short name nor a dotted number.
    #[error("`{name}` is not an attribute type such as CN, O, OU, C, ST or L")]
    UnknownType {
        /// The type as typed.
        name: String,
    },
    /// A backslash is followed by neither a special character nor two hexadecimal digits, or a quote is not closed.
    #[error("bad escape or quote in `{part}`")]
    Escape {
        /// The part as typed.
        part: String,
    },
    /// The value has no characters.
    #[error("{name} is empty")]
    EmptyValue {
        /// The attribute's short name.
        name: &'static str,
    },
    /// The value is longer than RFC 5280 allows.
    #[error("{name} has more than {longest} characters")]
    TooLong {
        /// The attribute's short name.
        name: &'static str,
        /// Characters allowed.
        longest: usize,
    },
    /// The value holds characters that its string type cannot, or invisible ones.
    #[error("{name} holds the character {character:?}, which is not allowed there")]
    Character {
        /// The attribute's short name.
        name: &'static str,
        /// The first offending character.
        character: char,
    },
    /// A full-width `，` or `＝` was typed where `,` or `=` is meant (全角标点).
    #[error("full-width `{separator}` instead of `{meant}` (请用半角标点)")]
    FullWidth {
        /// The character typed.
        separator: char,
        /// The character meant.
        meant: char,
    },
    /// A value in `#…` form is not hexadecimal DER.
    #[error("`{part}` is not hexadecimal DER")]
    Hex {
        /// The part as typed.
        part: String,
    },
}

impl Name {
    /// Reads a name as RFC 4514 writes it: the most specific part first, `CN=张三,O=某某公司,C=CN`. Spaces around
    /// separators and values in double quotes (RFC 2253 §4) are accepted.
    ///
    /// # Errors
    /// [`NameError`] says which part is wrong and why.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.trim().is_empty() {
            return Err(NameError::Empty);
        }
        let mut rdns = Vec::new();
        for rdn in split_unescaped(text, ',') {
            rdns.push(split_unescaped(rdn, '+').into_iter().map(attribute).collect::<Result<Vec<_>, _>>()?);
        }
        rdns.reverse();
        Ok(Self::from_rdns(rdns))
    }

    /// This name with one more attribute at its most specific end.
    ///
    /// # Errors
    /// The text is not fit for that type, or the type has no short name here.
    pub fn with(&self, oid: ObjectIdentifier, text: &str) -> Result<Self, NameError> {
        let row = by_oid(oid).ok_or_else(|| NameError::UnknownType { name: oid.to_string() })?;
        let mut rdns = self.rdns().to_vec();
        rdns.push(vec![from_text(row, text)?]);
        Ok(Self::from_rdns(rdns))
    }

    /// A name from its levels, from the root of the tree downwards.
    pub(super) fn from_rdns(rdns: Vec<Vec<Attribute>>) -> Self {
        let encoded: Vec<_> = rdns.iter().map(|rdn| encoded_set(rdn)).collect();
        let der = encoded.to_der().expect("attributes bounded in number and length can be encoded");
        Self::assemble(der.into(), rdns)
    }
}

#[derive(Clone, PartialEq, Eq, Sequence, ValueOrd)]
struct TypeAndValue {
    oid: ObjectIdentifier,
    value: Any,
}

fn encoded_set(rdn: &[Attribute]) -> SetOfVec<TypeAndValue> {
    let pairs = rdn.iter().map(|attribute| TypeAndValue {
        oid: attribute.oid(),
        value: Any::from_der(&attribute.value_der()).expect("what was just encoded is DER"),
    });
    SetOfVec::from_iter(pairs).expect("attributes can be ordered by their encoding")
}

fn attribute(part: &str) -> Result<Attribute, NameError> {
    let Some((name, value)) = part.split_once('=') else {
        return Err(match part.contains('＝') {
            true => NameError::FullWidth { separator: '＝', meant: '=' },
            false => NameError::NoEquals { part: part.trim().to_owned() },
        });
    };
    let (name, value) = (name.trim(), trim_unescaped(value));
    if let Some(hex) = value.strip_prefix('#') {
        return from_hex(type_of(name)?, hex).ok_or_else(|| NameError::Hex { part: part.trim().to_owned() });
    }
    let Some(row) = by_name(name).or_else(|| type_of(name).ok().and_then(by_oid)) else {
        return Err(NameError::UnknownType { name: name.to_owned() });
    };
    let text = unescape(value).ok_or_else(|| NameError::Escape { part: part.trim().to_owned() })?;
    from_text(row, &text)
}

fn type_of(name: &str) -> Result<ObjectIdentifier, NameError> {
    let dotted = name.strip_prefix("OID.").unwrap_or(name);
    by_name(name)
        .map(|row| row.oid)
        .or_else(|| ObjectIdentifier::new(dotted).ok())
        .ok_or_else(|| NameError::UnknownType { name: name.to_owned() })
}

fn from_text(row: &ShortName, text: &str) -> Result<Attribute, NameError> {
    let name = row.name;
    if text.is_empty() {
        return Err(NameError::EmptyValue { name });
    }
    if followed_by_type(text) {
        return Err(NameError::FullWidth { separator: '，', meant: ',' });
    }
    if let Some(character) = text.chars().find(|c| deceives(*c) || !fits(row.tag, *c)) {
        return Err(NameError::Character { name, character });
    }
    if text.chars().count() > row.longest {
        return Err(NameError::TooLong { name, longest: row.longest });
    }
    Ok(Attribute::new(row.oid, row.tag, text.as_bytes()))
}

/// Whether a full-width comma inside the value is followed by a known type and `=`: then it was meant to separate.
fn followed_by_type(text: &str) -> bool {
    text.split('，')
        .skip(1)
        .any(|rest| rest.split_once(['=', '＝']).is_some_and(|(name, _)| by_name(name.trim()).is_some()))
}

fn fits(tag: Tag, c: char) -> bool {
    match tag {
        Tag::PrintableString => c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c),
        Tag::Ia5String => c.is_ascii(),
        _ => true,
    }
}

fn from_hex(oid: ObjectIdentifier, hex: &str) -> Option<Attribute> {
    let octets: Option<Vec<u8>> =
        (0..hex.len()).step_by(2).map(|start| u8::from_str_radix(hex.get(start..start + 2)?, 16).ok()).collect();
    let value = Any::from_der(&octets?).ok()?;
    Some(Attribute::new(oid, value.tag(), value.value()))
}

/// Splits at `separator` where it is neither escaped nor in quotes.
fn split_unescaped(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped, mut quoted) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Trims spaces, but not one that a backslash protects.
fn trim_unescaped(value: &str) -> &str {
    let value = value.trim_start();
    let trimmed = value.trim_end();
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    match backslashes % 2 == 1 && trimmed.len() < value.len() {
        true => &value[..=trimmed.len()],
        false => trimmed,
    }
}

/// Undoes escapes (`\,`, `\E5`) and quotes; `None` for a bad one.
fn unescape(value: &str) -> Option<String> {
    let value = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(octet) = rest.next() {
        match octet {
            b'\\' => {
                let first = rest.next()?;
                match char::from(first).to_digit(16) {
                    Some(high) => octets.push(u8::try_from(high * 16 + char::from(rest.next()?).to_digit(16)?).ok()?),
                    None if b" \"#+,;<=>\\".contains(&first) => octets.push(first),
                    None => return None,
                }
            }
            b'"' => return None,
            other => octets.push(other),
        }
    }
    String::from_utf8(octets).ok()
}
