//! A verdict as a text that can be handed on: what was examined, told by its digest, and every fact in words.

use std::{fmt::Write as _, fs::File, io::Read, path::Path};

use algo::Hash;
use client::{Catalogue, Clock, Code, Failure, printable};
use protocol::screens::{Reason, Signature, Verified};
use time::format_description::well_known::Rfc3339;

use crate::{Desk, internal};

/// Examines the file anew and writes what came of it, in the person's language.
pub(super) fn write(desk: &Desk, file: u32, signature: Option<u32>, output: u32) -> Result<(), Failure> {
    let (path, output) = (desk.files.path(file)?, desk.files.path(output)?);
    let separate = signature.map(|id| desk.files.path(id)).transpose()?;
    let before = digest(&path)?;
    let verified = super::verdicts::verify(desk, file, signature)?;
    // What is told of is what was examined: a file that was replaced on the way is examined again by the person.
    if digest(&path)? != before {
        return Err(Failure::new(Code::InputChanged).with("path", path.display().to_string()));
    }
    let mut text = head(desk, &verified, &before)?;
    if let Some(path) = &separate {
        line(&mut text, desk.words(), "report.separate", &[("name", &name(path)), ("digest", &digest(path)?.1)]);
    }
    say(&mut text, &verified.reasons, desk.words());
    for (index, signature) in verified.signatures.iter().enumerate() {
        one(&mut text, index + 1, signature, desk.words());
    }
    line(&mut text, desk.words(), "report.foot", &[]);
    // The system's dialog has asked whether an existing file may be replaced.
    client::write_output(&desk.session(), &output, text.as_bytes(), true)
}

fn head(desk: &Desk, verified: &Verified, (size, digest): &(u64, String)) -> Result<String, Failure> {
    let words = desk.words();
    let now = desk.clock.now().format(&Rfc3339).map_err(internal)?;
    let mut text = String::new();
    line(&mut text, words, "report.title", &[]);
    line(&mut text, words, "report.file", &[("name", &verified.name), ("size", &size.to_string())]);
    line(&mut text, words, "report.digest", &[("digest", digest)]);
    line(&mut text, words, "report.made", &[("moment", &now), ("version", env!("CARGO_PKG_VERSION"))]);
    line(&mut text, words, &format!("report.verdict.{}", verified.verdict), &[]);
    Ok(text)
}

fn one(text: &mut String, number: usize, signature: &Signature, words: &Catalogue) {
    text.push('\n');
    line(
        text,
        words,
        "report.signature",
        &[("number", &number.to_string()), ("signer", &printable(&signature.signer))],
    );
    let moment = signature.time.value.as_deref().unwrap_or_default();
    line(text, words, &format!("report.time.{}", signature.time.source), &[("moment", moment)]);
    line(text, words, "report.certificate", &[("digest", &signature.certificate)]);
    let facts = [
        ("intact", signature.intact.to_string()),
        ("signature", signature.signature.to_string()),
        ("coverage", signature.coverage.clone()),
        ("changes_after", signature.changes_after.clone()),
        ("seal", signature.seal.clone()),
        ("chain", signature.chain.clone()),
        ("revocation", signature.revocation.clone()),
    ];
    for (axis, value) in facts {
        let _ = writeln!(text, "  - {}", words.text(&format!("report.axis.{axis}.{value}"), &[]));
    }
    if !signature.pages_changed.is_empty() {
        let pages: Vec<_> = signature.pages_changed.iter().map(ToString::to_string).collect();
        line(text, words, "report.pages", &[("pages", &pages.join(", "))]);
    }
    say(text, &signature.reasons, words);
}

fn say(text: &mut String, reasons: &[Reason], words: &Catalogue) {
    for reason in reasons {
        line(text, words, "report.reason", &[("reason", &reason.message), ("code", &reason.code)]);
    }
}

fn line(text: &mut String, words: &Catalogue, key: &str, facts: &[(&str, &str)]) {
    text.push_str(&words.text(key, facts));
    text.push('\n');
}

fn name(path: &Path) -> String {
    printable(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// Length and SHA-256 of a file of any size.
fn digest(path: &Path) -> Result<(u64, String), Failure> {
    let not_found = |_| Failure::new(Code::InputNotFound).with("path", path.display().to_string());
    let mut file = File::open(path).map_err(not_found)?;
    let (mut hasher, mut length, mut piece) = (Hash::Sha256.hasher(), 0, vec![0; 1 << 20]);
    loop {
        match file.read(&mut piece).map_err(not_found)? {
            0 => return Ok((length, hasher.finish().to_string())),
            read => {
                hasher.update(&piece[..read]);
                length += read as u64;
            }
        }
    }
}
