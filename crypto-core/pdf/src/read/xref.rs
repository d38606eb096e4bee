//! Cross-reference sections: tables, streams and hybrids of both (ISO 32000-2, 7.5.4 and 7.5.8), newest first.

use super::lex::{Lexer, Token, is_whitespace};
use super::node::{Dictionary, Node, ObjectId};
use super::stream::{MAX_DECODED, decode};
use crate::error::Damage;
use std::collections::BTreeSet;

/// ISO 32000-2, annex C, names 8 388 607 as the usual limit of objects; all sections together stay below half of it.
const MAX_ENTRIES: usize = 4_000_000;
/// Each section is a revision or half of one.
const MAX_SECTIONS: usize = 4096;
/// `startxref` is looked for in this many last bytes: the standard says 1024, real files carry longer tails.
const TAIL: usize = 4096;

/// Where one object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Deleted, or never there.
    Free,
    /// `N G obj` stands at this position of the file.
    At { position: usize, generation: u16 },
    /// The `index`-th object of an object stream.
    Packed { stream: u32, index: usize },
}

/// How a section is written: an update continues in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SectionKind {
    /// `xref` … `trailer`.
    Table,
    /// A table whose trailer also names a stream by `/XRefStm`.
    Hybrid,
    /// A cross-reference stream, with its own object number.
    Stream(u32),
}

/// One cross-reference section with its trailer dictionary.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) kind: SectionKind,
    /// Position of `xref` or of the stream's `N G obj`.
    pub(crate) position: usize,
    /// Position behind the trailer dictionary, or behind the stream's data.
    pub(crate) end: usize,
    /// The trailer, or the stream's dictionary; spans are positions in the file.
    pub(crate) trailer: Dictionary,
    /// Sorted by object number, one entry each.
    entries: Vec<(u32, Place)>,
    /// Numbers of the streams that hold cross-reference data; a stream need not list itself.
    pub(crate) streams: Vec<u32>,
}

impl Section {
    /// What this section says about an object; `None` when it does not mention it.
    pub(crate) fn place(&self, number: u32) -> Option<Place> {
        let found = self.entries.binary_search_by_key(&number, |entry| entry.0).ok()?;
        Some(self.entries[found].1)
    }

    /// All objects this section mentions, in order of their numbers.
    pub(crate) fn entries(&self) -> &[(u32, Place)] {
        &self.entries
    }
}

/// The offset behind the last `startxref`, and where that keyword stands.
pub(crate) fn start_xref(data: &[u8]) -> Result<(usize, usize), Damage> {
    let tail = data.len().saturating_sub(TAIL);
    let keyword = data[tail..].windows(9).rposition(|window| window == b"startxref").ok_or(Damage::NoStartXref)?;
    let at = tail + keyword;
    // An object behind the end is an update whose own end was cut off: reading on would silently show the older document.
    if data[revision_end(data, at)..].windows(4).any(|window| window == b" obj") {
        return Err(Damage::NoStartXref);
    }
    match Lexer::at(data, at + 9).token() {
        Some((Token::Integer(offset), _)) => {
            usize::try_from(offset).map(|offset| (offset, at)).map_err(|_| Damage::NoStartXref)
        }
        _ => Err(Damage::NoStartXref),
    }
}

/// All sections from the newest to the oldest. `base` is where the file's own offsets count from.
pub(crate) fn chain(data: &[u8], base: usize, newest: usize) -> Result<Vec<Section>, Damage> {
    let mut sections = Vec::new();
    let mut seen = BTreeSet::new();
    let mut entries = 0;
    let mut next = Some(newest);
    while let Some(offset) = next {
        if !seen.insert(offset) {
            return Err(Damage::XrefLoop);
        }
        let section = section(data, base, offset)?;
        entries += section.entries.len();
        if entries > MAX_ENTRIES || sections.len() >= MAX_SECTIONS {
            return Err(Damage::Limit { limit: "cross-reference entries" });
        }
        next = match section.trailer.get("Prev") {
            Some(prev) => Some(prev.unsigned().ok_or(Damage::Xref { offset: section.position })?),
            None => None,
        };
        sections.push(section);
    }
    Ok(sections)
}

