//! Honest histories made by pyHanko: what comes after a signature has its right kind, and pyHanko agrees on whether it was
//! allowed.

use crate::make::{A4, Source};
use crate::second::{facts, is_clean, made};
use pdf::verify::ChangesAfter::{self, Dss, Form, None as Nothing, Other, Signature, Timestamp};
use pdf::verify::{Coverage, SignatureKind};
use serde_json::{Value, json};

/// A form with a text field, one below a parent, a check box and an empty signature field.
pub(crate) fn form() -> Source {
    let widget = "/Type /Annot /Subtype /Widget /F 4 /P 10 0 R /DA (/Helv 10 Tf 0 g)";
    Source::of_pages(&[&format!("{A4} /Annots [20 0 R 22 0 R 23 0 R 24 0 R]"), A4])
        .set(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>")
        .set(6, "<< /Fields [20 0 R 21 0 R 23 0 R 24 0 R] /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 3 0 R >> >> >>")
        .set(20, &format!("<< {widget} /FT /Tx /T (Name) /Rect [50 700 150 720] >>"))
        .set(21, "<< /T (Group) /Kids [22 0 R] >>")
        .set(22, &format!("<< {widget} /FT /Tx /T (Child) /Parent 21 0 R /Rect [50 650 150 670] >>"))
        .set(
            23,
            &format!(
                "<< {widget} /FT /Btn /T (Agree) /Rect [50 600 60 610] /V /Off /AS /Off \
                 /AP << /N << /Yes 25 0 R /Off 26 0 R >> >> >>"
            ),
        )
        .set(24, &format!("<< {widget} /FT /Sig /T (Empty) /Rect [300 600 400 650] >>"))
        .set(25, "<< /Type /XObject /Subtype /Form /BBox [0 0 10 10] /Length 3 >>\nstream\nq Q\nendstream")
        .set(26, "<< /Type /XObject /Subtype /Form /BBox [0 0 10 10] /Length 3 >>\nstream\nq Q\nendstream")
}

fn sign(field: &str) -> Value {
    json!({ "do": "sign", "field": field })
}

fn certify(permission: u8) -> Value {
    json!({ "do": "sign", "field": "First", "permission": permission })
}

fn fill(field: &str) -> Value {
    json!({ "do": "fill", "field": field, "value": "Li Lei" })
}

fn dss() -> Value {
    json!({ "do": "dss" })
}

fn timestamp() -> Value {
    json!({ "do": "timestamp" })
}

fn locked(action: &str, fields: &[&str]) -> Value {
    json!({ "do": "sign", "field": "First", "lock": { "action": action, "fields": fields } })
}

/// What the kind is to pyHanko.
fn level(kind: ChangesAfter) -> &'static [&'static str] {
    match kind {
        Nothing => &["NONE", "LTA_UPDATES"],
        Timestamp | Dss => &["LTA_UPDATES"],
        Signature => &["FORM_FILLING"],
        // an empty field nobody sees is less to pyHanko
        Form => &["FORM_FILLING", "LTA_UPDATES"],
        Other => &["OTHER", "ANNOTATIONS", "FORM_FILLING", "LTA_UPDATES"],
    }
}

