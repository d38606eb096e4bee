//! Savings appended by hand, as an attacker or an honest program would.

use crate::sign::find;
use std::fmt::Write;

/// What one appended saving holds.
#[derive(Default)]
pub(crate) struct Update {
    objects: Vec<(u32, String)>,
    freed: Vec<u32>,
    redirected: Vec<(u32, usize)>,
    trailer: Option<String>,
    previous: Option<usize>,
    size: Option<usize>,
}

impl Update {
    pub(crate) fn set(mut self, number: u32, body: impl Into<String>) -> Self {
        self.objects.push((number, body.into()));
        self
    }

    pub(crate) fn stream(self, number: u32, entries: &str, content: &str) -> Self {
        self.set(number, format!("<< {entries} /Length {} >>\nstream\n{content}\nendstream", content.len()))
    }

    pub(crate) fn free(mut self, number: u32) -> Self {
        self.freed.push(number);
        self
    }

    /// Lets the cross-reference name another place of the file.
    pub(crate) fn redirect(mut self, number: u32, position: usize) -> Self {
        self.redirected.push((number, position));
        self
    }

    /// Other entries for the trailer than those of the saving before.
    pub(crate) fn trailer(mut self, entries: &str) -> Self {
        self.trailer = Some(entries.to_owned());
        self
    }

    /// Another `/Prev` than the last section.
    pub(crate) fn previous(mut self, position: usize) -> Self {
        self.previous = Some(position);
        self
    }

    /// Another `/Size` than one that leaves room for all.
    pub(crate) fn size(mut self, size: usize) -> Self {
        self.size = Some(size);
        self
    }

    /// `bytes` (with a classic cross-reference) and this saving.
    pub(crate) fn of(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        let mut table = String::from("xref\n");
        for (number, body) in &self.objects {
            write!(table, "{number} 1\n{:010} 00000 n\r\n", out.len()).unwrap();
            out.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
        }
        for number in &self.freed {
            write!(table, "{number} 1\n0000000000 00001 f\r\n").unwrap();
        }
        for (number, position) in &self.redirected {
            write!(table, "{number} 1\n{position:010} 00000 n\r\n").unwrap();
        }
        let start = out.len();
        let id = "<000102030405060708090a0b0c0d0e0f>";
        let usual = format!("/Root 1 0 R /Info 5 0 R /ID [{id} {id}]");
        let entries = self.trailer.as_ref().unwrap_or(&usual);
        let previous = self.previous.unwrap_or_else(|| last_xref(bytes));
        let size = self.size.unwrap_or(1000);
        out.extend(
            format!("{table}trailer\n<< /Size {size} {entries} /Prev {previous} >>\nstartxref\n{start}\n%%EOF\n")
                .bytes(),
        );
        out
    }
}

/// The offset behind the last `startxref`.
pub(crate) fn last_xref(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(next) = bytes[at..].windows(9).position(|window| window == b"startxref") {
        at += next + 9;
    }
    String::from_utf8_lossy(&bytes[at..]).split_whitespace().next().unwrap().parse().unwrap()
}

/// The body of the newest object with this number, as text.
pub(crate) fn body(bytes: &[u8], number: u32) -> String {
    let head = format!("\n{number} 0 obj");
    let mut at = 0;
    while let Some(next) = bytes[at..].windows(head.len()).position(|window| window == head.as_bytes()) {
        at += next + head.len();
    }
    let end = find(bytes, b"endobj", at);
    String::from_utf8(bytes[at..end].to_vec()).unwrap().trim().to_owned()
}
