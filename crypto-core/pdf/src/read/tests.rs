//! Revisions and places, on small files written by hand.

use super::*;

/// A file of some objects with a table; returns it with where the table stands.
fn first_revision() -> (Vec<u8>, usize) {
    let mut out = b"%PDF-1.4\n".to_vec();
    let objects = [
        "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
        "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
        "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>\nendobj\n",
        "4 0 obj\n<< /Length 5 0 R >>\nstream\nhello\nendstream\nendobj\n",
        "5 0 obj\n5\nendobj\n",
    ];
    let mut table = String::from("xref\n0 6\n0000000000 65535 f \n");
    for object in objects {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend(object.bytes());
    }
    let start = out.len();
    out.extend(format!("{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    (out, start)
}

/// The same with a second revision that changes the page and frees object 5.
fn two_revisions() -> (Vec<u8>, usize) {
    let (mut out, previous) = first_revision();
    let end = out.len();
    let page = out.len();
    out.extend(b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 20 20] >>\nendobj\n");
    let start = out.len();
    let table = format!("xref\n3 1\n{page:010} 00000 n \n5 1\n0000000000 00001 f \n");
    let trailer = format!("trailer\n<< /Size 6 /Root 1 0 R /Prev {previous} >>\nstartxref\n{start}\n%%EOF\n");
    out.extend(table.bytes().chain(trailer.bytes()));
    (out, end)
}

fn open(bytes: Vec<u8>) -> File {
    File::open(bytes.into(), None).unwrap()
}

fn id(number: u32) -> ObjectId {
    ObjectId { number, generation: 0 }
}

#[test]
fn each_revision_sees_its_own_objects() {
    let (bytes, first_end) = two_revisions();
    let length = bytes.len();
    let file = open(bytes);
    let ends: Vec<usize> = file.revisions().iter().map(|revision| revision.end).collect();
    assert_eq!(ends, [first_end, length]);
    let width = |view: View<'_>| view.pages().unwrap()[0].visible.right;
    assert_eq!((width(file.at_revision(0).unwrap()), width(file.current())), (10.0, 20.0));
    assert!(file.at_revision(2).is_none());
    assert!(file.at_revision(0).unwrap().object(id(5)).unwrap().is_some());
    assert!(file.current().object(id(5)).unwrap().is_none(), "freed");
}

#[test]
fn a_prefix_that_is_a_revision_reads_the_same() {
    let (bytes, end) = two_revisions();
    let file = open(bytes.clone());
    let prefix = open(bytes[..end].to_vec());
    assert_eq!(prefix.current().pages().unwrap(), file.at_revision(0).unwrap().pages().unwrap());
    assert_eq!(prefix.current().places(), file.at_revision(0).unwrap().places());
}

#[test]
fn objects_know_their_bytes() {
    let (bytes, _) = first_revision();
    let file = open(bytes.clone());
    let view = file.current();
    let stream = view.object(id(4)).unwrap().unwrap();
    assert_eq!(view.decoded(&stream, 100).unwrap(), b"hello");
    assert_eq!(view.decoded(&stream, 4).ok(), None, "the limit holds");
    assert!(bytes[stream.stream.unwrap()..].starts_with(b"hello"));
    let Place::At { position, generation: 0 } = view.place(4) else { panic!("in the file") };
    assert!(bytes[position..].starts_with(b"4 0 obj"));
    assert_eq!(view.place(9), Place::Free);
    assert!(view.object(ObjectId { number: 4, generation: 1 }).unwrap().is_none());
}

#[test]
fn new_numbers_are_beyond_everything_named() {
    let (bytes, _) = two_revisions();
    assert_eq!(open(bytes.clone()).next_number().unwrap(), 6);
    let larger = String::from_utf8(bytes).unwrap().replace("/Size 6 /Root 1 0 R >>", "/Size 9 /Root 1 0 R >>");
    assert_eq!(open(larger.into_bytes()).next_number().unwrap(), 9);
}

#[test]
fn signature_fields_keep_the_places_of_what_they_state() {
    let (bytes, _) = first_revision();
    let text = String::from_utf8(bytes).unwrap();
    let field = "<< /FT /Sig /T (A) /V << /ByteRange [0 1 2 3] /Contents <00ff> >> >>";
    let catalog =
        format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>\nendobj\n6 0 obj\n{field}");
    // offsets after the catalog move, so the table is written anew
    let body = text.replace("<< /Type /Catalog /Pages 2 0 R >>", &catalog);
    let body = &body[..body.find("xref").unwrap()];
    let mut table = String::from("xref\n0 7\n0000000000 65535 f \n");
    for number in 1..7 {
        table.push_str(&format!("{:010} 00000 n \n", body.find(&format!("\n{number} 0 obj")).unwrap() + 1));
    }
    let start = body.len();
    let bytes = format!("{body}{table}trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    let file = open(bytes.clone().into_bytes());
    let fields = file.current().signature_fields().unwrap();
    let signature = fields[0].signature.as_ref().unwrap();
    assert_eq!(signature.ranges(), Some([0..1, 2..5]));
    assert_eq!(&bytes[signature.contents_span.clone().unwrap()], "<00ff>");
    assert_eq!(signature.contents.as_deref(), Some(&[0, 255][..]));
}
