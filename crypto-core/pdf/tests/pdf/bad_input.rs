//! What bad files get: a named reason, soon, and no panic.

use crate::make::{A4, Source, qpdf};
use algo::Password;
use pdf::{Damage, Document, OpenError};
use std::time::{Duration, Instant};

fn error(bytes: impl Into<Vec<u8>>) -> OpenError {
    match Document::open(bytes.into(), None) {
        Err(error) => error,
        Ok(_) => panic!("it opened"),
    }
}

fn damage(bytes: impl Into<Vec<u8>>) -> Damage {
    match error(bytes) {
        OpenError::Damaged(damage) => damage,
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_files_are_told_apart() {
    assert!(matches!(error(""), OpenError::Empty));
    assert!(matches!(error("hello"), OpenError::NotPdf));
    assert!(matches!(error(b"PK\x03\x04".repeat(1000)), OpenError::NotPdf));
    assert_eq!(damage("%PDF-1.7\n"), Damage::NoStartXref);
    assert!(matches!(damage("%PDF-1.7\nstartxref\n99999\n%%EOF"), Damage::Xref { offset: 99999 }));
}

#[test]
fn passwords_are_told_apart() {
    let classic = Source::of_pages(&[A4]).classic();
    for bits in ["40", "128", "256"] {
        let locked = qpdf(&classic, &["--allow-weak-crypto", "--encrypt", "user", "owner", bits, "--"]);
        assert!(matches!(error(locked.clone()), OpenError::PasswordNeeded), "{bits}");
        let wrong = Document::open(locked, Some(&Password::new("密码").unwrap()));
        assert!(matches!(wrong, Err(OpenError::PasswordWrong)), "{bits}");
    }
    let mut public_key = Source::of_pages(&[A4]).set(30, "<< /Filter /Adobe.PubSec /V 4 /R 4 >>");
    public_key.trailer.push_str(" /Encrypt 30 0 R");
    match error(public_key.classic()) {
        OpenError::UnsupportedEncryption { .. } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cross_reference_that_must_be_rebuilt_is_refused() {
    let classic = Source::of_pages(&[A4]).classic();
    let mut shifted = classic.clone();
    shifted.splice(20..20, *b"% one line more\n"); // all offsets are wrong now
    assert!(matches!(damage(shifted), Damage::Xref { .. }));
    // an object that nothing needed so far: reading goes well, stamping is refused
    let mut unneeded = classic.clone();
    let at = crate::sign::find(&classic, b"\n5 0 obj", 0);
    unneeded[at + 1] = b'6';
    let document = Document::open(unneeded, None).unwrap();
    assert!(matches!(document.can_sign(), Err(pdf::StampError::Damaged(Damage::Object { .. }))));
}

#[test]
fn truncations_never_panic() {
    let classic = Source::of_pages(&[A4, A4]).classic();
    let twice = crate::sign::stamped(&classic, None, &[0], pdf::Fields::One);
    let packed = qpdf(&classic, &["--object-streams=generate", "--linearize"]);
    let encrypted = qpdf(&classic, &["--encrypt", "", "owner", "256", "--"]);
    for bytes in [&classic, &twice, &packed, &encrypted] {
        for length in (0..bytes.len()).step_by(100).chain(bytes.len() - 40..bytes.len()) {
            if let Ok(document) = Document::open(bytes[..length].to_vec(), None) {
                let _ = document.can_sign();
            }
        }
    }
}

#[test]
fn an_update_that_was_cut_off_is_not_ignored() {
    let classic = Source::of_pages(&[A4, A4]).classic();
    let mut shorter = 0;
    let stamped = crate::sign::stamped(&classic, None, &[0], pdf::Fields::One);
    for length in (classic.len() + 20..stamped.len() - 10).step_by(50) {
        assert_eq!(damage(&stamped[..length]), Damage::NoStartXref, "cut at {length} of {}", stamped.len());
        shorter += 1;
    }
    assert!(shorter > 100);
    let no_size = String::from_utf8_lossy(&classic).replace("/Size", "/Sise").into_bytes();
    assert!(matches!(damage(no_size), Damage::Xref { .. }));
}

#[test]
fn changed_bytes_never_panic() {
    let classic = Source::of_pages(&[A4, A4]).classic();
    let packed = qpdf(&classic, &["--object-streams=generate"]);
    for bytes in [classic, packed] {
        for at in (0..bytes.len()).step_by(7) {
            for value in [0, b'<', b'9', 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                if let Ok(document) = Document::open(changed, None) {
                    let _ = document.signed_fields();
                }
            }
        }
    }
}

#[test]
fn loops_end() {
    let looped = Source::of_pages(&[A4]).set(2, "<< /Type /Pages /Kids [2 0 R 10 0 R] /Count 2 >>").classic();
    assert_eq!(damage(looped), Damage::PageTreeLoop);
    let twice = Source::of_pages(&[A4]).set(2, "<< /Type /Pages /Kids [10 0 R 10 0 R] /Count 2 >>").classic();
    assert_eq!(damage(twice), Damage::PageTreeLoop);
    let references = Source::of_pages(&["/MediaBox 20 0 R"]).set(20, "21 0 R").set(21, "20 0 R").classic();
    assert!(matches!(damage(references), Damage::Limit { .. }));
    let fields = Source::of_pages(&[A4])
        .set(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [20 0 R] >> >>")
        .set(20, "<< /T (a) /Kids [21 0 R] >>")
        .set(21, "<< /T (b) /Kids [20 0 R] >>")
        .classic();
    assert!(Document::open(fields, None).unwrap().signed_fields().unwrap().is_empty());
    let classic = Source::of_pages(&[A4]);
    let start = crate::sign::find(&classic.classic(), b"\nxref\n", 0) + 1;
    let mut prev = classic;
    prev.trailer.push_str(&format!(" /Prev {start}"));
    assert_eq!(damage(prev.classic()), Damage::XrefLoop);
    let none = Source::of_pages(&[]).classic();
    assert_eq!(damage(none), Damage::NoPages);
}

#[test]
fn an_object_stream_that_needs_itself_is_refused() {
    let source = Source::of_pages(&[A4]).set(20, "100");
    let hybrid = source.hybrid(&[1, 20]);
    let stream = crate::sign::find(&hybrid, b"/Type /ObjStm", 0);
    let length = crate::sign::find(&hybrid, b"/Length ", stream) + 8;
    let mut bytes = hybrid.clone();
    let end = length + hybrid[length..].iter().position(|byte| *byte == b' ').unwrap();
    let digits = end - length;
    bytes.splice(length..end, format!("{:1$}", "20 0 R", digits).into_bytes());
    // offsets behind the length may have moved, so either the stream or the cross-reference is found broken
    assert!(matches!(damage(bytes), Damage::Stream { .. } | Damage::Xref { .. } | Damage::Object { .. }));
}

#[test]
fn bombs_are_bounded() {
    let deep = format!("<< /Type /Catalog /Pages 2 0 R /X {}{} >>", "[".repeat(300_000), "]".repeat(300_000));
    let deep = Source::of_pages(&[A4]).set(1, &deep).classic();
    // a hundred thousand kids that are the same page
    let kids = "10 0 R ".repeat(100_000);
    let wide = Source::of_pages(&[A4]).set(2, &format!("<< /Type /Pages /Kids [{kids}] >>")).classic();
    // a table that claims four billion entries
    let long = String::from_utf8_lossy(&Source::of_pages(&[A4]).classic()).replace("\n0 1\n", "\n0 4294967295\n");
    let bomb = packed_bomb();
    assert!(bomb.len() < 400_000);
    let bombs = [("nesting", deep), ("kids", wide), ("table", long.into_bytes()), ("object stream", bomb)];
    for (name, bytes) in bombs {
        let started = Instant::now();
        let damage = damage(bytes);
        let took = started.elapsed();
        assert!(took < Duration::from_secs(5), "{name}: {damage} after {took:?}");
    }
}

/// A file whose catalog stands in an object stream that inflates beyond every limit.
fn packed_bomb() -> Vec<u8> {
    use flate2::{Compression, write::ZlibEncoder};
    use std::io::Write;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"1 0 << /Type /Catalog /Pages 2 0 R >>").unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..200 {
        encoder.write_all(&blanks).unwrap();
    }
    let data = encoder.finish().unwrap();
    let mut out = b"%PDF-1.5\n".to_vec();
    let stream = out.len();
    let head =
        format!("2 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {} >>\nstream\n", data.len());
    out.extend(head.bytes());
    out.extend(data);
    out.extend(b"\nendstream\nendobj\n");
    let start = out.len();
    let offset = u32::try_from(stream).unwrap().to_be_bytes();
    let records = [[0; 7], [2, 0, 0, 0, 2, 0, 0], [1, offset[0], offset[1], offset[2], offset[3], 0, 0]].concat();
    let dictionary = format!("/Type /XRef /W [1 4 2] /Size 3 /Root 1 0 R /Length {}", records.len());
    out.extend(format!("3 0 obj\n<< {dictionary} >>\nstream\n").bytes());
    out.extend(records);
    out.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
    out
}
