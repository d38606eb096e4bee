//! Changed documents that must not pass for unchanged: every known attack, each with exactly what it gets.

use crate::histories::form;
use crate::make::{A4, Source};
use crate::second::judged;
use crate::sign::{find, stamped};
use crate::update::{Update, body};
use pdf::verify::{ChangesAfter, Coverage};
use pdf::{Document, Fields};

fn source() -> Source {
    Source::of_pages(&[A4, A4, A4])
}

fn sealed(source: &Source) -> Vec<u8> {
    stamped(&source.classic(), None, &[0], Fields::One)
}

/// `<<` … `>>` with one more entry in front.
fn with(entry: &str, dictionary: &str) -> String {
    format!("<< {entry} {}", &dictionary.trim_start()[2..])
}

/// Adds annotations to a sealed page's list.
fn annotated(page: &str, more: &str) -> String {
    let at = page.find("/Annots [").unwrap() + "/Annots [".len();
    format!("{}{more} {}", &page[..at], &page[at..])
}

const TEXT: &str = "BT /F 24 Tf 150 400 Td (Price: 1) Tj ET";
const DRAWING: &str = "/Type /XObject /Subtype /Form /BBox [0 0 100 100]";

/// Attacks that leave the signed bytes alone: name, attacked file, pages that must be named.
fn appended() -> Vec<(&'static str, Vec<u8>, Vec<usize>)> {
    let mut found = on_a_plain_document();
    found.extend(by_new_fields());
    found.extend(on_a_form());
    found.extend(by_second_roles());
    found
}

