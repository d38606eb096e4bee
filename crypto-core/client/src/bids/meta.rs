//! The description of a tender: `{project,lot,bidder,credit_code,opens_at,platform_origin,platform_cert}`.

use std::path::Path;

use algo::Hash;
use bid::{CertificateHash, Claims};
use serde_json::{Map, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::faults;
use crate::{Code, Failure, detail, fault, files};

/// Reads a description; each fault names its field.
///
/// # Errors
/// [`Code::BidMeta`].
pub(super) fn read(file: &Path) -> Result<Claims, Failure> {
    let bytes = files::small(file)?;
    let wrong =
        |field: &str, reason: String| fault::at(Code::BidMeta, file).with("field", field).with("reason", reason);
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| wrong(&format!("{}:{}", error.line(), error.column()), "not_json".into()))?;
    let Value::Object(object) = value else { return Err(wrong("1:1", "not_an_object".into())) };
    let claims = claims(&object).map_err(|(field, reason)| wrong(&field, reason))?;
    claims.check().map_err(|fault| wrong(faults::field(&fault), detail::claim(&fault).into()))?;
    Ok(claims)
}

type Wrong = (String, String);

fn claims(object: &Map<String, Value>) -> Result<Claims, Wrong> {
    let mut claims = Claims::default();
    for (field, value) in object {
        let text = value.as_str().ok_or_else(|| (field.clone(), "not_text".to_owned()))?;
        match field.as_str() {
            "project" => text.clone_into(&mut claims.project),
            "lot" => text.clone_into(&mut claims.lot),
            "bidder" => text.clone_into(&mut claims.bidder),
            "credit_code" => text.clone_into(&mut claims.credit_code),
            "opens_at" => claims.opens_at = Some(moment(field, text)?),
            "platform_origin" => claims.platform_origin = Some(text.to_owned()),
            "platform_cert" => claims.platform_certificate = Some(certificate(field, text)?),
            _ => return Err((field.clone(), "unknown_member".into())),
        }
    }
    Ok(claims)
}

fn moment(field: &str, text: &str) -> Result<OffsetDateTime, Wrong> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| (field.to_owned(), "not_a_moment".into()))
}

/// `sha256:` or `sm3:` with the thumbprint, or the path of the certificate itself.
fn certificate(field: &str, text: &str) -> Result<CertificateHash, Wrong> {
    let wrong = |reason: &str| (field.to_owned(), reason.to_owned());
    let digits = |hex: &str| thumbprint(hex).ok_or_else(|| wrong("not_a_thumbprint"));
    match text.split_once(':') {
        Some(("sha256", hex)) => digits(hex).map(CertificateHash::Sha256),
        Some(("sm3", hex)) => digits(hex).map(CertificateHash::Sm3),
        _ => {
            let found = files::certificate(Path::new(text)).map_err(|_| wrong("no_certificate"))?;
            let digest = found.thumbprint(Hash::Sha256);
            Ok(CertificateHash::Sha256(digest.as_ref().try_into().expect("SHA-256 has 32 bytes")))
        }
    }
}

fn thumbprint(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: Value) -> Result<Claims, Wrong> {
        let Value::Object(object) = value else { unreachable!("the tests write objects") };
        claims(&object)
    }

    #[test]
    fn every_field_is_read() {
        let claims = parse(json!({"project": "某某大桥", "lot": "1", "bidder": "某某有限公司", "credit_code": "x",
            "opens_at": "2026-12-01T09:30:00+08:00", "platform_origin": "https://a.example",
            "platform_cert": format!("sm3:{}", "ab".repeat(32))}))
        .unwrap();
        assert_eq!(claims.opens_at.unwrap().unix_timestamp(), 1_796_088_600);
        assert_eq!(claims.platform_certificate, Some(CertificateHash::Sm3([0xab; 32])));
    }

    #[test]
    fn a_fault_names_its_field() {
        for (object, field) in [
            (json!({"projekt": "x"}), "projekt"),
            (json!({"lot": 1}), "lot"),
            (json!({"opens_at": "tomorrow"}), "opens_at"),
            (json!({"platform_cert": "sha256:12"}), "platform_cert"),
        ] {
            assert_eq!(parse(object).unwrap_err().0, field);
        }
    }
}
