//! The facts about signatures: honest documents, and every known way to make a changed one pass.

use crate::judges::signed_by_pyhanko;
use crate::make::{A4, Source, qpdf};
use crate::sign::{find, stamped};
use crate::update::{Update, body};
use algo::Password;
use pdf::verify::{ChangesAfter, Coverage, Problem, SignatureFacts};
use pdf::{Document, Fields};

fn facts(bytes: &[u8]) -> Vec<SignatureFacts> {
    pdf::verify::verify(&Document::open(bytes.to_vec(), None).unwrap()).unwrap()
}

/// The facts about the only signature.
fn only(bytes: &[u8]) -> SignatureFacts {
    let mut facts = facts(bytes);
    assert_eq!(facts.len(), 1);
    facts.pop().unwrap()
}

fn clean(facts: &SignatureFacts, coverage: Coverage, changes: ChangesAfter) {
    assert!(facts.intact && facts.signature, "{facts:?}");
    assert_eq!((facts.coverage, facts.changes_after), (coverage, changes), "{facts:?}");
    assert!(facts.problems.is_empty() && facts.pages_changed.is_empty(), "{facts:?}");
}

fn pages() -> Source {
    Source::of_pages(&[A4, A4, A4])
}

fn sealed(source: &Source) -> Vec<u8> {
    stamped(&source.classic(), None, &[0, 2], Fields::One)
}

#[test]
fn a_sealed_document_is_covered_and_unchanged() {
    let facts = only(&sealed(&pages()));
    clean(&facts, Coverage::Whole, ChangesAfter::None);
    assert_eq!(facts.certificate.as_ref().unwrap().subject().common_name().as_deref(), Some("Test Signer"));
    assert_eq!(facts.name, "Seal1");
    assert_eq!(facts.reason.as_deref(), Some("投标文件"));
    assert_eq!(facts.claimed_time.unwrap().unix_timestamp(), 1_700_000_000);
}

#[test]
fn every_kind_of_file_is_verified() {
    let classic = pages().classic();
    let files = [
        qpdf(&classic, &["--object-streams=generate"]),
        qpdf(&classic, &["--linearize"]),
        qpdf(&classic, &["--linearize", "--object-streams=generate"]),
        pages().hybrid(&[1, 5, 10, 11]),
        classic[..classic.len() - 1].to_vec(),
    ];
    for file in files {
        let once = stamped(&file, None, &[0, 1], Fields::One);
        clean(&only(&once), Coverage::Whole, ChangesAfter::None);
        let twice = facts(&stamped(&once, None, &[2], Fields::One));
        clean(&twice[0], Coverage::Revision, ChangesAfter::Signature);
        clean(twice.last().unwrap(), Coverage::Whole, ChangesAfter::None);
    }
}

#[test]
fn a_seal_over_an_earlier_one_is_reported() {
    let once = stamped(&pages().classic(), None, &[0, 1], Fields::One);
    for (page, overlaid) in [(0, true), (1, true), (2, false)] {
        let first = facts(&stamped(&once, None, &[page], Fields::One)).remove(0);
        assert_eq!(first.problems, if overlaid { vec![Problem::Overlaid] } else { vec![] }, "page {page}");
        assert_eq!((first.coverage, first.changes_after), (Coverage::Revision, ChangesAfter::Signature));
    }
}

#[test]
fn an_encrypted_document_is_verified_with_its_password() {
    let encrypted = qpdf(&pages().classic(), &["--encrypt", "secret", "owner", "256", "--"]);
    let once = stamped(&encrypted, Some("secret"), &[0], Fields::One);
    let twice = stamped(&once, Some("secret"), &[1], Fields::One);
    let password = Password::new("secret").unwrap();
    let facts = pdf::verify::verify(&Document::open(twice, Some(&password)).unwrap()).unwrap();
    clean(&facts[0], Coverage::Revision, ChangesAfter::Signature);
    clean(&facts[1], Coverage::Whole, ChangesAfter::None);
}

#[test]
fn signatures_by_another_program_are_verified() {
    for (permission, lock) in [(Some(1), false), (Some(2), false), (None, true)] {
        let signed = signed_by_pyhanko(&pages().classic(), permission, lock);
        clean(&only(&signed), Coverage::Whole, ChangesAfter::None);
    }
}

#[test]
fn changes_of_the_content_are_found_and_placed() {
    let signed = sealed(&pages());
    let page = body(&signed, 10);
    let catalog = body(&signed, 1);
    let text = "BT /F 24 Tf 150 400 Td (Price: 1) Tj ET";
    let with = |key: &str, value: &str, old: &str| format!("<< /{key} {value} {}", &old.trim_start()[2..]);
    let cases: Vec<(&str, Update, &[usize])> = vec![
        ("content stream", Update::default().stream(4, "", text), &[1, 2, 3]),
        (
            "contents entry",
            Update::default().set(10, page.replace("/Contents 4 0 R", "/Contents 500 0 R")).stream(500, "", text),
            &[1],
        ),
        ("font", Update::default().set(3, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"), &[1, 2, 3]),
        ("crop box", Update::default().set(11, with("CropBox", "[0 0 100 100]", &body(&signed, 11))), &[2]),
        (
            "page order",
            Update::default().set(2, "<< /Type /Pages /Kids [11 0 R 10 0 R 12 0 R] /Count 3 >>"),
            &[1, 2, 3],
        ),
        ("page removed", Update::default().set(2, "<< /Type /Pages /Kids [10 0 R 11 0 R] /Count 2 >>"), &[1, 2, 3]),
        ("new catalog", Update::default().set(500, catalog.clone()).trailer("/Root 500 0 R /Info 5 0 R"), &[]),
        (
            "open action",
            Update::default().set(1, with("OpenAction", "<< /S /JavaScript /JS (app.alert) >>", &catalog)),
            &[],
        ),
        ("freed page content", Update::default().free(4), &[1, 2, 3]),
        ("object nobody needs", Update::default().set(500, "(sleeping)"), &[]),
        ("title", Update::default().set(5, "<< /Title (Another) /Producer (test) >>"), &[]),
        ("redirected", Update::default().redirect(4, find(&signed, b"\n4 0 obj", 0) - 5), &[]),
    ];
    for (name, update, pages) in cases {
        let facts = only(&update.of(&signed));
        assert!(facts.intact && facts.signature, "{name}: the signed bytes are as they were");
        assert_eq!(facts.changes_after, ChangesAfter::Other, "{name}: {facts:?}");
        assert_ne!(facts.coverage, Coverage::Whole, "{name}");
        if name != "redirected" {
            assert_eq!(facts.pages_changed, pages, "{name}");
        }
    }
}
