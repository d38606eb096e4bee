//! The bytes of one incremental update (ISO 32000-2, 7.5.6).

use crate::error::{Damage, StampError};
use crate::read::{File, ObjectId, SectionKind};
use std::collections::BTreeMap;

/// An update in the making.
pub(crate) struct Update<'a> {
    file: &'a File,
    next: u32,
    out: Vec<u8>,
    /// Generation and position in the new file of every object written.
    written: BTreeMap<u32, (u16, usize)>,
}

/// Trailer entries that every update repeats (7.5.5); `/XRefStm` of a hybrid is left to the old trailer.
const CARRIED: [&str; 4] = ["Root", "Info", "ID", "Encrypt"];

impl<'a> Update<'a> {
    pub(crate) fn new(file: &'a File) -> Result<Self, Damage> {
        let ends_in_line = matches!(file.data().last(), Some(b'\n' | b'\r'));
        let out = if ends_in_line { Vec::new() } else { b"\n".to_vec() };
        Ok(Self { file, next: file.next_number()?, out, written: BTreeMap::new() })
    }

    pub(crate) fn file(&self) -> &'a File {
        self.file
    }

    /// A new object number.
    pub(crate) fn allocate(&mut self) -> ObjectId {
        let id = ObjectId { number: self.next, generation: 0 };
        self.next += 1;
        id
    }

    /// Length of the whole file as far as it is written.
    fn position(&self) -> usize {
        self.file.data().len() + self.out.len()
    }

    /// Writes `N G obj` with `body`; returns where the body begins, counted from the first byte of the update.
    pub(crate) fn write(&mut self, id: ObjectId, body: &[u8]) -> usize {
        self.written.insert(id.number, (id.generation, self.position()));
        self.out.extend(format!("{id} obj\n").bytes());
        let start = self.out.len();
        self.out.extend_from_slice(body);
        self.out.extend_from_slice(b"\nendobj\n");
        start
    }

    /// Writes a stream, encrypted if the document is. `entries` are its dictionary's without `/Length`.
    pub(crate) fn write_stream(&mut self, id: ObjectId, entries: &str, data: &[u8]) -> Result<(), StampError> {
        let encrypted = match self.file.crypt() {
            Some(crypt) => Some(crypt.encrypt_stream(id, data).ok_or(StampError::Encryption)?),
            None => None,
        };
        let data = encrypted.as_deref().unwrap_or(data);
        let mut body = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.write(id, &body);
        Ok(())
    }

    /// A text string of object `id`, as it is to be written.
    pub(crate) fn text(&self, id: ObjectId, text: &str) -> Result<Vec<u8>, StampError> {
        let bytes = match text.is_ascii() {
            true => text.as_bytes().to_vec(),
            false => [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
        };
        self.string(id, &bytes)
    }

    /// A string of object `id` in hexadecimal, encrypted if the document is.
    pub(crate) fn string(&self, id: ObjectId, plain: &[u8]) -> Result<Vec<u8>, StampError> {
        let encrypted = match self.file.crypt() {
            Some(crypt) => Some(crypt.encrypt_string(id, plain).ok_or(StampError::Encryption)?),
            None => None,
        };
        Ok(hexadecimal(encrypted.as_deref().unwrap_or(plain)))
    }

    /// Ends the update with a cross-reference section of the file's own kind.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, StampError> {
        let newest = self.file.sections().first().ok_or(Damage::NoStartXref)?;
        let start = match newest.kind {
            SectionKind::Table | SectionKind::Hybrid => self.write_table(),
            SectionKind::Stream(_) => self.write_xref_stream(),
        };
        self.out.extend(format!("startxref\n{start}\n%%EOF\n").bytes());
        Ok(self.out)
    }

    /// Offsets count from the file's own base, which is not its first byte when others stand before the header.
    fn offset(&self, position: usize) -> usize {
        position - self.file.base()
    }

    fn write_table(&mut self) -> usize {
        let start = self.offset(self.position());
        self.out.extend_from_slice(b"xref\n");
        for run in runs(&self.written) {
            self.out.extend(format!("{} {}\n", run[0].0, run.len()).bytes());
            for (_, generation, position) in run {
                let offset = self.offset(position);
                self.out.extend(format!("{offset:010} {generation:05} n\r\n").bytes());
            }
        }
        let entries = self.trailer_entries();
        self.out.extend_from_slice(b"trailer\n<< ");
        self.out.extend(entries);
        self.out.extend_from_slice(b" >>\n");
        start
    }

    fn write_xref_stream(&mut self) -> usize {
        let id = self.allocate();
        let position = self.position();
        self.written.insert(id.number, (id.generation, position));
        let mut index = String::new();
        let mut records = Vec::new();
        for run in runs(&self.written) {
            index.push_str(&format!("{} {} ", run[0].0, run.len()));
            for (_, generation, position) in run {
                records.push(1);
                records.extend((self.offset(position) as u64).to_be_bytes());
                records.extend(generation.to_be_bytes());
            }
        }
        let entries = self.trailer_entries();
        self.out.extend(format!("{id} obj\n<< /Type /XRef /W [1 8 2] /Index [{}] ", index.trim_end()).bytes());
        self.out.extend(entries);
        self.out.extend(format!(" /Length {} >>\nstream\n", records.len()).bytes());
        self.out.extend(records);
        self.out.extend_from_slice(b"\nendstream\nendobj\n");
        self.offset(position)
    }

    /// `/Size`, `/Prev`, and the carried entries as their original bytes. Strings in a trailer are never encrypted.
    fn trailer_entries(&self) -> Vec<u8> {
        let mut entries = format!("/Size {} /Prev {}", self.next, self.file.start_xref()).into_bytes();
        let trailer = self.file.current().trailer();
        for key in CARRIED {
            if let Some(value) = trailer.get(key) {
                entries.extend(format!(" /{key} ").bytes());
                entries.extend_from_slice(&self.file.data()[value.span.clone()]);
            }
        }
        entries
    }
}

/// Objects with consecutive numbers, as (number, generation, position).
fn runs(written: &BTreeMap<u32, (u16, usize)>) -> Vec<Vec<(u32, u16, usize)>> {
    let mut runs: Vec<Vec<(u32, u16, usize)>> = Vec::new();
    for (&number, &(generation, position)) in written {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| last.0 + 1 == number) => {
                run.push((number, generation, position))
            }
            _ => runs.push(vec![(number, generation, position)]),
        }
    }
    runs
}

/// A string in hexadecimal with its delimiters: no byte of it needs an escape.
pub(crate) fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let mut text = String::with_capacity(bytes.len() * 2 + 2);
    text.push('<');
    for byte in bytes {
        text.push_str(&format!("{byte:02x}"));
    }
    text.push('>');
    text.into_bytes()
}

/// Numbers as an array, to a ten-thousandth of a unit: 0.00004 mm.
pub(crate) fn array(numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|number| real(*number)).collect();
    format!("[{}]", numbers.join(" "))
}

/// A number as PDF writes it: without an exponent or needless zeros.
pub(crate) fn real(number: f64) -> String {
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
