//! `bidseal cert …`

use std::path::{Path, PathBuf};

use client::{
    CertificateReport, Failure, Online, Session, Turn,
    certificates::{self, Listing, RequestOrder, RequestedUse},
    status::{self, CertificateStatus, StatusReport},
    verdict::Revocation,
};
use serde_json::json;

use super::Shell;
use crate::{
    args::{Cert, KeyUse, Request},
    outcome::Outcome,
};

pub(super) fn run(shell: &Shell, command: Cert) -> Result<Outcome, Failure> {
    match command {
        Cert::List(of) => {
            let Listing { certificates: found, failure } =
                certificates::list(&shell.session(&of.modules)?, of.token.as_deref())?;
            let text =
                if found.is_empty() { shell.words.get("out.cert.none").to_owned() } else { lines(shell, &found) };
            Ok(Outcome::new(&json!({ "certificates": found }), text).failed(failure))
        }
        Cert::Show { certificate, modules } => {
            let found = certificates::show(&shell.session(&modules)?, &certificate)?;
            Ok(Outcome::new(&json!({ "certificate": found }), whole(shell, &found)))
        }
        Cert::Export { certificate, chain, output, modules } => {
            let session = shell.session(&modules)?;
            let pem = certificates::export(&session, &certificate, chain)?;
            delivered(shell, &session, &json!({ "pem": pem }), &pem, output.as_deref())
        }
        Cert::Request(request) => make_request(shell, &request),
        Cert::Import { token, file, enclosed, modules } => {
            let session = shell.session(&modules)?;
            let placed = match enclosed {
                None => certificates::import(&session, Some(&token), &file)?,
                Some(key) => certificates::import_enclosed(&session, Some(&token), &file, &key)?,
            };
            let reports: Vec<_> = placed.iter().map(|placed| placed.certificate.clone()).collect();
            let text = format!("{}\n{}", shell.words.get("out.cert.imported"), lines(shell, &reports));
            Ok(Outcome::new(&json!({ "imported": placed }), text))
        }
        Cert::Status { certificate, modules } => {
            let network = shell.network();
            let report = status::status(&shell.session(&modules)?, &certificate, Online(&network))?;
            let exit = if report.status == Revocation::Good { 0 } else { Turn::Refused.exit() };
            Ok(Outcome::new(&report, told(shell, &report)).exit(exit))
        }
        Cert::Delete { certificate, modules } => {
            let gone = certificates::delete(&shell.session(&modules)?, &certificate)?;
            let text = format!("{}\n{}", shell.words.get("out.cert.deleted"), line(shell, &gone));
            Ok(Outcome::new(&json!({ "deleted": gone }), text))
        }
    }
}

fn make_request(shell: &Shell, request: &Request) -> Result<Outcome, Failure> {
    let session = shell.session(&request.modules)?;
    let outputs = outputs(request);
    for output in &outputs {
        client::check_place(&shell.home, output, &[], shell.force)?;
    }
    let order = RequestOrder {
        token: Some(&request.token),
        subject: &request.subject,
        suite: request.suite,
        key_use: match request.key_use {
            KeyUse::Sign => RequestedUse::Sign,
            KeyUse::Encrypt => RequestedUse::Encrypt,
            KeyUse::Both => RequestedUse::Both,
        },
    };
    let made = certificates::request(&session, &order)?;
    let named: Vec<_> = outputs.iter().map(|output| output.display().to_string()).collect();
    let document = json!({ "requests": made, "outputs": named });
    if outputs.is_empty() {
        let pem: String = made.iter().map(|request| request.pem.as_str()).collect();
        return Ok(Outcome::new(&document, pem));
    }
    for (request, output) in made.iter().zip(&outputs) {
        client::write_output(&session, output, request.pem.as_bytes(), shell.force)?;
    }
    Ok(Outcome::new(&document, written(shell, &outputs)))
}

/// Where the requests go: to one file, or for both keys to two whose names tell them apart.
fn outputs(request: &Request) -> Vec<PathBuf> {
    let Some(output) = &request.output else { return Vec::new() };
    match request.key_use {
        KeyUse::Both => ["sign", "encrypt"].map(|key_use| with_use(output, key_use)).into(),
        KeyUse::Sign | KeyUse::Encrypt => vec![output.clone()],
    }
}