fn on_a_plain_document() -> Vec<(&'static str, Vec<u8>, Vec<usize>)> {
    let signed = sealed(&source());
    let (page, catalog) = (body(&signed, 10), body(&signed, 1));
    let change = |update: Update| update.of(&signed);
    let copy = find(&signed, b"\n11 0 obj", 0) + 1;
    let mut hybrid = signed.clone();
    let evil = hybrid.len();
    hybrid.extend(format!("4 0 obj\n<< /Length {} >>\nstream\n{TEXT}\nendstream\nendobj\n", TEXT.len()).bytes());
    let stream = hybrid.len();
    hybrid.extend(b"900 0 obj\n<< /Type /XRef /W [1 3 1] /Index [4 1] /Size 901 /Length 5 >>\nstream\n");
    hybrid.extend([
        1,
        u8::try_from(evil >> 16).unwrap(),
        u8::try_from(evil >> 8 & 255).unwrap(),
        u8::try_from(evil & 255).unwrap(),
        0,
    ]);
    hybrid.extend(b"\nendstream\nendobj\n");
    let id = "<000102030405060708090a0b0c0d0e0f>";
    let hybrid_trailer = format!("/Root 1 0 R /Info 5 0 R /ID [{id} {id}] /XRefStm {stream}");
    let title = "<< /Title (Tender) /Title (Another) /Producer (test) >>";
    vec![
        ("content stream", change(Update::default().stream(4, "", TEXT)), vec![1, 2, 3]),
        (
            "font",
            change(Update::default().set(3, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>")),
            vec![1, 2, 3],
        ),
        ("crop box", change(Update::default().set(11, with("/CropBox [0 0 9 9]", &body(&signed, 11)))), vec![2]),
        (
            "contents entry",
            change(Update::default().set(10, page.replace("/Contents 4", "/Contents 500")).stream(500, "", TEXT)),
            vec![1],
        ),
        ("freed content", change(Update::default().free(4)), vec![1, 2, 3]),
        ("unneeded object", change(Update::default().set(500, "(sleeping)")), vec![]),
        ("title", change(Update::default().set(5, "<< /Title (Another) /Producer (test) >>")), vec![]),
        ("title twice", change(Update::default().set(5, title)), vec![]),
        ("open action", change(Update::default().set(1, with("/OpenAction [10 0 R /Fit]", &catalog))), vec![]),
        ("catalog key twice", change(Update::default().set(1, with("/AcroForm << >>", &catalog))), vec![]),
        (
            "stamp annotation",
            {
                let stamp = "<< /Type /Annot /Subtype /Stamp /Rect [0 0 500 500] /AP << /N 501 0 R >> >>";
                let update = Update::default().set(10, annotated(&page, "500 0 R")).set(500, stamp);
                change(update.stream(501, DRAWING, TEXT))
            },
            vec![1],
        ),
        (
            "annotation passed off as material",
            {
                let stamp = "<< /Type /Annot /Subtype /Stamp /Rect [0 0 500 500] >>";
                let update = Update::default().set(10, annotated(&page, "500 0 R")).set(500, stamp);
                change(update.set(1, with("/DSS << /Certs [500 0 R] >>", &catalog)))
            },
            vec![1],
        ),
        (
            "annotation stream passed off as material",
            {
                let stamp = "/Type /Annot /Subtype /Stamp /Rect [0 0 500 500]";
                let update = Update::default().set(10, annotated(&page, "500 0 R")).stream(500, stamp, TEXT);
                change(update.set(1, with("/DSS << /Certs [500 0 R] >>", &catalog)))
            },
            vec![1],
        ),
        (
            "unknown material",
            {
                let update = Update::default().set(1, with("/DSS << /Other [500 0 R] >>", &catalog));
                change(update.stream(500, "", "x"))
            },
            vec![],
        ),
        ("objects cut off by size", change(Update::default().size(4)), vec![]),
        ("hybrid with a hidden entry", Update::default().trailer(&hybrid_trailer).of(&hybrid), vec![1, 2, 3]),
        ("bytes behind the end", [&signed[..], b"% not seen by anyone\n"].concat(), vec![]),
        (
            "changed and changed back",
            {
                let once = change(Update::default().stream(4, "", TEXT));
                Update::default().redirect(4, find(&signed, b"\n4 0 obj", 0) + 1).of(&once)
            },
            vec![1, 2, 3],
        ),
        (
            "page redirected to another's copy",
            {
                let mut bytes = signed.clone();
                let position = bytes.len();
                let other = body(&signed, 11);
                bytes.extend(format!("10 0 obj\n{other}\nendobj\n").bytes());
                assert!(copy < position);
                Update::default().redirect(10, position).of(&bytes)
            },
            vec![1],
        ),
    ]
}

/// New fields that are no signature of what they are added to.
fn by_new_fields() -> Vec<(&'static str, Vec<u8>, Vec<usize>)> {
    let signed = sealed(&source());
    let page = body(&signed, 10);
    let list = find(&signed, b"/Fields [", 0);
    let number: u32 = {
        let head = signed[..list].windows(7).rposition(|window| window == b" 0 obj\n").unwrap();
        let from = signed[..head].iter().rposition(|byte| !byte.is_ascii_digit()).unwrap() + 1;
        std::str::from_utf8(&signed[from..head]).unwrap().parse().unwrap()
    };
    let list = body(&signed, number);
    let value = {
        let at = find(&signed, b"/V ", 0) + 3;
        String::from_utf8_lossy(&signed[at..at + 8]).split_whitespace().next().unwrap().to_owned()
    };
    let adding = |field: String| {
        let update = Update::default().set(10, annotated(&page, "500 0 R"));
        let list = list.replacen(']', " 500 0 R]", 1);
        update.set(number, list).set(500, field).stream(501, DRAWING, TEXT)
    };
    let widget = "/Type /Annot /Subtype /Widget /FT /Sig /T (New) /F 4 /P 10 0 R";
    let drawn = "/Rect [100 300 400 500] /AP << /N 501 0 R >>";
    let plain = |entries: &str| adding(format!("<< {widget} {entries} >>"));
    let hidden = |entries: &str| {
        let list = list.replacen(']', " 500 0 R]", 1);
        Update::default().set(number, list).set(500, format!("<< {widget} /Rect [0 0 0 0] {entries} >>"))
    };
    vec![
        ("old signature in a new field", plain(&format!("/V {value} 0 R {drawn}")).of(&signed), vec![1]),
        ("empty field with a drawing", plain(drawn).of(&signed), vec![1]),
        ("signature of nothing", plain(&format!("/V << /Type /Sig >> {drawn}")).of(&signed), vec![1]),
        (
            "signature of something else",
            plain(&format!("/V << /Type /Sig /ByteRange [0 10 20 10] /Contents <30> >> {drawn}")).of(&signed),
            vec![1],
        ),
        ("time stamp of nothing", plain(&format!("/V << /Type /DocTimeStamp >> {drawn}")).of(&signed), vec![1]),
        ("text field", adding(format!("<< {} {drawn} >>", widget.replace("/Sig", "/Tx"))).of(&signed), vec![1]),
        ("field with an action", hidden("/A << /S /JavaScript /JS (1) >>").of(&signed), vec![]),
        ("field with more actions", hidden("/AA << /PO << /S /JavaScript /JS (1) >> >>").of(&signed), vec![]),
        ("field with a key twice", hidden("/T (Other)").of(&signed), vec![]),
        (
            "form that asks for appearances",
            { Update::default().set(number, with("/NeedAppearances true", &list)).of(&signed) },
            vec![],
        ),
    ]
}

fn on_a_form() -> Vec<(&'static str, Vec<u8>, Vec<usize>)> {
    let signed = stamped(&form().classic(), None, &[1], Fields::One);
    let (text, check) = (body(&signed, 20), body(&signed, 23));
    let drawing = |update: Update| update.stream(500, DRAWING, TEXT).of(&signed);
    let appearance = "/AP << /N 500 0 R >>";
    vec![
        ("appearance alone", drawing(Update::default().set(20, with(appearance, &text))), vec![1]),
        (
            "field moved",
            {
                let moved = with("/V (x)", &text.replace("[50 700 150 720]", "[50 300 500 720]"));
                Update::default().set(20, moved).of(&signed)
            },
            vec![1],
        ),
        ("value is a stream", drawing(Update::default().set(20, with("/V 500 0 R", &text))), vec![1]),
        (
            "action in a field",
            { Update::default().set(20, with("/V (x) /A << /S /JavaScript /JS (1) >>", &text)).of(&signed) },
            vec![1],
        ),
        (
            "button with a new face",
            {
                let other = check.replace("/V /Off", "/V /Yes").replace("/Yes 25 0 R", "/Yes 500 0 R");
                drawing(Update::default().set(23, other))
            },
            vec![1],
        ),
        ("button's face written over", Update::default().stream(25, DRAWING, TEXT).of(&signed), vec![1]),
        (
            "field taken from the form",
            {
                let form = body(&signed, 6).replace("[20 0 R 21", "[21");
                Update::default().set(6, form).of(&signed)
            },
            vec![],
        ),
    ]
}

/// Documents prepared before they were signed: what may change has a second role.
fn by_second_roles() -> Vec<(&'static str, Vec<u8>, Vec<usize>)> {
    let page = |entries: &str| format!("<< /Type /Page /Parent 2 0 R {A4} {entries} >>");
    let fonts = "/Resources << /Font << /F 3 0 R >> >>";
    let objects = |number: u32, text: &str| format!("<< {number} /Length {} >>\nstream\n{text}\nendstream", text.len());
    let plain = |text: &str| objects(0, text).replacen("<< 0 ", "<< ", 1);
    let stream = |entries: &str, text: &str| plain(text).replacen("<<", &format!("<< {entries}"), 1);
    let (old, new) = ("BT /F 24 Tf (1000) Tj ET", "BT /F 24 Tf (0001) Tj ET");
    let catalog = "<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>";

    let awaiting = sealed(&source().set(10, &page(&format!("{fonts} /Contents [4 0 R 500 0 R]"))));
    let awaited = with("/DSS << /Certs [500 0 R] >>", &body(&awaiting, 1));

    let metadata = source()
        .set(1, catalog)
        .set(6, &stream("/Type /Metadata /Subtype /XML", old))
        .set(10, &page(&format!("{fonts} /Contents 6 0 R")));

    let mut info = source().set(6, &plain(old)).set(10, &page(&format!("{fonts} /Contents 6 0 R")));
    info.trailer = info.trailer.replace("/Info 5", "/Info 6");
    let info = sealed(&info);
    let trailer = format!("/Root 1 0 R /Info 6 0 R /ID [{0} {0}]", "<000102030405060708090a0b0c0d0e0f>");

    let resources = source()
        .set(5, "<< /Title (Tender) /Producer 7 0 R >>")
        .set(7, &stream(DRAWING, old))
        .set(8, &stream(DRAWING, new))
        .set(9, &plain("/Producer Do"))
        .set(10, &page("/Resources << /XObject 5 0 R >> /Contents 9 0 R"));

    let material = source()
        .set(1, "<< /Type /Catalog /Pages 2 0 R /DSS << /Certs 6 0 R >> >>")
        .set(6, "[4 0 R]")
        .set(10, &page(&format!("{fonts} /Contents 6 0 R")));

    let shared = source().set(6, "[]").set(10, &page(&format!("{fonts} /Contents 4 0 R /Annots 6 0 R /Thumbs 6 0 R")));
    let shared = sealed(&shared);

    let value = form().set(10, &page("/Resources << /XObject 20 0 R >> /Contents 4 0 R")).set(7, &stream(DRAWING, old));
    let value = value.set(8, &stream(DRAWING, new));
    let text = form().objects[&20].clone();
    let text = String::from_utf8(text).unwrap();
    let value = stamped(&value.set(20, &with("/V 7 0 R", &text)).classic(), None, &[1], Fields::One);

    let mut packed = source();
    packed.objects.remove(&5);
    packed.trailer = packed.trailer.replace("/Info 5 0 R", "");
    let packed = stamped(&packed.hybrid(&[3, 11]), None, &[0], Fields::One);
    let container = body(&packed, 13);
    let container = container.replace("0 0 595.32001", "0 0 195.32001");
    let no_info = format!("/Root 1 0 R /ID [{0} {0}]", "<000102030405060708090a0b0c0d0e0f>");

    vec![
        ("reference that waited", { Update::default().set(1, awaited).stream(500, "", TEXT).of(&awaiting) }, vec![1]),
        (
            "metadata that is content",
            { Update::default().stream(6, "/Type /Metadata /Subtype /XML", new).of(&sealed(&metadata)) },
            vec![1],
        ),
        (
            "document information that is content",
            Update::default().stream(6, "", new).trailer(&trailer).of(&info),
            vec![1],
        ),
        (
            "document information that is a resource",
            { Update::default().set(5, "<< /Title (Tender) /Producer 8 0 R >>").of(&sealed(&resources)) },
            vec![1],
        ),
        (
            "material that is content",
            { Update::default().set(6, "[4 0 R 500 0 R]").stream(500, "", TEXT).of(&sealed(&material)) },
            vec![1],
        ),
        (
            "annotations that are something else",
            {
                let list = body(&shared, 6).replace(']', " 500 0 R]");
                Update::default()
                    .set(6, list)
                    .set(500, "<< /Type /Annot /Subtype /Stamp /Rect [0 0 9 9] >>")
                    .of(&shared)
            },
            vec![1],
        ),
        (
            "value that is a resource",
            {
                let text = with("/V 8 0 R", &body(&form().classic(), 20));
                Update::default().set(20, text).of(&value)
            },
            vec![1],
        ),
        ("object stream replaced", Update::default().set(13, container).trailer(&no_info).of(&packed), vec![2]),
    ]
}

#[test]
fn a_changed_document_is_never_clean() {
    let cases = appended();
    let files: Vec<Vec<u8>> = cases.iter().map(|case| case.1.clone()).collect();
    let (mut stricter, mut failures) = (Vec::new(), Vec::new());
    for ((name, bytes, pages), said) in cases.into_iter().zip(judged(&files)) {
        let found = match Document::open(bytes, None).map(|document| pdf::verify::verify(&document)) {
            Ok(Ok(found)) if !found.is_empty() => found,
            other => {
                failures.push(format!("{name}: {other:?}"));
                continue;
            }
        };
        let first = &found[0];
        let as_expected = first.intact
            && first.signature
            && first.coverage == Coverage::Revision
            && first.changes_after == ChangesAfter::Other
            && first.pages_changed == pages;
        if !as_expected {
            failures.push(format!(
                "{name}: pages {pages:?}: {:?} {:?} {:?} {:?} {:?}",
                first.intact, first.coverage, first.changes_after, first.pages_changed, first.problems
            ));
        }
        if said.iter().all(|said| said.clean) {
            stricter.push(name);
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    println!("pyHanko approves of {} of these: {stricter:?}", stricter.len());
}