fn section(data: &[u8], base: usize, offset: usize) -> Result<Section, Damage> {
    let position = base.saturating_add(offset);
    let damage = Damage::Xref { offset: position };
    if position >= data.len() {
        return Err(damage);
    }
    let mut lexer = Lexer::at(data, position);
    lexer.skip_space();
    let position = lexer.position();
    if !lexer.take_keyword(b"xref") {
        return stream_section(data, base, position).ok_or(damage);
    }
    let mut section = table_section(&mut lexer, base, position).ok_or(damage.clone())?;
    if let Some(node) = section.trailer.get("XRefStm") {
        let offset = node.unsigned().ok_or(damage.clone())?;
        let hidden = stream_section(data, base, base.saturating_add(offset)).ok_or(damage)?;
        section.kind = SectionKind::Hybrid;
        section.streams = hidden.streams;
        section.entries = merge_hidden(section.entries, hidden.entries);
    }
    Ok(section)
}

/// Objects that a hybrid's table lists as free, or not at all, are where its stream says (7.5.8.4).
fn merge_hidden(table: Vec<(u32, Place)>, hidden: Vec<(u32, Place)>) -> Vec<(u32, Place)> {
    let mut entries: Vec<_> = table.iter().copied().filter(|entry| entry.1 != Place::Free).collect();
    entries.extend(hidden);
    entries.extend(table);
    first_of_each(entries)
}

/// Keeps the first entry of each number.
fn first_of_each(mut entries: Vec<(u32, Place)>) -> Vec<(u32, Place)> {
    entries.sort_by_key(|entry| entry.0); // stable
    entries.dedup_by_key(|entry| entry.0);
    entries
}

fn table_section(lexer: &mut Lexer<'_>, base: usize, position: usize) -> Option<Section> {
    let mut entries = Vec::new();
    loop {
        if lexer.take_keyword(b"trailer") {
            break;
        }
        let first = u32::try_from(integer(lexer)?).ok()?;
        let count = u32::try_from(integer(lexer)?).ok()?;
        for index in 0..count {
            let number = first.checked_add(index)?;
            entries.push((number, table_entry(lexer, base)?));
            if entries.len() > MAX_ENTRIES {
                return None;
            }
        }
    }
    let Node { value: super::node::Value::Dictionary(trailer), span } = Node::parse_next(lexer)? else { return None };
    trailer.get("Size")?.unsigned()?; // without it readers rebuild the table
    let entries = first_of_each(entries);
    Some(Section { kind: SectionKind::Table, position, end: span.end, trailer, entries, streams: Vec::new() })
}

fn table_entry(lexer: &mut Lexer<'_>, base: usize) -> Option<Place> {
    let offset = integer(lexer)?;
    let generation = integer(lexer)?;
    let in_use = lexer.take_keyword(b"n");
    if !in_use && !lexer.take_keyword(b"f") {
        return None;
    }
    // An entry in use at offset 0 cannot be one; such entries of careless writers mean a deleted object.
    if !in_use || offset == 0 {
        return Some(Place::Free);
    }
    let position = base.checked_add(usize::try_from(offset).ok()?)?;
    Some(Place::At { position, generation: u16::try_from(generation).ok()? })
}

fn integer(lexer: &mut Lexer<'_>) -> Option<i64> {
    match lexer.token()? {
        (Token::Integer(integer), _) => Some(integer),
        _ => None,
    }
}

/// `N G obj` at exactly this place; the lexer is left behind it.
pub(crate) fn object_header(lexer: &mut Lexer<'_>) -> Option<ObjectId> {
    let number = u32::try_from(integer(lexer)?).ok()?;
    let generation = u16::try_from(integer(lexer)?).ok()?;
    lexer.take_keyword(b"obj").then_some(ObjectId { number, generation })
}

/// The first byte of a stream's data, if `stream` follows (7.3.8.1: a line feed, with or without a carriage return).
pub(crate) fn stream_start(data: &[u8], lexer: &mut Lexer<'_>) -> Option<usize> {
    if !lexer.take_keyword(b"stream") {
        return None;
    }
    let at = lexer.position();
    Some(match data.get(at..) {
        Some([b'\r', b'\n', ..]) => at + 2,
        Some([b'\n' | b'\r', ..]) => at + 1,
        _ => at,
    })
}

