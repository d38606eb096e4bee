//! What is signed: byte ranges, the value in the gap, documents whose signed bytes were prepared, and damage anywhere.

use crate::judges::signed_by_pyhanko;
use crate::make::{A4, Source};
use crate::second::{facts, is_clean, judged, made};
use crate::sign::{Signer, find, picture, request, stamped};
use crate::update::{Update, body, last_xref};
use pdf::verify::{ChangesAfter, Coverage, Problem, SignatureFacts};
use pdf::{Document, Fields, Seal, Stamp};
use seal::Size;
use serde_json::json;

fn source() -> Source {
    Source::of_pages(&[A4])
}

fn sealed() -> Vec<u8> {
    stamped(&source().classic(), None, &[0], Fields::One)
}

fn only(bytes: &[u8]) -> SignatureFacts {
    let mut found = facts(bytes);
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// `bytes` with `new` written over what stands at `at`.
fn over(bytes: &[u8], at: usize, new: &str) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
    bytes
}

/// The numbers of the byte range, and where they stand.
fn byte_range(bytes: &[u8]) -> ([usize; 4], usize) {
    let at = find(bytes, b"/ByteRange [", 0) + b"/ByteRange [".len();
    let text = String::from_utf8_lossy(&bytes[at..at + 36]).into_owned();
    let numbers: Vec<usize> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    (numbers.try_into().unwrap(), at)
}

#[test]
fn a_byte_range_that_leaves_out_anything_else_is_refused() {
    let signed = sealed();
    let ([_, first, second, length], at) = byte_range(&signed);
    let cases = [
        (format!("0 {first} {second}"), Problem::ByteRangeMalformed),
        (format!("0 {first} {second} {length} 0"), Problem::ByteRangeMalformed),
        (format!("0 {first}.0 {second} {length}"), Problem::ByteRangeMalformed),
        (format!("0 {first} {second} -1"), Problem::ByteRangeMalformed),
        (format!("-0 {first} {second} 5 0 R"), Problem::ByteRangeMalformed),
        (format!("1 {} {second} {length}", first - 1), Problem::ByteRangeMalformed),
        ("0 0 0 9223372036854775808".to_owned(), Problem::ByteRangeMalformed),
        ("0 1 9223372036854775807 9223372036854775807".chars().take(36).collect(), Problem::ByteRangeOutside),
        (format!("0 {first} {second} {}", length + 1), Problem::ByteRangeOutside),
        (format!("0 {} {second} {length}", first - 1), Problem::GapNotContents),
        (format!("0 {} {second} {length}", first + 1), Problem::GapNotContents),
        (format!("0 {first} {} {}", second + 1, length - 1), Problem::GapNotContents),
        (format!("0 {first} {} {length}", second - 1), Problem::GapNotContents),
        (format!("0 {first} {first} {}", second - first + length), Problem::GapNotContents),
        ("0 0 0 0".to_owned(), Problem::GapNotContents),
        (format!("0 {first} {second} {}", length - 6), Problem::NotARevision),
        (format!("0 {first} {second} 10"), Problem::NotARevision),
        (String::new(), Problem::ByteRangeMalformed),
    ];
    for (numbers, problem) in cases {
        let facts = only(&over(&signed, at, &format!("{numbers:36}")));
        assert!(!facts.intact && !is_clean(&facts), "[{numbers}]: {facts:?}");
        assert_eq!(facts.coverage, Coverage::Partial, "[{numbers}]");
        assert!(facts.problems.contains(&problem), "[{numbers}]: {facts:?}");
    }
    let indirect = over(&signed, at - 1, &format!("{:38}", "5 0 R"));
    assert!(only(&indirect).problems.contains(&Problem::ByteRangeMalformed));
}