fn with_use(output: &Path, key_use: &str) -> PathBuf {
    match output.extension() {
        Some(ending) => output.with_extension(format!("{key_use}.{}", ending.to_string_lossy())),
        None => output.with_extension(key_use),
    }
}

/// Text that goes to a file if one is named, else to standard output.
fn delivered(
    shell: &Shell,
    session: &Session<'_>,
    document: &serde_json::Value,
    text: &str,
    output: Option<&Path>,
) -> Result<Outcome, Failure> {
    let Some(output) = output else { return Ok(Outcome::new(document, text.to_owned())) };
    client::check_output(output, &[], shell.force)?;
    client::write_output(session, output, text.as_bytes(), shell.force)?;
    Ok(Outcome::new(document, written(shell, &[output.to_owned()])))
}

/// Says which files were written.
pub(super) fn written(shell: &Shell, outputs: &[PathBuf]) -> String {
    let say = |output: &PathBuf| shell.words.fill("out.written", &[("path", &output.display().to_string())]);
    outputs.iter().map(say).collect::<Vec<_>>().join("\n")
}

/// Certificates, one in each line.
pub(super) fn lines(shell: &Shell, certificates: &[CertificateReport]) -> String {
    certificates.iter().map(|certificate| line(shell, certificate)).collect::<Vec<_>>().join("\n")
}

/// A certificate in one line.
pub(super) fn line(shell: &Shell, certificate: &CertificateReport) -> String {
    let facts = [
        ("holder", client::printable(&certificate.holder)),
        ("serial", certificate.serial.clone()),
        ("use", uses(shell, certificate)),
        ("valid_to", certificate.valid_to.clone()),
        ("token", certificate.token.clone().unwrap_or_default()),
    ];
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    shell.words.fill("out.cert.line", &facts)
}

fn uses(shell: &Shell, certificate: &CertificateReport) -> String {
    let both = [(certificate.can_sign, "out.use.sign"), (certificate.can_encrypt, "out.use.encrypt")];
    both.iter().filter(|(can, _)| *can).map(|(_, key)| shell.words.get(key)).collect::<Vec<_>>().join(" ")
}

fn whole(shell: &Shell, certificate: &CertificateReport) -> String {
    let facts = [
        ("subject", client::printable(&certificate.subject)),
        ("issuer", client::printable(&certificate.issuer)),
        ("serial", certificate.serial.clone()),
        ("use", uses(shell, certificate)),
        ("algorithm", certificate.algorithm.clone()),
        ("valid_from", certificate.valid_from.clone()),
        ("valid_to", certificate.valid_to.clone()),
        ("credit_code", certificate.credit_code.clone().unwrap_or_else(|| "–".into())),
        ("device_number", certificate.device_number.clone().unwrap_or_else(|| "–".into())),
        ("sha256", certificate.sha256.clone()),
        ("sm3", certificate.sm3.clone()),
    ];
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    shell.words.fill("out.cert.whole", &facts)
}

/// What is known of each certificate up to the root, and why not more.
fn told(shell: &Shell, report: &StatusReport) -> String {
    let mut lines = vec![shell.words.get(word(report.status)).to_owned()];
    lines.extend(report.reasons.iter().map(|reason| super::verify::told(shell, reason)));
    for one in &report.checked {
        lines.push(checked(shell, one));
        lines.extend(one.reasons.iter().map(|reason| super::verify::told(shell, reason)));
    }
    lines.join("\n")
}

fn checked(shell: &Shell, one: &CertificateStatus) -> String {
    let facts = [
        ("holder", client::printable(&one.holder)),
        ("serial", one.serial.clone()),
        ("status", shell.words.get(word(one.status)).to_owned()),
        ("source", one.source.unwrap_or("–").to_uppercase()),
        ("time", one.this_update.clone().unwrap_or_else(|| "–".into())),
        ("since", one.revoked_since.clone().unwrap_or_default()),
        ("reason", one.revoked_for.unwrap_or("unspecified").to_owned()),
    ];
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let line = if one.status == Revocation::Revoked { "out.status.revoked_line" } else { "out.status.line" };
    shell.words.fill(line, &facts)
}

const fn word(status: Revocation) -> &'static str {
    match status {
        Revocation::Good => "out.status.good",
        Revocation::Revoked => "out.status.revoked",
        Revocation::Unknown | Revocation::NotChecked => "out.status.unknown",
    }
}
