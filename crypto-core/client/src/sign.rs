//! Signing one file: a PDF inside itself, anything else as CMS.

use std::path::{Path, PathBuf};

use cms::Content;
use durable::PartFile;
use serde::Serialize;

use crate::{
    CertificateReport, ConsentRequest, DocumentFacts, Failure, Operation, Purpose, Session,
    certificates::{self, Held},
    consent, files,
    key::{self, Way},
    output,
    pdfs::{self, Job},
    pins,
    tsa::TimeStamping,
};

/// What is to be signed, and how.
#[derive(Clone, Debug)]
pub struct SignOrder<'a> {
    /// The file.
    pub file: &'a Path,
    /// Whose certificate.
    pub certificate: &'a str,
    /// Where the result goes; without it, beside the file ([`SignOrder::output`]).
    pub output: Option<&'a Path>,
    /// Write the signature alone.
    pub detached: bool,
    /// Replace an existing result.
    pub force: bool,
}

/// A file that was signed.
#[derive(Clone, Debug, Serialize)]
pub struct Signed {
    /// What was signed.
    #[serde(serialize_with = "crate::path_text::path")]
    pub file: PathBuf,
    /// The result.
    #[serde(serialize_with = "crate::path_text::path")]
    pub output: PathBuf,
    /// `cms` or `pdf`.
    pub kind: &'static str,
    /// The signature stands alone, beside the file.
    pub detached: bool,
    /// Whose signature it is.
    pub certificate: CertificateReport,
}

impl SignOrder<'_> {
    /// Where the result goes: `NAME.pdf` becomes `NAME.signed.pdf`, any other `FILE` `FILE.p7m`, detached `FILE.p7s`.
    #[must_use]
    pub fn output(&self, is_pdf: bool) -> PathBuf {
        let with = |ending: &str| {
            let mut name = self.file.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        match (self.output, self.detached, is_pdf) {
            (Some(output), ..) => output.to_owned(),
            (None, true, _) => with(".p7s"),
            (None, false, true) => self.file.with_extension("signed.pdf"),
            (None, false, false) => with(".p7m"),
        }
    }
}

impl SignOrder<'_> {
    /// The name of the result where a shell chooses only its folder.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn output_name(&self) -> Result<String, Failure> {
        let is_pdf = !self.detached && pdfs::is_pdf(&files::first_bytes(self.file)?);
        Ok(files::name(&self.output(is_pdf)))
    }
}

/// Signs one file.
///
/// # Errors
/// Everything that can be refused is refused before consent and PIN.
pub fn sign(session: &Session<'_>, order: &SignOrder<'_>) -> Result<Signed, Failure> {
    sign_with_time(session, order, None)
}

/// The same, with a time stamp over the signature. Without the time stamp nothing is written.
///
/// # Errors
/// As [`sign`]; the codes `network.*` and `tsa.*`.
pub fn sign_with_time(
    session: &Session<'_>,
    order: &SignOrder<'_>,
    tsa: Option<&TimeStamping<'_>>,
) -> Result<Signed, Failure> {
    files::check_input(order.file)?;
    let held = certificates::with_key(session, order.certificate, Purpose::Sign)?;
    let is_pdf = !order.detached && pdfs::is_pdf(&files::first_bytes(order.file)?);
    let work = Work { session, order, held: &held, tsa };
    match (order.detached, is_pdf) {
        (true, _) => work.detached()?,
        (false, true) => work.in_pdf()?,
        (false, false) => work.attached()?,
    }
    Ok(Signed {
        file: order.file.to_owned(),
        output: order.output(is_pdf),
        kind: if is_pdf { "pdf" } else { "cms" },
        detached: order.detached,
        certificate: CertificateReport::of(&held.certificate).on(&held.token.label),
    })
}

/// One file on its way.
struct Work<'a> {
    session: &'a Session<'a>,
    order: &'a SignOrder<'a>,
    held: &'a Held,
    tsa: Option<&'a TimeStamping<'a>>,
}

impl Work<'_> {
    /// A PDF takes its signature inside, in a field without size.
    fn in_pdf(&self) -> Result<(), Failure> {
        let Self { session, order, held, tsa } = *self;
        let job = Job { held, way: Way::of(&held.certificate)?, look: None, reason: None, tsa, force: order.force };
        let ready = job.ready(session, order.file, order.output(true))?;
        let request = ConsentRequest::new(Operation::Sign, Some(&held.certificate), vec![ready.facts.clone()]);
        let consented = consent::ask(session.consent, &request)?;
        job.sign(session, ready, &mut pins::login(session, &held.token)?, &consented)?;
        Ok(())
    }

    fn attached(&self) -> Result<(), Failure> {
        let way = Way::of(&self.held.certificate)?;
        let part = self.open_output()?;
        let bytes = files::whole(self.order.file, files::DOCUMENT)?;
        let document = DocumentFacts::of(files::name(self.order.file), &bytes, way.suite.hash(), None);
        self.cms_of(way, document, Content::Attached(&bytes), part)
    }

    fn detached(&self) -> Result<(), Failure> {
        let way = Way::of(&self.held.certificate)?;
        let part = self.open_output()?;
        let (size, digest) = files::digest(self.order.file, way.suite.hash(), self.session)?;
        let document = DocumentFacts::digested(files::name(self.order.file), size, way.suite.hash(), &digest, None);
        self.cms_of(way, document, Content::Detached(digest), part)
    }

    /// Opens the result before the person is asked for anything: a disk that cannot be written is found now.
    fn open_output(&self) -> Result<PartFile, Failure> {
        let target = self.order.output(false);
        output::check_output(&target, &[self.order.file], self.order.force)?;
        Ok(self.session.home.parts().create(&target, output::SIGN_LABEL)?)
    }

    fn cms_of(&self, way: Way, document: DocumentFacts, content: Content<'_>, part: PartFile) -> Result<(), Failure> {
        let Self { session, order, held, tsa } = *self;
        let builder = way.builder(&held.certificate).content(content).signing_time(Some(session.clock.now()));
        let builder = builder.chain(&certificates::chain_of(session, held)?);
        let request = ConsentRequest::new(Operation::Sign, Some(&held.certificate), vec![document]);
        let consented = consent::ask(session.consent, &request)?;
        let mut opened = pins::login(session, &held.token)?;
        let message = key::signed(builder, held, &mut opened, &consented)?;
        let message = TimeStamping::over(tsa, message, way.suite.hash())?;
        output::finish(part, &order.output(false), &[&message], output::replace(order.force))
    }
}
