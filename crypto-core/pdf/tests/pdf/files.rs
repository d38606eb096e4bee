//! Every kind of file that can be stamped, judged by qpdf, pdfsig and pyHanko.

use crate::judges::{Case, approve};
use crate::make::{A4, Source, qpdf};
use crate::sign::{Signer, picture, request, stamped, stamps};
use algo::Password;
use pdf::{Document, Fields, FinishError, Seal};

fn three_pages() -> Source {
    Source::of_pages(&[A4, A4, A4])
}

fn case(name: &str, bytes: &[u8], password: Option<&'static str>, pages: &[usize]) -> Case {
    let bytes = stamped(bytes, password, pages, Fields::One);
    Case { name: name.to_owned(), bytes, password, signatures: 1, pyhanko: true }
}

#[test]
fn every_kind_of_cross_reference_is_continued() {
    let classic = three_pages().classic();
    let packed = qpdf(&classic, &["--object-streams=generate"]);
    let table = b"\nxref\n";
    let kinds: Vec<(&str, Vec<u8>, bool)> = vec![
        ("classic", classic.clone(), true),
        ("no end of line", classic[..classic.len() - 1].to_vec(), true),
        ("object streams", packed.clone(), false),
        ("linearized", qpdf(&classic, &["--linearize"]), true),
        ("linearized, packed", qpdf(&classic, &["--linearize", "--object-streams=generate"]), false),
        ("hybrid", three_pages().hybrid(&[1, 5, 10, 11]), true),
        ("hybrid, others hidden", three_pages().hybrid(&[3, 5]), true),
        ("hybrid, unlisted", three_pages().hybrid_unlisted(&[1, 5, 10, 11]), true),
    ];
    let mut cases = Vec::new();
    for (name, bytes, uses_table) in &kinds {
        let mut case = case(name, bytes, None, &[0, 2]);
        // pyHanko validates no signatures in hybrid files
        case.pyhanko = !name.starts_with("hybrid");
        let update = &case.bytes[bytes.len()..];
        let has_table = update.windows(table.len()).any(|window| window == table);
        assert_eq!(has_table, *uses_table, "{name}: the update continues in the file's own kind");
        assert!(!update.windows(7).any(|window| window == b"XRefStm"), "{name}");
        cases.push(case);
    }
    approve(&cases);
}

#[test]
fn encrypted_files_stay_encrypted() {
    let classic = three_pages()
        .set(
            10,
            &format!(
                "<< /Type /Page /Parent 2 0 R {A4} /Contents 4 0 R \
        /Resources << /Font << /F 3 0 R >> >> /PieceInfo << /Note (kept through the update) >> >>"
            ),
        )
        .classic();
    let aes128: &[&str] = &["--use-aes=y"];
    let kinds: [(&str, &str, &[&str]); 5] = [
        ("RC4-40", "40", &[]),
        ("RC4-128", "128", &["--use-aes=n"]),
        ("AES-128", "128", aes128),
        ("AES-256 R5", "256", &["--force-R5"]),
        ("AES-256 R6", "256", &[]),
    ];
    let mut cases = Vec::new();
    for (name, bits, options) in kinds {
        for (user, packed) in [("", "disable"), ("secret", "generate")] {
            let objects = format!("--object-streams={packed}");
            let encrypt = [&["--allow-weak-crypto", &objects, "--encrypt", user, "owner", bits], options, &["--"]];
            let encrypted = qpdf(&classic, &encrypt.concat());
            let password = (!user.is_empty()).then_some("secret");
            let mut case = case(&format!("{name} {packed}"), &encrypted, password, &[0, 1]);
            // one vendor's extension, replaced within months by revision 6
            case.pyhanko = name != "AES-256 R5";
            let reason = b"/Reason <feff".as_slice();
            let update = &case.bytes[encrypted.len()..];
            assert!(!update.windows(reason.len()).any(|window| window == reason), "{name}: new strings are encrypted");
            let decrypted = qpdf(&case.bytes, &[&format!("--password={user}"), "--decrypt", "--qdf"]);
            for kept in [&b"kept through the update"[..], b"Guangzhou", b"/Ink gs"] {
                assert!(decrypted.windows(kept.len()).any(|window| window == kept), "{name} {packed}: {kept:?}");
            }
            cases.push(case);
        }
    }
    approve(&cases);
}

