//! Documents that forbid another signature, refused before anyone is asked for a PIN.

use crate::judges::signed_by_pyhanko;
use crate::make::{A4, Source};
use crate::sign::{find, request, stamped};
use pdf::{Document, Fields, Locked, StampError};

fn refusal(bytes: Vec<u8>) -> Locked {
    let document = Document::open(bytes, None).unwrap();
    let asked = document.can_sign();
    let stamped = document.stamp(&request(None));
    match (asked, stamped) {
        (Err(StampError::Locked(asked)), Err(StampError::Locked(stamped))) if asked == stamped => asked,
        (asked, stamped) => panic!("{asked:?}, {:?}", stamped.err()),
    }
}

#[test]
fn a_document_certified_against_change_is_refused() {
    let certified = signed_by_pyhanko(&Source::of_pages(&[A4]).classic(), Some(1), false);
    assert_eq!(refusal(certified), Locked::Certified { field: "Certified".to_owned() });
}

#[test]
fn a_document_certified_for_form_filling_takes_a_signature() {
    for permission in [2, 3] {
        let certified = signed_by_pyhanko(&Source::of_pages(&[A4]).classic(), Some(permission), false);
        let document = Document::open(certified, None).unwrap();
        document.can_sign().unwrap();
        document.stamp(&request(None)).unwrap();
    }
}

#[test]
fn locked_fields_are_refused() {
    let locked = signed_by_pyhanko(&Source::of_pages(&[A4]).classic(), None, true);
    assert_eq!(refusal(locked), Locked::Fields { field: "Certified".to_owned() });
}

/// A handmade signature with a reference dictionary or lock.
fn with_signature(entries: &str, lock: &str) -> Vec<u8> {
    Source::of_pages(&[A4])
        .set(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [20 0 R] /SigFlags 3 >> >>")
        .set(20, &format!("<< /FT /Sig /T (First) /V 21 0 R {lock} >>"))
        .set(21, &format!("<< /Type /Sig /ByteRange [0 10 20 10] /Contents <00> {entries} >>"))
        .classic()
}

#[test]
fn every_form_of_lock_is_known() {
    let mdp = |method: &str, parameters: &str| {
        format!("/Reference [<< /TransformMethod /{method} /TransformParams << {parameters} >> >>]")
    };
    let locked = [
        (mdp("DocMDP", "/P 1"), String::new()),
        (mdp("FieldMDP", "/Action /All"), String::new()),
        (mdp("FieldMDP", "/Action /Exclude /Fields [(Other)]"), String::new()),
        (String::new(), "/Lock << /Action /All >>".to_owned()),
        (String::new(), "/Lock << /Action /Exclude /Fields [(Other)] >>".to_owned()),
        (String::new(), "/Lock << /Action /Include /Fields [(Other)] /P 1 >>".to_owned()),
    ];
    for (entries, lock) in locked {
        refusal(with_signature(&entries, &lock));
    }
    let open = [
        (mdp("DocMDP", "/P 2"), String::new()),
        (mdp("DocMDP", ""), String::new()),
        (mdp("UR3", "/P 1"), String::new()),
        (mdp("FieldMDP", "/Action /Include /Fields [(Other)]"), String::new()),
        (String::new(), "/Lock << /Action /Include /Fields [(Other)] >>".to_owned()),
    ];
    for (entries, lock) in open {
        let document = Document::open(with_signature(&entries, &lock), None).unwrap();
        assert!(document.can_sign().is_ok(), "{entries}{lock}");
    }
}

#[test]
fn a_certification_that_only_the_catalog_names_counts() {
    let bytes = Source::of_pages(&[A4])
        .set(1, "<< /Type /Catalog /Pages 2 0 R /Perms << /DocMDP 21 0 R >> >>")
        .set(21, "<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>] >>")
        .classic();
    assert!(matches!(refusal(bytes), Locked::Certified { .. }));
}

#[test]
fn a_signature_past_the_end_is_not_built_upon() {
    let signed = stamped(&Source::of_pages(&[A4]).classic(), None, &[0], Fields::One);
    let at = find(&signed, b"/ByteRange [0 ", 0) + b"/ByteRange [0 ".len();
    let old = String::from_utf8(signed[at..at + 36].to_vec()).unwrap();
    let numbers: Vec<usize> =
        old.split_whitespace().take(3).map(|n| n.trim_end_matches(']').parse().unwrap()).collect();
    let past = format!("{} {} {}", numbers[0], numbers[1], numbers[2] + 1);
    let mut bytes = signed.clone();
    bytes[at..at + past.len()].copy_from_slice(past.as_bytes());
    assert_eq!(refusal(bytes), Locked::SignaturePastEnd { field: "Seal1".to_owned() });
}
