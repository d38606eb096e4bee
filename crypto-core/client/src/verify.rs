//! Verification: separate facts about every signature, and one word.

pub(crate) mod cms_message;
mod pdf_document;
pub(crate) mod reasons;
mod signer;
mod time;

use std::path::{Path, PathBuf};

use ::time::OffsetDateTime;
use serde::Serialize;
use x509::{Certificate, TrustStore};

use crate::{
    Failure, Online, Session, bids, files, issuers, pdfs,
    status::{CertificateStatus, Embedded, Statuses},
    trust,
    verdict::{self, Axes, ChangesAfter, Coverage, Verdict},
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
    /// What was asked about revocation, for each certificate of the path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<CertificateStatus>,
}

/// When something was signed, and who says so.
#[derive(Clone, Debug, Serialize)]
pub struct TimeReport {
    /// RFC 3339, if stated.
    pub value: Option<String>,
    /// `timestamp`, `claimed` or `none`.
    pub source: &'static str,
}

/// What a signature itself tells, before its certificate is judged.
struct Facts {
    intact: bool,
    signature: bool,
    coverage: Coverage,
    changes_after: ChangesAfter,
    certificate: Option<Certificate>,
    claimed_time: Option<OffsetDateTime>,
    /// The signature's value, and the time stamp over it.
    value: Vec<u8>,
    timestamp: Option<Vec<u8>>,
    reasons: Vec<&'static str>,
}

/// What came with a signature for judging its certificate.
struct Material<'a> {
    certificates: &'a [Certificate],
    embedded: &'a Embedded,
}

/// By whom and as of when certificates are judged.
pub(crate) struct Judge<'a> {
    pub(crate) roots: TrustStore,
    /// Certificates of issuing authorities that the message may lack.
    pub(crate) issuers: Vec<Certificate>,
    pub(crate) at: OffsetDateTime,
    pub(crate) statuses: Statuses<'a>,
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
/// [`Code::VerifyKind`](crate::Code::VerifyKind) when the file is of no such kind,
/// [`Code::VerifyContentMissing`](crate::Code::VerifyContentMissing) for a signature whose document
/// was not given. A bad signature is no error but a verdict.
pub fn verify(session: &Session<'_>, order: &VerifyOrder<'_>) -> Result<VerifyReport, Failure> {
    verify_asking(session, order, None)
}

/// The same; with the network, the authorities are asked whether certificates were revoked.
///
/// # Errors
/// As [`verify`]. An authority that does not answer is no error but an unknown fact.
pub fn verify_asking(
    session: &Session<'_>,
    order: &VerifyOrder<'_>,
    online: Option<Online<'_>>,
) -> Result<VerifyReport, Failure> {
    let judge = judge(session, order, online)?;
    if let Some(signature) = order.signature {
        return cms_message::detached(session, order.file, signature, &judge);
    }
    match files::first_bytes(order.file)? {
        bytes if bytes.starts_with(b"BIDENC") => bids::verify::check(session, order.file, None, &judge),
        bytes if pdfs::is_pdf(&bytes) => pdf_document::report(session, order.file, &judge),
        _ => cms_message::attached(order.file, &judge),
    }
}

pub(crate) fn judge<'a>(
    session: &Session<'a>,
    order: &VerifyOrder<'_>,
    online: Option<Online<'a>>,
) -> Result<Judge<'a>, Failure> {
    let now = session.clock.now();
    Ok(Judge {
        roots: trust::store(session, order.trust)?,
        issuers: issuers::all(session)?,
        at: order.at.unwrap_or(now),
        statuses: Statuses { home: session.home, now, online },
    })
}
