//! Verdicts, with their reasons in words.

use client::{
    Catalogue, Failure,
    verify::{self, VerifyOrder},
};
use protocol::screens::Verified;
use serde_json::{Value, json};

use crate::{Desk, told};

pub(super) fn verify(desk: &Desk, file: u32, signature: Option<u32>) -> Result<Verified, Failure> {
    let path = desk.files.path(file)?;
    let signature = signature.map(|id| desk.files.path(id)).transpose()?;
    let order = VerifyOrder { file: &path, signature: signature.as_deref(), trust: &[], at: None };
    let mut report = told::json(verify::verify(&desk.session(), &order)?)?;
    report["name"] = json!(path.file_name().unwrap_or_default().to_string_lossy());
    say_reasons(&mut report, desk.words());
    if let Some(signatures) = report["signatures"].as_array_mut() {
        signatures.iter_mut().for_each(|signature| say_reasons(signature, desk.words()));
    }
    told::shown(report)
}

/// Each reason's stable word becomes that word with what it means and what to do.
pub(super) fn say_reasons(facts: &mut Value, words: &Catalogue) {
    let said = |reason: &Value| {
        let code = reason.as_str().unwrap_or_default();
        let (message, hint) = words.reason(code);
        json!({ "code": code, "message": message, "hint": hint })
    };
    if let Some(reasons) = facts["reasons"].as_array_mut() {
        reasons.iter_mut().for_each(|reason| *reason = said(reason));
    }
}
