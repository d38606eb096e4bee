//! Makes DER of the BER that stream writers emit: indefinite lengths and strings in pieces (X.690 §8.1.3.6, §8.7.3).
//!
//! `openssl cms -stream` and many Chinese signing tools write the outer structure so. Only the form changes: the values
//! of primitive elements are copied, and what is already DER comes out byte for byte.

use crate::asn1::{self, OCTET_STRING};

/// Deeper nesting than any CMS message with its certificates has.
const DEEPEST: usize = 32;
const CONSTRUCTED: u8 = 0x20;
const INDEFINITE: u8 = 0x80;

/// The one element of `ber` as DER, or nothing if it is not well-formed BER with single-byte tags, or nested too deep.
pub(crate) fn to_der(ber: &[u8]) -> Option<Vec<u8>> {
    let mut input = Input { rest: ber };
    let der = input.element(DEEPEST)?;
    input.rest.is_empty().then_some(der)
}

struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn element(&mut self, depth: usize) -> Option<Vec<u8>> {
        let depth = depth.checked_sub(1)?;
        let tag = self.byte()?;
        if tag & 0x1F == 0x1F {
            return None;
        }
        let first = self.byte()?;
        if tag & CONSTRUCTED == 0 {
            let length = self.length(first)?;
            return Some(asn1::element(tag, &[self.take(length)?]));
        }
        let children = if first == INDEFINITE {
            self.children_to_end_of_contents(depth)?
        } else {
            let length = self.length(first)?;
            Input { rest: self.take(length)? }.children(depth)?
        };
        assemble(tag, &children)
    }

    fn children(&mut self, depth: usize) -> Option<Vec<Vec<u8>>> {
        let mut children = Vec::new();
        while !self.rest.is_empty() {
            children.push(self.element(depth)?);
        }
        Some(children)
    }

    fn children_to_end_of_contents(&mut self, depth: usize) -> Option<Vec<Vec<u8>>> {
        let mut children = Vec::new();
        while !self.rest.starts_with(&[0, 0]) {
            children.push(self.element(depth)?);
        }
        self.take(2)?;
        Some(children)
    }

    fn length(&mut self, first: u8) -> Option<usize> {
        if first < 0x80 {
            return Some(first.into());
        }
        let count = usize::from(first & 0x7F);
        if !(1..=8).contains(&count) {
            return None;
        }
        let octets = self.take(count)?;
        octets.iter().try_fold(0usize, |length, octet| length.checked_mul(256)?.checked_add((*octet).into()))
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}

/// A constructed OCTET STRING becomes the primitive one of its pieces; everything else keeps its children.
fn assemble(tag: u8, children: &[Vec<u8>]) -> Option<Vec<u8>> {
    if tag != OCTET_STRING | CONSTRUCTED {
        let parts: Vec<&[u8]> = children.iter().map(Vec::as_slice).collect();
        return Some(asn1::element(tag, &parts));
    }
    let pieces: Option<Vec<&[u8]>> = children
        .iter()
        .map(|piece| asn1::Element::only(piece, OCTET_STRING, "octet string").ok().map(|piece| piece.value))
        .collect();
    Some(asn1::element(OCTET_STRING, &pieces?))
}

#[cfg(test)]
mod tests {
    use super::to_der;

    #[test]
    fn indefinite_lengths_and_pieces_become_one_definite_string() {
        let ber = [0x30, 0x80, 0x24, 0x80, 0x04, 1, 0xAA, 0x04, 0x81, 1, 0xBB, 0, 0, 0x05, 0, 0, 0];
        assert_eq!(to_der(&ber), Some(vec![0x30, 6, 0x04, 2, 0xAA, 0xBB, 0x05, 0]));
    }

    #[test]
    fn der_is_left_as_it_is() {
        let der = [0x30, 5, 0x02, 1, 7, 0x05, 0];
        assert_eq!(to_der(&der), Some(der.to_vec()));
    }

    #[test]
    fn depth_truncation_and_trailing_bytes_are_refused() {
        assert_eq!(to_der(&[0x30, 0x80].repeat(100_000)), None);
        assert_eq!(to_der(&[0x30, 0x80, 0x05, 0]), None);
        assert_eq!(to_der(&[0x30, 2, 0x05, 0, 0]), None);
        assert_eq!(to_der(&[0x04, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), None);
    }
}
