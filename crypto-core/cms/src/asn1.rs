//! The few strokes of DER that CMS needs: elements with their raw bytes, read in order, and elements made from parts.
//!
//! The structures of RFC 5652 are small, but a verifier must hash and compare bytes exactly as they came: signed
//! attributes, issuer names and sets that real writers leave unsorted. So elements are slices of the input and are never
//! decoded and encoded again; typed leaves (numbers, identifiers, times) are read by the `der` crate.

use const_oid::ObjectIdentifier;
use der::{Decode, Encode};

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The tag `[n]` of a constructed element: EXPLICIT, or IMPLICIT over a SEQUENCE or SET.
pub(crate) const fn constructed(n: u8) -> u8 {
    0xA0 | n
}

/// The tag `[n]` of a primitive element: IMPLICIT over a string.
pub(crate) const fn primitive(n: u8) -> u8 {
    0x80 | n
}

/// The field that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} is malformed")]
pub(crate) struct Malformed {
    pub(crate) field: &'static str,
}

/// One element: its tag, its value, and all of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    pub(crate) der: &'a [u8],
}

impl<'a> Element<'a> {
    /// The only element of `bytes`; anything behind it is refused.
    pub(crate) fn only(bytes: &'a [u8], tag: u8, field: &'static str) -> Result<Self, Malformed> {
        let mut elements = Elements { rest: bytes };
        let element = elements.take(tag, field)?;
        elements.finish(field)?;
        Ok(element)
    }

    /// The elements inside this one.
    pub(crate) fn inside(&self) -> Elements<'a> {
        Elements { rest: self.value }
    }

    /// The element's value as an object identifier.
    pub(crate) fn oid(&self, field: &'static str) -> Result<ObjectIdentifier, Malformed> {
        ObjectIdentifier::from_der(self.der).map_err(|_| Malformed { field })
    }

    /// The element's value as a small non-negative number, such as a version.
    pub(crate) fn small(&self, field: &'static str) -> Result<u8, Malformed> {
        u8::from_der(self.der).map_err(|_| Malformed { field })
    }
}

/// A run of elements, taken from front to back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    /// The elements of `bytes`, which need not stand in one element.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Takes the next element, whatever it is.
    pub(crate) fn any(&mut self, field: &'static str) -> Result<Element<'a>, Malformed> {
        let (tag, header, length) = split_header(self.rest).ok_or(Malformed { field })?;
        let end = header.checked_add(length).filter(|end| *end <= self.rest.len()).ok_or(Malformed { field })?;
        let (der, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Element { tag, value: &der[header..], der })
    }

    /// Takes the next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8, field: &'static str) -> Result<Element<'a>, Malformed> {
        if self.rest.first() == Some(&tag) { self.any(field) } else { Err(Malformed { field }) }
    }

    /// Takes the next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8, field: &'static str) -> Result<Option<Element<'a>>, Malformed> {
        if self.rest.first() == Some(&tag) { self.any(field).map(Some) } else { Ok(None) }
    }

    /// Takes all that remain.
    pub(crate) fn all(mut self, field: &'static str) -> Result<Vec<Element<'a>>, Malformed> {
        let mut elements = Vec::new();
        while !self.rest.is_empty() {
            elements.push(self.any(field)?);
        }
        Ok(elements)
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self, field: &'static str) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed { field }) }
    }
}

/// Tag, length of the header, length of the value: single-byte tags and minimal definite lengths only (X.690 §10.1).
fn split_header(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if tag & 0x1F == 0x1F {
        return None;
    }
    if first < 0x80 {
        return Some((tag, 2, usize::from(first)));
    }
    let count = usize::from(first & 0x7F);
    let octets = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
    let length =
        octets.iter().try_fold(0usize, |length, octet| length.checked_mul(256)?.checked_add((*octet).into()))?;
    let minimal = octets[0] != 0 && length >= 0x80;
    minimal.then_some((tag, 2 + count, length))
}

/// Makes an element of the concatenated parts.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut der = header(tag, length);
    der.reserve_exact(length);
    for part in parts {
        der.extend_from_slice(part);
    }
    der
}

fn header(tag: u8, length: usize) -> Vec<u8> {
    let octets = length.to_be_bytes();
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![tag, short],
        _ => {
            let skip = octets.iter().take_while(|octet| **octet == 0).count();
            let count = u8::try_from(octets.len() - skip).expect("a usize has at most 8 octets");
            [&[tag, 0x80 | count], &octets[skip..]].concat()
        }
    }
}

/// Makes a SET OF: the encodings in ascending order (X.690 §11.6).
pub(crate) fn set_of(tag: u8, mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort_unstable();
    elements.dedup();
    let parts: Vec<&[u8]> = elements.iter().map(Vec::as_slice).collect();
    element(tag, &parts)
}

/// The DER of an object identifier.
pub(crate) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    oid.to_der().expect("an object identifier is always encodable: at most 39 bytes")
}

/// The DER of a small INTEGER.
pub(crate) fn small(number: u8) -> Vec<u8> {
    number.to_der().expect("a byte is always encodable")
}

/// The same element under another tag: how `[0] IMPLICIT SET OF` becomes the SET OF that is signed (RFC 5652 §5.4).
pub(crate) fn retag(der: &[u8], tag: u8) -> Vec<u8> {
    let mut copy = der.to_vec();
    if let Some(first) = copy.first_mut() {
        *first = tag;
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_one_form_only() {
        for long_way in [&[0x04, 0x81, 0x01, 0xAA][..], &[0x04, 0x82, 0x00, 0x80], &[0x24, 0x80, 0, 0], &[0x04, 0x85]] {
            assert_eq!(Elements::of(long_way).any("x").err(), Some(Malformed { field: "x" }), "{long_way:02x?}");
        }
    }

    #[test]
    fn what_is_made_is_read_back_at_every_length_of_length() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let value = vec![0x5A; length];
            let der = element(OCTET_STRING, &[&value]);
            assert_eq!(Element::only(&der, OCTET_STRING, "x").map(|e| e.value.to_vec()), Ok(value));
        }
    }

    #[test]
    fn a_set_is_written_in_ascending_order() {
        let set = set_of(SET, vec![small(9), small(3), oid(ObjectIdentifier::new_unwrap("1.2.3"))]);
        assert_eq!(set, [0x31, 10, 2, 1, 3, 2, 1, 9, 6, 2, 0x2A, 3]);
    }
}