#[test]
fn what_follows_a_signature_has_its_kind() {
    let visible = json!({ "do": "sign", "field": "Second", "box": [300, 100, 400, 200] });
    let existing = json!({ "do": "sign", "field": "Empty", "existing": true });
    let check = json!({ "do": "fill", "field": "Agree", "state": "/Yes" });
    let again = json!({ "do": "fill", "field": "Name", "value": "Han Meimei" });
    let mut cases: Vec<(String, Vec<Value>, ChangesAfter)> = vec![
        ("alone".into(), vec![sign("First")], Nothing),
        ("signature".into(), vec![sign("First"), sign("Second")], Signature),
        ("visible signature".into(), vec![sign("First"), visible], Signature),
        ("signature in an empty field".into(), vec![sign("First"), existing], Signature),
        ("text".into(), vec![sign("First"), fill("Name")], Form),
        ("text twice".into(), vec![sign("First"), fill("Name"), again], Form),
        ("text below a parent".into(), vec![sign("First"), fill("Group.Child")], Form),
        ("check box".into(), vec![sign("First"), check], Form),
        ("material".into(), vec![sign("First"), dss()], Dss),
        ("material twice".into(), vec![sign("First"), dss(), sign("Second"), dss()], Signature),
        ("time stamp".into(), vec![sign("First"), timestamp()], Timestamp),
        ("long term".into(), vec![sign("First"), dss(), timestamp(), dss(), timestamp()], Dss),
        (
            "everything".into(),
            vec![sign("First"), fill("Name"), sign("Second"), dss(), timestamp(), fill("Group.Child")],
            Form,
        ),
        ("empty field".into(), vec![sign("First"), json!({ "do": "field", "field": "Later" })], Form),
        ("lock of all, material".into(), vec![locked("ALL", &[]), dss(), timestamp()], Dss),
        ("lock of all, text".into(), vec![locked("ALL", &[]), fill("Name")], Other),
        ("lock of one, it".into(), vec![locked("INCLUDE", &["Name"]), fill("Name")], Other),
        ("lock of one, another".into(), vec![locked("INCLUDE", &["Name"]), fill("Group.Child")], Form),
        ("lock of a parent".into(), vec![locked("INCLUDE", &["Group"]), fill("Group.Child")], Other),
        ("lock of the others".into(), vec![locked("EXCLUDE", &["Name"]), fill("Name")], Form),
        ("lock of the others, one".into(), vec![locked("EXCLUDE", &["Name"]), fill("Group.Child")], Other),
    ];
    for permission in 1..=3 {
        let under_1 = |kind| if permission == 1 { Other } else { kind };
        for (name, step, kind) in [
            ("signature", sign("Second"), under_1(Signature)),
            ("text", fill("Name"), under_1(Form)),
            ("material", dss(), Dss),
            ("time stamp", timestamp(), Timestamp),
        ] {
            cases.push((format!("P={permission}, {name}"), vec![certify(permission), step], kind));
        }
    }
    let steps: Vec<Value> = cases.iter().map(|case| json!(case.1)).collect();
    for ((name, steps, kind), (bytes, said)) in cases.into_iter().zip(made(&form().classic(), &steps)) {
        let facts = facts(&bytes);
        let first = facts.iter().find(|facts| facts.name == "First").unwrap();
        let theirs = said.iter().find(|said| said.field == "First").unwrap();
        assert!(first.intact && first.signature && first.problems.is_empty(), "{name}: {first:?}");
        assert_eq!(first.changes_after, kind, "{name}: {first:?} {theirs:?}");
        let coverage = if steps.len() == 1 { Coverage::Whole } else { Coverage::Revision };
        assert_eq!(first.coverage, coverage, "{name}");
        // all fields of the form stand on the first page
        let is_filled = steps.iter().any(|step| step["do"] == "fill") || kind == Form;
        assert_eq!(first.pages_changed, if is_filled { vec![1] } else { vec![] }, "{name}");
        assert_eq!(is_clean(first), theirs.clean, "{name}: pyHanko: {}", theirs.whole);
        let modification = theirs.modification.as_deref().unwrap_or("NONE");
        assert!(level(kind).contains(&modification), "{name}: {kind:?}, pyHanko: {}", theirs.whole);
        let stamps = facts.iter().filter(|facts| facts.kind == SignatureKind::DocumentTimestamp);
        assert_eq!(stamps.clone().count(), steps.iter().filter(|step| step["do"] == "timestamp").count(), "{name}");
        assert!(stamps.clone().all(|stamp| stamp.intact && stamp.signature), "{name}: {facts:?}");
    }
}