#[test]
fn an_owner_password_opens_too() {
    let classic = three_pages().classic();
    for bits in ["128", "256"] {
        let encrypted = qpdf(&classic, &["--allow-weak-crypto", "--encrypt", "user", "owner", bits, "--"]);
        let password = Password::new("owner").unwrap();
        let document = Document::open(encrypted, Some(&password)).unwrap();
        assert_eq!(document.stamp(&request(None)).err().map(|error| error.to_string()), None, "{bits}");
    }
}

#[test]
fn bytes_before_the_header_do_not_shift_anything() {
    let junk = b"junk before the header\n";
    let from_header = [junk.as_slice(), &three_pages().classic()].concat();
    let packed = qpdf(&three_pages().classic(), &["--object-streams=generate"]);
    let packed_from_header = [junk.as_slice(), &packed].concat();
    let from_first_byte = three_pages().classic_after(junk);
    for (name, bytes) in [("table", from_header), ("stream", packed_from_header), ("first byte", from_first_byte)] {
        let once = stamped(&bytes, None, &[0], Fields::One);
        let twice = stamped(&once, None, &[1], Fields::One);
        let document = Document::open(twice, None).unwrap();
        assert_eq!(document.signed_fields().unwrap(), ["Seal1", "Seal2"], "{name}");
    }
}

#[test]
fn a_cross_reference_stream_that_does_not_list_itself_is_not_replaced() {
    let bytes = three_pages().self_forgetting();
    let case = case("self-forgetting", &bytes, None, &[0]);
    let number = three_pages().objects.keys().last().unwrap() + 1;
    let reused = format!("\n{number} 0 obj");
    let update = &case.bytes[bytes.len()..];
    assert!(!update.windows(reused.len()).any(|window| window == reused.as_bytes()));
    approve(&[case]);
}

#[test]
fn annotations_and_fields_are_found_wherever_they_stand() {
    let link = "<< /Type /Annot /Subtype /Link /Rect [10 10 50 50] /Border [0 0 0] >>";
    let text = "<< /FT /Tx /T (Name) /V (x) /Type /Annot /Subtype /Widget /Rect [10 60 90 80] /P 10 0 R >>";
    let page = |annots: &str| format!("{A4} /Annots {annots}");
    let form = "<< /Type /Catalog /Pages 2 0 R /AcroForm";
    let indirect_form = format!("{form} 30 0 R >>");
    let direct_form = format!("{form} << /Fields [21 0 R] /SigFlags 0 >> >>");
    let direct_form_indirect_fields = format!("{form} << /SigFlags 3/Fields 31 0 R >> >>");
    let variants: Vec<(&str, Source)> = vec![
        ("direct annots", Source::of_pages(&[&page("[20 0 R]"), A4]).set(20, link)),
        ("indirect annots", Source::of_pages(&[&page("22 0 R"), A4]).set(20, link).set(22, "[20 0 R]")),
        ("shared annots", Source::of_pages(&[&page("22 0 R"), &page("22 0 R")]).set(20, link).set(22, "[ 20 0 R ]")),
        ("null annots", Source::of_pages(&[&page("null"), A4])),
        ("missing annots", Source::of_pages(&[&page("99 0 R"), A4])),
        ("direct form", Source::of_pages(&[&page("[21 0 R]"), A4]).set(21, text).set(1, &direct_form)),
        (
            "indirect form",
            Source::of_pages(&[&page("[21 0 R]"), A4])
                .set(21, text)
                .set(1, &indirect_form)
                .set(30, "<< /Fields 31 0 R /DA (/F 0 Tf)>>")
                .set(31, "[21 0 R]"),
        ),
        (
            "indirect fields",
            Source::of_pages(&[&page("[21 0 R]"), A4])
                .set(21, text)
                .set(1, &direct_form_indirect_fields)
                .set(31, "[21 0 R]"),
        ),
        ("empty form", Source::of_pages(&[A4, A4]).set(1, &format!("{form}<<>>>>"))),
    ];
    let mut cases = Vec::new();
    for (name, source) in &variants {
        let classic = source.classic();
        cases.push(case(name, &classic, None, &[0]));
        cases.push(case(&format!("{name}, packed"), &qpdf(&classic, &["--object-streams=generate"]), None, &[0]));
    }
    approve(&cases);
}