#[test]
fn the_value_in_the_gap_is_plain_and_one() {
    let signed = sealed();
    let ([_, first, second, _], _) = byte_range(&signed);
    let filter = find(&signed, b"/Filter /Adobe.PPKLite", 0);
    let cases = [
        (over(&signed, first + 1, "  "), Problem::ContentsMalformed),
        (over(&signed, second - 3, "\n\n"), Problem::ContentsMalformed),
        (over(&over(&signed, first, "("), second - 1, ")"), Problem::ContentsMalformed),
        (over(&signed, second - 3, "01"), Problem::PaddingNotZero),
        (over(&signed, first + 1, "3080"), Problem::FormatUnknown),
        (over(&signed, first + 1, "00"), Problem::FormatUnknown),
        (over(&signed, filter, "/Contents <00>        "), Problem::Ambiguous),
        (over(&signed, filter, "/#43ontents <00>      "), Problem::Ambiguous),
        (over(&signed, filter, "/ByteRange [0 1 2 3]  "), Problem::Ambiguous),
        (over(&signed, find(&signed, b"/Contents <3", 0), "/Kontents"), Problem::ContentsMalformed),
        (over(&signed, find(&signed, b"/ByteRange", 0), "/KyteRange"), Problem::ByteRangeMalformed),
    ];
    for (index, (bytes, problem)) in cases.into_iter().enumerate() {
        let facts = only(&bytes);
        assert!(!facts.intact && !is_clean(&facts), "{index}: {facts:?}");
        assert!(facts.problems.contains(&problem), "{index}: {problem:?}: {facts:?}");
    }
    // no object at all any more
    let document = Document::open(over(&signed, second - 2, ">>"), None).unwrap();
    assert!(matches!(pdf::verify::verify(&document), Err(pdf::Damage::Object { .. })));
}

#[test]
fn one_byte_past_the_end_is_refused_before_and_after_an_update() {
    let signed = sealed();
    // the document's last byte cut off: its range now ends one past the end
    let cut = &signed[..signed.len() - 1];
    assert!(only(cut).problems.contains(&Problem::ByteRangeOutside));
    let grown = Update::default().set(500, "(more)").of(&[cut, b"% "].concat());
    let facts = only(&grown);
    assert!(!facts.intact && facts.changes_after == ChangesAfter::Other, "{facts:?}");
}

#[test]
fn a_section_hidden_in_the_signed_bytes_is_not_the_signed_saving() {
    let page = "10 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>\nendobj\n";
    let id = "<000102030405060708090a0b0c0d0e0f>";
    let build = |evil: usize, previous: usize| {
        let section = format!(
            "{page}xref\n10 1\n{evil:010} 00000 n\r\ntrailer\n<< /Size 900 /Root 1 0 R /Info 5 0 R /ID [{id} {id}] /Prev {previous:010} >>\n"
        );
        let stream = format!("<< /Length {} >>\nstream\n{section}\nendstream", section.len());
        stamped(&source().set(6, &stream).classic(), None, &[0], Fields::One)
    };
    let draft = build(0, 0);
    let evil = find(&draft, b"stream\n10 0 obj", 0) + 7;
    let signed = build(evil, last_xref(&draft));
    let hidden = find(&signed, b"endobj\nxref\n10 1", evil) + 7;
    assert!(only(&signed).coverage == Coverage::Whole && last_xref(&signed) == last_xref(&draft));
    let root = body(&signed, 1);
    let attacked = Update::default().set(1, root).previous(hidden).of(&signed);
    let facts = only(&attacked);
    assert_eq!((facts.coverage, facts.changes_after), (Coverage::Partial, ChangesAfter::Other), "{facts:?}");
    assert!(facts.problems.contains(&Problem::NotARevision));
    assert!(judged(&[attacked])[0].iter().all(|said| !said.clean));
}

#[test]
fn an_object_that_is_to_come_behind_the_end_is_no_part_of_the_signed_saving() {
    let place = 60_000;
    let contents = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R 60 0 R] >>";
    let bytes = source().set(10, contents).set(60, "null").classic();
    let entry = find(&bytes, b"\n60 1\n", 0) + 6;
    let bytes = over(&bytes, entry, &format!("{place:010}"));
    let signed = signed_by_pyhanko(&bytes, None, false);
    let mut attacked = signed.clone();
    attacked.resize(place, b'\n');
    attacked.extend(b"60 0 obj\n<< /Length 3 >>\nstream\nq Q\nendstream\nendobj\n");
    let attacked = Update::default().trailer(&trailer_of(&signed)).of(&attacked);
    let facts = only(&attacked);
    assert!(facts.intact && facts.signature);
    assert_eq!((facts.coverage, facts.changes_after), (Coverage::Partial, ChangesAfter::Other), "{facts:?}");
}

/// Root, Info and identifier as pyHanko wrote them.
fn trailer_of(bytes: &[u8]) -> String {
    let last = bytes.windows(7).rposition(|window| window == b"trailer").unwrap();
    let text = String::from_utf8_lossy(&bytes[last..]);
    let id = text.find("/ID").unwrap();
    let end = id + text[id..].find(']').unwrap() + 1;
    format!("/Root 1 0 R /Info 5 0 R {}", &text[id..end])
}

