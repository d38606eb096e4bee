//! Verification: separate facts about every signature, and one word.

pub(crate) mod cms_message;
pub(crate) mod reasons;
mod signer;

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use serde::Serialize;
use time::OffsetDateTime;
use x509::TrustStore;

use crate::{
    Code, Failure, Session, bids, fault, files, trust,
    verdict::{self, Axes, Verdict},
};

/// What is to be verified, by whose roots, and as of when.
#[derive(Clone, Debug)]
pub struct VerifyOrder<'a> {
    /// The signed file, or the document of a separate signature.
    pub file: &'a Path,
    /// The separate signature.
    pub signature: Option<&'a Path>,
    /// Folders with roots beside those of the home folder.
    pub trust: &'a [PathBuf],
    /// The time to judge by; without it, now.
    pub at: Option<OffsetDateTime>,
}

/// The result, as `verify --json` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct VerifyReport {
    /// Version of this form.
    pub schema: u32,
    /// `pdf`, `cms` or `bid`.
    pub kind: &'static str,
    /// The worst of all facts.
    pub verdict: Verdict,
    /// Reasons that concern the file as a whole.
    pub reasons: Vec<&'static str>,
    /// Every signature.
    pub signatures: Vec<SignatureReport>,
}

/// One signature.
#[derive(Clone, Debug, Serialize)]
pub struct SignatureReport {
    /// Its name: the field's in a PDF, else its number.
    pub name: String,
    /// The signer's subject name; empty if the certificate is missing.
    pub signer: String,
    /// SHA-256 of the signer's certificate; empty if it is missing.
    pub certificate: String,
    /// When.
    pub time: TimeReport,
    /// The facts.
    #[serde(flatten)]
    pub axes: Axes,
    /// Pages that changed since.
    pub pages_changed: Vec<usize>,
    /// Why a fact is not good.
    pub reasons: Vec<&'static str>,
}

/// When something was signed, and who says so.
#[derive(Clone, Debug, Serialize)]
pub struct TimeReport {
    /// RFC 3339, if stated.
    pub value: Option<String>,
    /// `timestamp`, `claimed` or `none`.
    pub source: &'static str,
}

/// By whom and as of when certificates are judged.
pub(crate) struct Judge {
    pub(crate) roots: TrustStore,
    pub(crate) at: OffsetDateTime,
}

impl VerifyReport {
    /// The report over these signatures; reasons of the file itself have been judged by the caller.
    pub(crate) fn of(kind: &'static str, signatures: Vec<SignatureReport>) -> Self {
        let verdict = verdict::of_all(signatures.iter().map(|signature| verdict::of(&signature.axes)));
        let reasons = if signatures.is_empty() { vec![reasons::NO_SIGNATURE] } else { Vec::new() };
        Self { schema: 1, kind, verdict, reasons, signatures }
    }
}

/// Verifies a file of any kind that is known here.
///
/// # Errors
/// [`Code::VerifyKind`] when the file is of no such kind, [`Code::VerifyContentMissing`] for a signature whose document
/// was not given. A bad signature is no error but a verdict.
pub fn verify(session: &Session<'_>, order: &VerifyOrder<'_>) -> Result<VerifyReport, Failure> {
    let judge = judge(session, order)?;
    if let Some(signature) = order.signature {
        return cms_message::detached(session, order.file, signature, &judge);
    }
    match first_bytes(order.file)? {
        bytes if bytes.starts_with(b"BIDENC") => bids::verify::check(session, order.file, None, &judge),
        _ => cms_message::attached(order.file, &judge),
    }
}

pub(crate) fn judge(session: &Session<'_>, order: &VerifyOrder<'_>) -> Result<Judge, Failure> {
    let roots = trust::store(session, order.trust)?;
    Ok(Judge { roots, at: order.at.unwrap_or_else(|| session.clock.now()) })
}

/// As much of a file as tells its kind.
fn first_bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    files::open(file)?.take(1024).read_to_end(&mut bytes).map_err(|error| fault::read(file, &error))?;
    if bytes.is_empty() { Err(fault::at(Code::InputEmpty, file)) } else { Ok(bytes) }
}