#[test]
fn only_what_changes_is_written_and_nothing_is_printed_anew() {
    let classic = three_pages().classic();
    let stamped = stamped(&classic, None, &[1], Fields::One);
    let update = &stamped[classic.len()..];
    let text = String::from_utf8_lossy(update);
    assert!(text.contains("/MediaBox [0 0 595.32001 841.92004]"), "the page's numbers stand as they were");
    assert!(!text.contains("\n10 0 obj") && text.contains("\n11 0 obj"), "only the stamped page");
    assert!(text.contains("\n1 0 obj") && text.contains("/Lang (zh-CN)"));
    assert!(!text.contains("\n2 0 obj") && !text.contains("\n4 0 obj") && !text.contains("\n5 0 obj"));
}

#[test]
fn a_second_seal_keeps_the_first_signature_clean() {
    let classic = three_pages().classic();
    let encrypted = qpdf(&classic, &["--encrypt", "secret", "owner", "256", "--"]);
    let packed = qpdf(&classic, &["--object-streams=generate"]);
    let mut cases = Vec::new();
    for (name, bytes, password) in
        [("classic", classic, None), ("packed", packed, None), ("encrypted", encrypted, Some("secret"))]
    {
        let mut bytes = stamped(&bytes, password, &[0, 1, 2], Fields::One);
        let mut signatures = 1;
        // the second on one page, the third on two: there each place is a field of its own
        for (round, pages) in [vec![1], vec![0, 2]].iter().enumerate() {
            bytes = stamped(&bytes, password, pages, Fields::One);
            signatures += pages.len();
            cases.push(Case {
                name: format!("{name}, seal {}", round + 2),
                bytes: bytes.clone(),
                password,
                signatures,
                pyhanko: true,
            });
        }
    }
    approve(&cases);
}

#[test]
fn one_signature_can_have_a_field_on_each_page() {
    let bytes = stamped(&three_pages().classic(), None, &[0, 1, 2], Fields::OnePerStamp);
    let document = Document::open(bytes.clone(), None).unwrap();
    assert_eq!(document.signed_fields().unwrap(), ["Seal1", "Seal2", "Seal3"]);
    approve(&[Case { name: "per page".to_owned(), bytes, password: None, signatures: 3, pyhanko: true }]);
}

#[test]
fn a_signature_without_a_seal_is_invisible() {
    let document = Document::open(three_pages().classic(), None).unwrap();
    let bytes = Signer::shared().finish(&document.stamp(&request(None)).unwrap());
    approve(&[Case { name: "invisible".to_owned(), bytes, password: None, signatures: 1, pyhanko: true }]);
}

#[test]
fn field_names_are_free_and_their_own() {
    let bytes = stamped(&three_pages().classic(), None, &[0], Fields::One);
    let document = Document::open(bytes, None).unwrap();
    for taken in ["Seal1", "", "a.b"] {
        let mut request = request(None);
        request.field_name = Some(taken.to_owned());
        let refused = document.stamp(&request);
        assert!(matches!(refused, Err(pdf::StampError::FieldName { name }) if name == taken));
    }
    let mut request = request(None);
    request.field_name = Some("公章".to_owned());
    assert_eq!(document.stamp(&request).unwrap().field_names(), ["公章"]);
}

#[test]
fn a_signature_that_does_not_fit_is_refused() {
    let document = Document::open(three_pages().classic(), None).unwrap();
    let picture = picture();
    let mut request =
        request(Some(Seal { picture: &picture, stamps: stamps(&[0], (50.0, 50.0)), fields: Fields::One }));
    request.contents_capacity = 100;
    let prepared = document.stamp(&request).unwrap();
    assert!(prepared.finish(&[1; 100]).is_ok());
    assert_eq!(prepared.finish(&[1; 101]), Err(FinishError::CapacityExceeded { needed: 101, capacity: 100 }));
}