#[test]
fn a_saving_that_the_chain_leaves_out_does_not_count() {
    let original = source().classic();
    let signed = stamped(&original, None, &[0], Fields::One);
    let skipping = Update::default().set(500, "(x)").previous(last_xref(&original)).of(&signed);
    assert!(facts(&skipping).is_empty(), "nothing is said to be signed");
    let twice = stamped(&signed, None, &[0], Fields::One);
    let skipping = Update::default().set(500, "(x)").previous(last_xref(&signed)).of(&twice);
    let found = facts(&skipping);
    assert_eq!((found.len(), found[0].changes_after), (1, ChangesAfter::Other), "{found:?}");
}

#[test]
fn a_signature_as_large_as_the_page_is_a_change_of_the_page() {
    let signed = sealed();
    for (size, kind) in [((60.0, 60.0), ChangesAfter::Signature), ((200.0, 280.0), ChangesAfter::Other)] {
        let picture = picture();
        let stamps = vec![Stamp { page: 0, centre_mm: (105.0, 148.0), size: Size::new(size.0, size.1).unwrap() }];
        let seal = Seal { picture: &picture, stamps, fields: Fields::One };
        let document = Document::open(signed.clone(), None).unwrap();
        let twice = Signer::shared().finish(&document.stamp(&request(Some(seal))).unwrap());
        let first = facts(&twice).remove(0);
        assert_eq!(first.changes_after, kind, "{first:?}");
        assert_eq!(first.pages_changed, if kind == ChangesAfter::Other { vec![1] } else { vec![] });
        assert!(first.problems.contains(&Problem::Overlaid));
    }
}

#[test]
fn a_time_stamp_with_a_picture_counts_as_a_signature() {
    let first = |permission| json!({ "do": "sign", "field": "First", "permission": permission });
    let stamp = json!({ "do": "timestamp", "field": "Empty" });
    let cases = [(2, ChangesAfter::Signature), (1, ChangesAfter::Other)];
    let steps: Vec<_> = cases.iter().map(|case| json!([first(case.0), stamp])).collect();
    let made = made(&crate::histories::form().classic(), &steps);
    for ((permission, kind), (bytes, _)) in cases.into_iter().zip(made) {
        let facts = facts(&bytes);
        let certified = facts.iter().find(|facts| facts.name == "First").unwrap();
        assert_eq!(certified.changes_after, kind, "P={permission}: {certified:?}");
    }
}

/// A sequence that is the same for the same seed (SplitMix64).
fn random(seed: &mut u64) -> usize {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    usize::try_from((mixed ^ (mixed >> 27)) >> 16).unwrap()
}

fn seed() -> u64 {
    let given = std::env::var("BIDSEAL_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from_le_bytes(algo::random().unwrap()));
    println!("BIDSEAL_TEST_SEED={seed}");
    seed
}

#[test]
fn no_changed_byte_goes_unnoticed() {
    let signed = [sealed().as_slice(), b"\n \n"].concat();
    let covered = signed.len() - 3;
    let ([_, first, second, _], _) = byte_range(&signed);
    let mut seed = seed();
    for _ in 0..400 {
        // the gap is most of the file
        let at = match random(&mut seed) % signed.len() {
            at if (first + 2000..second).contains(&at) => at % first,
            at => at,
        };
        let mut bytes = signed.clone();
        bytes[at] ^= 1 << (random(&mut seed) % 8);
        let Ok(document) = Document::open(bytes.clone(), None) else { continue };
        let Ok(found) = pdf::verify::verify(&document) else { continue };
        // what no signature covers, the versions and the list of digests (RFC 5652 5.1), is told as a problem
        let passes = found.iter().any(|facts| {
            facts.intact
                && facts.signature
                && facts.coverage == Coverage::Whole
                && facts.changes_after == ChangesAfter::None
                && facts.problems.is_empty()
        });
        // hexadecimal digits may be of either case; white space behind the end is nobody's
        let same_digits = bytes[first..second].eq_ignore_ascii_case(&signed[first..second]);
        let harmless = (first..second).contains(&at) && same_digits || at >= covered && bytes[at].is_ascii_whitespace();
        assert!(!passes || harmless || at >= covered && bytes[at] == 0, "byte {at} flipped: {found:?}");
    }
}

#[test]
fn a_truncated_document_never_passes() {
    let signed = sealed();
    let end = byte_range(&signed).0;
    let whole = end[2] + end[3];
    let mut seed = seed();
    let lengths = (0..200).map(|_| random(&mut seed) % signed.len()).chain(signed.len() - 40..signed.len());
    for length in lengths {
        let Ok(document) = Document::open(signed[..length].to_vec(), None) else { continue };
        let Ok(found) = pdf::verify::verify(&document) else { continue };
        assert!(found.iter().all(|facts| !facts.intact && !is_clean(facts)), "{length} of {whole}: {found:?}");
    }
}
