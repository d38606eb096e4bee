//! PDF files made for the tests: a few objects written by hand, and the same put through qpdf's transformations.

use std::collections::BTreeMap;
use std::process::Command;

/// The objects of a file, by number.
pub(crate) struct Source {
    pub(crate) objects: BTreeMap<u32, Vec<u8>>,
    pub(crate) trailer: String,
}

/// One page's own entries; `/Type`, `/Parent`, `/Resources` and `/Contents` are added.
pub(crate) const A4: &str = "/MediaBox [0 0 595.32001 841.92004]";

impl Source {
    /// A document of one page per element of `pages`, each its entries; with text and a frame to compare pixels by.
    pub(crate) fn of_pages(pages: &[&str]) -> Self {
        let mut objects = BTreeMap::new();
        objects.insert(1, b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>".to_vec());
        let kids: Vec<String> = (0..pages.len()).map(|index| format!("{} 0 R", 10 + index)).collect();
        let tree = format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len());
        objects.insert(2, tree.into_bytes());
        objects.insert(3, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec());
        let text = "BT /F 30 Tf 130 630 Td (Text under the seal) Tj ET BT /F 24 Tf 150 400 Td (Tender document, 400 of 150) Tj ET 0.2 0.4 0.6 rg 140 380 300 8 re f";
        let content = format!("{text} 0.5 w 120 60 360 700 re S BT /F 40 Tf 130 300 Td (Below the line) Tj ET");
        objects.insert(4, format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()).into_bytes());
        for (index, entries) in pages.iter().enumerate() {
            let page = format!(
                "<< /Type /Page /Parent 2 0 R {entries} /Resources << /Font << /F 3 0 R >> >> /Contents 4 0 R >>"
            );
            objects.insert(10 + u32::try_from(index).unwrap(), page.into_bytes());
        }
        let id = "<000102030405060708090a0b0c0d0e0f>";
        objects.insert(5, b"<< /Title (Tender) /Producer (test) >>".to_vec());
        Self { objects, trailer: format!("/Root 1 0 R /Info 5 0 R /ID [{id} {id}]") }
    }

    pub(crate) fn set(mut self, number: u32, body: &str) -> Self {
        self.objects.insert(number, body.as_bytes().to_vec());
        self
    }

    /// A file with a classic cross-reference table.
    pub(crate) fn classic(&self) -> Vec<u8> {
        self.classic_after(b"")
    }

    /// The same with bytes before the header, its offsets counted from the first of them.
    pub(crate) fn classic_after(&self, junk: &[u8]) -> Vec<u8> {
        let mut out = [junk, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"].concat();
        let offsets = self.write_objects(&mut out, |_| true);
        let start = out.len();
        out.extend(table(&offsets, &[]).bytes());
        let size = self.objects.keys().last().unwrap() + 1;
        out.extend(format!("trailer\n<< /Size {size} {} >>\nstartxref\n{start}\n%%EOF\n", self.trailer).bytes());
        out
    }

    /// A file with a cross-reference stream that does not list itself: `/Size` is its own number.
    pub(crate) fn self_forgetting(&self) -> Vec<u8> {
        let number = self.objects.keys().last().unwrap() + 1;
        let mut out = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let offsets = self.write_objects(&mut out, |_| true);
        let mut records = Vec::new();
        for listed in 0..number {
            let offset = offsets.get(&listed).copied().unwrap_or_default();
            records.push(u8::from(offset != 0));
            records.extend(u32::try_from(offset).unwrap().to_be_bytes());
            records.push(0);
        }
        let start = out.len();
        let head = format!("/Type /XRef /W [1 4 1] /Size {number} {} /Length {}", self.trailer, records.len());
        out.extend(format!("{number} 0 obj\n<< {head} >>\nstream\n").bytes());
        out.extend(records);
        out.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
        out
    }

    /// A hybrid file: `hidden` objects (in rising order) stand in an object stream and are found by `/XRefStm`; the table
    /// lists them as free.
    pub(crate) fn hybrid(&self, hidden: &[u32]) -> Vec<u8> {
        self.hybrid_file(hidden, true)
    }

    /// The same, but the table does not list the hidden objects at all.
    pub(crate) fn hybrid_unlisted(&self, hidden: &[u32]) -> Vec<u8> {
        self.hybrid_file(hidden, false)
    }

    fn hybrid_file(&self, hidden: &[u32], listed: bool) -> Vec<u8> {
        let last = *self.objects.keys().last().unwrap();
        let (packed, xref_stream) = (last + 1, last + 2);
        let mut out = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let mut offsets = self.write_objects(&mut out, |number| !hidden.contains(&number));
        offsets.insert(packed, out.len());
        out.extend(self.object_stream(packed, hidden));
        let stream_offset = out.len();
        let mut records = Vec::new();
        let mut index = String::new();
        for (position, number) in hidden.iter().enumerate() {
            index.push_str(&format!("{number} 1 "));
            records.extend([2, 0, 0, u8::try_from(packed).unwrap(), u8::try_from(position).unwrap()]);
        }
        let head = format!(
            "{xref_stream} 0 obj\n<< /Type /XRef /W [1 3 1] /Index [{index}] /Size {} /Length {} >>\nstream\n",
            xref_stream + 1,
            records.len()
        );
        out.extend(head.bytes());
        out.extend(records);
        out.extend(b"\nendstream\nendobj\n");
        let start = out.len();
        out.extend(table(&offsets, if listed { hidden } else { &[] }).bytes());
        out.extend(
            format!(
                "trailer\n<< /Size {} {} /XRefStm {stream_offset} >>\nstartxref\n{start}\n%%EOF\n",
                xref_stream + 1,
                self.trailer
            )
            .bytes(),
        );
        out
    }

    fn object_stream(&self, number: u32, hidden: &[u32]) -> Vec<u8> {
        let (mut index, mut bodies) = (String::new(), Vec::new());
        for hidden in hidden {
            index.push_str(&format!("{hidden} {} ", bodies.len()));
            bodies.extend_from_slice(&self.objects[hidden]);
            bodies.push(b'\n');
        }
        let length = index.len() + bodies.len();
        let count = hidden.len();
        let first = index.len();
        let head =
            format!("{number} 0 obj\n<< /Type /ObjStm /N {count} /First {first} /Length {length} >>\nstream\n{index}");
        [head.as_bytes(), &bodies, b"\nendstream\nendobj\n"].concat()
    }

    fn write_objects(&self, out: &mut Vec<u8>, shown: impl Fn(u32) -> bool) -> BTreeMap<u32, usize> {
        let mut offsets = BTreeMap::new();
        for (&number, body) in self.objects.iter().filter(|entry| shown(*entry.0)) {
            offsets.insert(number, out.len());
            out.extend(format!("{number} 0 obj\n").bytes());
            out.extend_from_slice(body);
            out.extend_from_slice(b"\nendobj\n");
        }
        offsets
    }
}

fn table(offsets: &BTreeMap<u32, usize>, free: &[u32]) -> String {
    let mut table = String::from("xref\n0 1\n0000000000 65535 f\r\n");
    for (number, offset) in offsets {
        table.push_str(&format!("{number} 1\n{offset:010} 00000 n\r\n"));
    }
    for number in free {
        table.push_str(&format!("{number} 1\n0000000000 00000 f\r\n"));
    }
    table
}

/// `bytes` put through qpdf.
pub(crate) fn qpdf(bytes: &[u8], arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.pdf"), folder.path().join("out.pdf"));
    write(&input, bytes);
    let mut command = Command::new("qpdf");
    command.args(["--no-original-object-ids", "--static-id"]).args(arguments).arg(&input).arg(&output);
    let made = command.output().expect("qpdf is needed for these tests");
    assert!(output.exists(), "qpdf {arguments:?}: {}", String::from_utf8_lossy(&made.stderr));
    std::fs::read(&output).unwrap()
}

/// Writes a test's own temporary file.
#[allow(clippy::disallowed_methods)] // nothing but the test reads it
pub(crate) fn write(path: &std::path::Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}
