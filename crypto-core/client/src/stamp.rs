//! Stamping: a visible seal and a signature on one or more PDF documents, with one consent and one PIN.

use std::path::{Path, PathBuf};

use ::seal::PageSet;

use crate::{
    CertificateReport, Code, ConsentRequest, Failure, Operation, Purpose, Session, certificates, consent, files,
    key::Way,
    pdfs::{Job, Look, Ready},
    pins, seals,
    tsa::TimeStamping,
};

/// What is to be stamped, and how.
#[derive(Clone, Debug)]
pub struct StampOrder<'a> {
    /// The documents.
    pub files: &'a [PathBuf],
    /// Where the results go.
    pub destination: Destination<'a>,
    /// Whose certificate.
    pub certificate: &'a str,
    /// A seal kept here, or a picture file.
    pub seal: &'a str,
    /// Its width in millimetres, if it is not known or to be another.
    pub width_mm: Option<f64>,
    /// `all`, `odd`, `even` or `1,3-5`.
    pub pages: &'a str,
    /// The seal's centre from the top left of the page as displayed, in millimetres.
    pub at_mm: Option<(f64, f64)>,
    /// Why it is signed.
    pub reason: Option<&'a str>,
    /// Replace existing results.
    pub force: bool,
}

/// Where results go.
#[derive(Clone, Copy, Debug)]
pub enum Destination<'a> {
    /// The one result.
    File(&'a Path),
    /// A folder that exists; results keep the names of their documents.
    Folder(&'a Path),
}

/// What became of the documents.
#[derive(Debug)]
pub struct Stamped {
    /// Whose signature it is.
    pub certificate: CertificateReport,
    /// Each document with its result, in the order given.
    pub results: Vec<(PathBuf, Result<PathBuf, Failure>)>,
}

impl Stamped {
    /// The first document that failed decides the status of the whole.
    #[must_use]
    pub fn first_failure(&self) -> Option<&Failure> {
        self.results.iter().find_map(|(_, result)| result.as_ref().err())
    }
}

/// Stamps documents. One that fails does not stop the others.
///
/// # Errors
/// What concerns all of them: certificate, seal, consent, PIN.
pub fn stamp(session: &Session<'_>, order: &StampOrder<'_>) -> Result<Stamped, Failure> {
    stamp_with_time(session, order, None)
}

/// The same, with a time stamp over each signature (PAdES B-T). A document whose time stamp fails is not written.
///
/// # Errors
/// As [`stamp`].
pub fn stamp_with_time(
    session: &Session<'_>,
    order: &StampOrder<'_>,
    tsa: Option<&TimeStamping<'_>>,
) -> Result<Stamped, Failure> {
    let outputs = outputs(order)?;
    let look = Look {
        pages: PageSet::parse(order.pages).map_err(|_| malformed(order.pages))?,
        picture: seals::picture(session, order.seal, order.width_mm)?,
        at_mm: order.at_mm,
    };
    let held = certificates::with_key(session, order.certificate, Purpose::Sign)?;
    let way = Way::of(&held.certificate)?;
    let job = Job { held: &held, way, look: Some(&look), reason: order.reason, tsa, force: order.force };
    let ready: Vec<Result<Ready, Failure>> =
        order.files.iter().zip(outputs).map(|(file, output)| job.ready(session, file, output)).collect();
    let results = sign_all(session, &job, ready)?;
    let certificate = CertificateReport::of(&held.certificate).on(&held.token.label);
    Ok(Stamped { certificate, results: order.files.iter().cloned().zip(results).collect() })
}

/// Asks once for all documents that can be stamped, then stamps them; if there is none, nobody is asked.
fn sign_all(
    session: &Session<'_>,
    job: &Job<'_>,
    ready: Vec<Result<Ready, Failure>>,
) -> Result<Vec<Result<PathBuf, Failure>>, Failure> {
    let documents: Vec<_> = ready.iter().flatten().map(|one| one.facts.clone()).collect();
    if documents.is_empty() {
        return Ok(ready.into_iter().map(|one| one.map(|ready| ready.output)).collect());
    }
    let request = ConsentRequest::new(Operation::Stamp, Some(&job.held.certificate), documents);
    let consented = consent::ask(session.consent, &request)?;
    let mut opened = pins::login(session, &job.held.token)?;
    let mut sign = |one: Ready| {
        if session.progress.cancelled() {
            return Err(Failure::new(Code::UserCancelled));
        }
        job.sign(session, one, &mut opened, &consented)
    };
    Ok(ready.into_iter().map(|one| one.and_then(&mut sign)).collect())
}

/// The results' names; two documents must not end in one file.
fn outputs(order: &StampOrder<'_>) -> Result<Vec<PathBuf>, Failure> {
    match order.destination {
        Destination::File(output) if order.files.len() == 1 => Ok(vec![output.to_owned()]),
        Destination::File(_) => {
            Err(Failure::new(Code::UsageConflict).with("argument", "--output").with("other", "several_files"))
        }
        Destination::Folder(folder) => {
            let mut outputs: Vec<PathBuf> = Vec::new();
            for file in order.files {
                let output = folder.join(files::name(file));
                if let Some(other) = outputs.iter().position(|taken| *taken == output) {
                    return Err(same_name(file, &order.files[other]));
                }
                outputs.push(output);
            }
            Ok(outputs)
        }
    }
}

/// One would replace the other.
fn same_name(file: &Path, other: &Path) -> Failure {
    let shown = |path: &Path| path.display().to_string();
    Failure::new(Code::UsageConflict).with("argument", shown(file)).with("other", shown(other))
}

/// What is no set of pages.
pub(crate) fn malformed(text: &str) -> Failure {
    Failure::new(Code::UsageValue).with("argument", "--page").with("value", text).with("reason", "not_pages")
}
