//! Signatures inside PDF documents, with or without a visible seal.
//!
//! A document is looked at twice: before consent, so that whatever can be refused is refused before anybody is asked;
//! and when it is signed, when it must still be the document that was consented to.

mod faults;

use std::path::{Path, PathBuf};

use ::pdf::{Bytes, Document, Fields, Prepared, Seal, Stamp, StampRequest};
use ::seal::{PageSet, SealPicture};
use algo::Password;
use cms::{Content, Family};
use durable::PartFile;

use crate::{
    Code, Consented, DocumentFacts, Failure, SecretKind, SecretRequest, Session,
    certificates::{self, Held},
    consent::holder,
    fault, files,
    key::{self, Way},
    output,
    pins::LoggedIn,
    tsa::TimeStamping,
};

/// Room for the message with the certificates above the signer's.
const CAPACITY: usize = 16 << 10;
/// Room for a time stamp with its certificates.
const STAMP_CAPACITY: usize = 16 << 10;
/// Without `--at` a seal stands this far from the right and the lower edge, in millimetres.
const FROM_EDGES_MM: f64 = 40.0;

/// How a document is to be sealed; without a seal the signature is invisible.
pub(crate) struct Look {
    pub(crate) picture: SealPicture,
    pub(crate) pages: PageSet,
    /// Centre from the top left of the page, in millimetres.
    pub(crate) at_mm: Option<(f64, f64)>,
}

/// What all documents of one command have in common.
pub(crate) struct Job<'a> {
    pub(crate) held: &'a Held,
    pub(crate) way: Way,
    pub(crate) look: Option<&'a Look>,
    pub(crate) reason: Option<&'a str>,
    /// Who gives a time stamp over the signature: PAdES B-T.
    pub(crate) tsa: Option<&'a TimeStamping<'a>>,
    pub(crate) force: bool,
}

/// A document that can be signed, as far as that is known before the key is used.
pub(crate) struct Ready {
    pub(crate) file: PathBuf,
    pub(crate) output: PathBuf,
    pub(crate) facts: DocumentFacts,
    password: Option<Password>,
    part: PartFile,
}

impl Job<'_> {
    /// Checks everything about a document but the key, and opens its result.
    ///
    /// # Errors
    /// The codes `pdf.*`, `seal.place`, `output.*`, `disk.full`.
    pub(crate) fn ready(&self, session: &Session<'_>, file: &Path, output: PathBuf) -> Result<Ready, Failure> {
        output::check_output(&output, &[file], self.force)?;
        let bytes = files::document(session.home, file)?;
        let (document, password) = open(session, file, &bytes)?;
        document.can_sign().map_err(|error| faults::stamp(session.home, file, error))?;
        self.prepare(session, file, &document)?;
        let pages = Some(document.page_count());
        let facts = DocumentFacts::of(files::name(file), &bytes, self.way.suite.hash(), pages).lying_at(file);
        let part = session.home.parts().create(&output, output::STAMP_LABEL)?;
        Ok(Ready { file: file.to_owned(), output, facts, password, part })
    }

    /// Signs a document and writes the result.
    ///
    /// # Errors
    /// [`Code::InputChanged`] when it is not the document that was consented to; what token and disk report.
    pub(crate) fn sign(
        &self,
        session: &Session<'_>,
        ready: Ready,
        opened: &mut LoggedIn,
        consented: &Consented,
    ) -> Result<PathBuf, Failure> {
        let Ready { file, output, facts, password, part } = ready;
        let bytes = files::document(session.home, &file)?;
        let now = DocumentFacts::of(facts.name.clone(), &bytes, self.way.suite.hash(), facts.pages);
        if now.lying_at(&file) != facts {
            return Err(fault::at(Code::InputChanged, &file));
        }
        let document = Document::open(bytes, password.as_ref()).map_err(|error| faults::open(&file, error))?;
        let prepared = self.prepare(session, &file, &document)?;
        let message = self.message(session, &prepared, opened, consented)?;
        let appended = prepared.finish(&message).map_err(|error| {
            Failure::new(Code::CertUnsupported)
                .with("holder", holder(&self.held.certificate))
                .with("reason", crate::detailed("not_signable", error))
        })?;
        output::finish(part, &output, &[prepared.original(), &appended], output::replace(self.force))?;
        Ok(output)
    }

    fn message(
        &self,
        session: &Session<'_>,
        prepared: &Prepared,
        opened: &mut LoggedIn,
        consented: &Consented,
    ) -> Result<Vec<u8>, Failure> {
        // PAdES is RFC 5652, whatever the algorithms: its SubFilter says so.
        let way = Way { family: Family::Rfc5652, ..self.way };
        let chain = certificates::chain_of(session, self.held)?;
        let builder =
            way.builder(&self.held.certificate).content(Content::Detached(prepared.digest())).chain(&chain).pades();
        let message = key::signed(builder, self.held, opened, consented)?;
        TimeStamping::over(self.tsa, message, way.suite.hash())
    }

    fn prepare(&self, session: &Session<'_>, file: &Path, document: &Document) -> Result<Prepared, Failure> {
        let request = StampRequest {
            seal: self.look.map(|look| seal(file, document, look)).transpose()?,
            field_name: None,
            signer: holder(&self.held.certificate),
            reason: self.reason.map(ToOwned::to_owned),
            location: None,
            claimed_time: session.clock.now(),
            contents_capacity: if self.tsa.is_some() { CAPACITY + STAMP_CAPACITY } else { CAPACITY },
            hash: self.way.suite.hash(),
        };
        document.stamp(&request).map_err(|error| faults::stamp(session.home, file, error))
    }
}

/// The seal at its places in this document.
fn seal<'l>(file: &Path, document: &Document, look: &'l Look) -> Result<Seal<'l>, Failure> {
    let pages = look.pages.indices(document.page_count()).map_err(|error| faults::pages(file, &error))?;
    let stamps = pages.into_iter().map(|page| {
        let (width, height) = document.page_size_mm(page).unwrap_or_default();
        let centre_mm = look.at_mm.unwrap_or((width - FROM_EDGES_MM, height - FROM_EDGES_MM));
        Stamp { page, centre_mm, size: look.picture.size }
    });
    Ok(Seal { picture: &look.picture, stamps: stamps.collect(), fields: Fields::One })
}

/// Opens a document, asking for its password if it has one.
pub(crate) fn open(session: &Session<'_>, file: &Path, bytes: &Bytes) -> Result<(Document, Option<Password>), Failure> {
    match Document::open(bytes.clone(), None) {
        Err(::pdf::OpenError::PasswordNeeded | ::pdf::OpenError::PasswordWrong) => {
            let name = files::name(file);
            let password = session.secrets.ask(&SecretRequest::new(SecretKind::DocumentPassword, &name))?;
            let document = Document::open(bytes.clone(), Some(&password)).map_err(|error| faults::open(file, error))?;
            Ok((document, Some(password)))
        }
        other => Ok((other.map_err(|error| faults::open(file, error))?, None)),
    }
}

/// Why a document does not open, where nobody is asked for its password.
pub(crate) fn of_opening(file: &Path, error: ::pdf::OpenError) -> Failure {
    faults::open(file, error)
}

/// Whether a file looks like a PDF: its marker stands within the first kilobyte.
pub(crate) fn is_pdf(first_bytes: &[u8]) -> bool {
    let marker = b"%PDF-";
    first_bytes.windows(marker.len()).take(1024).any(|window| window == marker)
}