fn stream_section(data: &[u8], base: usize, position: usize) -> Option<Section> {
    let mut lexer = Lexer::at(data, position);
    lexer.skip_space();
    let position = lexer.position();
    let id = object_header(&mut lexer)?;
    let super::node::Value::Dictionary(trailer) = Node::parse_next(&mut lexer)?.value else { return None };
    if !trailer.has_type("XRef") {
        return None;
    }
    let start = stream_start(data, &mut lexer)?;
    // everything needed to read the stream is direct, it cannot be looked up (7.5.8.2)
    let end = start.checked_add(trailer.get("Length")?.unsigned()?)?;
    let decoded = decode(trailer.get("Filter"), trailer.get("DecodeParms"), data.get(start..end)?, MAX_DECODED)?;
    let entries = first_of_each(stream_entries(&trailer, &decoded, base)?);
    let (kind, streams) = (SectionKind::Stream(id.number), vec![id.number]);
    Some(Section { kind, position, end, trailer, entries, streams })
}

/// The records of a cross-reference stream (7.5.8.3).
fn stream_entries(dictionary: &Dictionary, decoded: &[u8], base: usize) -> Option<Vec<(u32, Place)>> {
    let widths: Vec<usize> = dictionary.get("W")?.array()?.iter().map(Node::unsigned).collect::<Option<_>>()?;
    let &[kind_width, second_width, third_width, ..] = widths.as_slice() else { return None };
    if widths.iter().any(|&width| width > 8) {
        return None;
    }
    let width: usize = widths.iter().sum();
    if width == 0 {
        return None;
    }
    let whole = [0, i64::try_from(dictionary.get("Size")?.unsigned()?).ok()?];
    let index: Vec<i64> = match dictionary.get("Index") {
        Some(node) => node.array()?.iter().map(Node::integer).collect::<Option<_>>()?,
        None => whole.to_vec(),
    };
    let mut entries = Vec::new();
    let mut records = decoded.chunks_exact(width);
    for range in index.chunks_exact(2) {
        let first = u32::try_from(range[0]).ok()?;
        for step in 0..u32::try_from(range[1]).ok()? {
            let record = records.next()?;
            let (kind, rest) = record.split_at(kind_width);
            let (second, rest) = rest.split_at(second_width);
            let third = &rest[..third_width];
            let kind = if kind_width == 0 { 1 } else { big_endian(kind) };
            entries.push((first.checked_add(step)?, stream_entry(kind, big_endian(second), big_endian(third), base)?));
            if entries.len() > MAX_ENTRIES {
                return None;
            }
        }
    }
    Some(entries)
}

fn stream_entry(kind: u64, second: u64, third: u64, base: usize) -> Option<Place> {
    Some(match kind {
        1 if second != 0 => Place::At {
            position: base.checked_add(usize::try_from(second).ok()?)?,
            generation: u16::try_from(third).ok()?,
        },
        2 => Place::Packed { stream: u32::try_from(second).ok()?, index: usize::try_from(third).ok()? },
        _ => Place::Free, // unknown kinds are references to null (7.5.8.3)
    })
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// Where the revision that ends with this section ends: behind its `%%EOF` and the end of line after it.
pub(crate) fn revision_end(data: &[u8], from: usize) -> usize {
    let from = from.min(data.len());
    let Some(found) = data[from..].windows(5).position(|window| window == b"%%EOF") else { return data.len() };
    let mut end = from + found + 5;
    if data.get(end) == Some(&b'\r') {
        end += 1;
    }
    if data.get(end) == Some(&b'\n') {
        end += 1;
    }
    end
}

/// Where `%PDF-` stands, looked for in the first kilobyte as readers do.
pub(crate) fn header(data: &[u8]) -> Option<usize> {
    data[..data.len().min(1024 + 5)].windows(5).position(|window| window == b"%PDF-")
}

/// Whether nothing but white space stands in `data`.
pub(crate) fn is_blank(data: &[u8]) -> bool {
    data.iter().copied().all(is_whitespace)
}
