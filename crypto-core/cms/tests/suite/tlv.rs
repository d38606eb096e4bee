//! A second, separate look at DER for the tests: nothing here comes from the crate under test.

#![allow(clippy::cast_possible_truncation, reason = "lengths and arcs are cut into bytes")]

/// One element: tag, value, and all of its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tlv<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    pub(crate) all: &'a [u8],
}

pub(crate) fn children(bytes: &[u8]) -> Vec<Tlv<'_>> {
    let mut rest = bytes;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (header, length) = match rest[1] {
            short @ ..0x80 => (2, usize::from(short)),
            long => {
                let count = usize::from(long & 0x7F);
                (2 + count, rest[2..2 + count].iter().fold(0, |sum, octet| sum * 256 + usize::from(*octet)))
            }
        };
        let (all, after) = rest.split_at(header + length);
        found.push(Tlv { tag: rest[0], value: &all[header..], all });
        rest = after;
    }
    found
}

/// The element reached by going down by these positions from the outermost one.
pub(crate) fn at<'a>(der: &'a [u8], path: &[usize]) -> Tlv<'a> {
    let mut here = children(der)[0];
    for index in path {
        here = children(here.value)[*index];
    }
    here
}

pub(crate) fn make(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let length = match value.len() {
        short @ ..0x80 => vec![short as u8],
        long @ ..0x100 => vec![0x81, long as u8],
        long => vec![0x82, (long >> 8) as u8, long as u8],
    };
    [&[tag], length.as_slice(), &value].concat()
}

pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut value = vec![(arcs[0] * 40 + arcs[1]) as u8];
    for arc in &arcs[2..] {
        let groups = (1..10).find(|groups| arc >> (7 * groups) == 0).unwrap();
        value.extend(
            (0..groups).rev().map(|group| (arc >> (7 * group)) as u8 & 0x7F | if group > 0 { 0x80 } else { 0 }),
        );
    }
    make(6, &[&value])
}

/// An AlgorithmIdentifier without parameters.
pub(crate) fn algorithm(dotted: &str) -> Vec<u8> {
    make(0x30, &[&oid(dotted)])
}

/// An attribute with these values.
pub(crate) fn attribute(dotted: &str, values: &[&[u8]]) -> Vec<u8> {
    make(0x30, &[&oid(dotted), &make(0x31, values)])
}

/// The same element in BER, as stream writers emit it: every constructed one with indefinite length, and every OCTET
/// STRING outside of strings in pieces of five bytes.
pub(crate) fn to_ber(element: Tlv<'_>) -> Vec<u8> {
    const END: &[u8] = &[0, 0];
    if element.tag & 0x20 != 0 {
        let inside: Vec<Vec<u8>> = children(element.value).into_iter().map(to_ber).collect();
        return [&[element.tag, 0x80], inside.concat().as_slice(), END].concat();
    }
    if element.tag != 4 {
        return element.all.to_vec();
    }
    let pieces: Vec<Vec<u8>> = element.value.chunks(5).map(|piece| make(4, &[piece])).collect();
    [&[0x24, 0x80], pieces.concat().as_slice(), END].concat()
}
