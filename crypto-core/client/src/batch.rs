//! Batches: many documents, one consent, one PIN, a result for each.
//!
//! The list is fixed by its digests before the person is asked ([`agree`]). What was agreed to is a [`Batch`], which can be
//! worked off in several runs ([`Batch::run`]): a page whose connection was lost sends the missing documents again, and each
//! must be, byte for byte, the one that stands in the list.

use std::path::{Path, PathBuf};

use ::seal::PageSet;
use cms::Content;
use durable::PartFile;

use crate::{
    Code, ConsentRequest, Consented, DocumentFacts, Failure, Operation, Purpose, Session,
    certificates::{self, Held},
    consent, files,
    key::{self, Way},
    output,
    pdfs::{self, Job, Look, Ready},
    pins::{self, LoggedIn},
    seals, stamp,
};

/// What is done with every document.
#[derive(Clone, Debug)]
pub enum Work {
    /// A PDF is signed inside, anything else as CMS.
    Sign {
        /// The signature alone, beside the document.
        detached: bool,
    },
    /// A visible seal and a signature on PDF documents.
    Stamp {
        /// A seal kept here.
        seal: String,
        /// `all`, `odd`, `even` or `1,3-5`.
        pages: String,
        /// The seal's centre from the top left of the page as displayed, in millimetres.
        at_mm: Option<(f64, f64)>,
        /// Why it is signed.
        reason: Option<String>,
    },
}

/// What a batch is to be.
#[derive(Clone, Debug)]
pub struct BatchOrder {
    /// What is done.
    pub work: Work,
    /// Whose certificate.
    pub certificate: String,
}

/// A document of a batch, and the folder for its result.
#[derive(Clone, Debug)]
pub struct BatchFile {
    /// Its place in the list, from 0.
    pub item: usize,
    /// The document.
    pub file: PathBuf,
    /// The folder of its result, which must have room for its name.
    pub folder: PathBuf,
}

/// A list that the person has agreed to.
#[derive(Debug)]
pub struct Batch {
    order: BatchOrder,
    /// What was shown of each; none for what could not be done from the start.
    items: Vec<Option<DocumentFacts>>,
    consented: Consented,
}

/// What became of a list: a batch, unless none of its documents can be done, and those that cannot.
#[derive(Debug)]
pub struct Agreed {
    /// What was agreed to.
    pub batch: Option<Batch>,
    /// Documents that are not part of it, with their places.
    pub failed: Vec<(usize, Failure)>,
}

/// Looks at every document, and asks once for all that can be done. If there is none, nobody is asked.
///
/// # Errors
/// What concerns all of them: certificate, seal, consent.
pub fn agree(session: &Session<'_>, order: BatchOrder, documents: &[BatchFile]) -> Result<Agreed, Failure> {
    let desk = Desk::of(session, &order)?;
    let (mut items, mut failed) = (vec![None; documents.len()], Vec::new());
    for document in documents {
        let slot = items.get_mut(document.item).ok_or_else(|| Failure::new(Code::BatchUnknown))?;
        match desk.job().ready(session, document) {
            Ok(ready) => *slot = Some(ready.facts().clone()),
            Err(failure) => failed.push((document.item, failure)),
        }
    }
    let shown: Vec<_> = items.iter().flatten().cloned().collect();
    if shown.is_empty() {
        return Ok(Agreed { batch: None, failed });
    }
    let request = ConsentRequest::new(order.work.operation(), Some(&desk.held.certificate), shown);
    let consented = consent::ask(session.consent, &request)?;
    Ok(Agreed { batch: Some(Batch { order, items, consented }), failed })
}

impl Batch {
    /// How many documents were agreed to.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.iter().flatten().count()
    }

    /// Never: an empty list is not asked about.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Does the documents that are given, one after the other, and tells each result as soon as it is there. One that fails
    /// does not stop the others.
    ///
    /// # Errors
    /// What concerns all of them: certificate, seal, PIN. [`Code::BatchUnknown`] for a place that is not in the list, before
    /// the PIN is asked for.
    pub fn run(
        &self,
        session: &Session<'_>,
        documents: &[BatchFile],
        each: &mut dyn FnMut(usize, Result<PathBuf, Failure>),
    ) -> Result<(), Failure> {
        let desk = Desk::of(session, &self.order)?;
        if documents.iter().any(|document| self.agreed(document).is_none()) {
            return Err(Failure::new(Code::BatchUnknown));
        }
        let mut opened = pins::login(session, &desk.held.token)?;
        for document in documents {
            each(document.item, self.one(session, &desk.job(), document, &mut opened));
        }
        Ok(())
    }

    fn agreed(&self, document: &BatchFile) -> Option<&DocumentFacts> {
        self.items.get(document.item)?.as_ref()
    }

    fn one(
        &self,
        session: &Session<'_>,
        job: &OneOf<'_>,
        document: &BatchFile,
        opened: &mut LoggedIn,
    ) -> Result<PathBuf, Failure> {
        if session.progress.cancelled() {
            return Err(Failure::new(Code::UserCancelled));
        }
        let ready = job.ready(session, document)?;
        if self.agreed(document) != Some(ready.facts()) {
            return Err(Failure::new(Code::BatchChanged).with("name", files::name(&document.file)));
        }
        job.sign(session, ready, opened, &self.consented)
    }
}

impl Work {
    const fn operation(&self) -> Operation {
        match self {
            Self::Sign { .. } => Operation::Sign,
            Self::Stamp { .. } => Operation::Stamp,
        }
    }
}

/// What all documents of a batch have in common, found anew for every run: the token may have been replugged.
struct Desk<'o> {
    held: Held,
    way: Way,
    look: Option<Look>,
    order: &'o BatchOrder,
}

impl<'o> Desk<'o> {
    fn of(session: &Session<'_>, order: &'o BatchOrder) -> Result<Self, Failure> {
        let look = match &order.work {
            Work::Sign { .. } => None,
            Work::Stamp { seal, pages, at_mm, .. } => Some(Look {
                pages: PageSet::parse(pages).map_err(|_| stamp::malformed(pages))?,
                picture: seals::picture(session, seal, None)?,
                at_mm: *at_mm,
            }),
        };
        let held = certificates::with_key(session, &order.certificate, Purpose::Sign)?;
        let way = Way::of(&held.certificate)?;
        Ok(Self { held, way, look, order })
    }

    fn job(&self) -> OneOf<'_> {
        let (detached, reason) = match &self.order.work {
            Work::Sign { detached } => (*detached, None),
            Work::Stamp { reason, .. } => (false, reason.as_deref()),
        };
        let pdf = Job { held: &self.held, way: self.way, look: self.look.as_ref(), reason, tsa: None, force: false };
        OneOf { pdf, detached }
    }
}

/// How one document is done.
struct OneOf<'d> {
    pdf: Job<'d>,
    detached: bool,
}

/// A document whose digest is known and whose result is open.
enum Prepared {
    Pdf(Ready),
    Message(Message),
}

/// A document that becomes a CMS message, or whose signature stands alone.
struct Message {
    facts: DocumentFacts,
    file: PathBuf,
    output: PathBuf,
    part: PartFile,
}

impl Prepared {
    const fn facts(&self) -> &DocumentFacts {
        match self {
            Self::Pdf(ready) => &ready.facts,
            Self::Message(message) => &message.facts,
        }
    }
}

impl OneOf<'_> {
    fn ready(&self, session: &Session<'_>, document: &BatchFile) -> Result<Prepared, Failure> {
        files::check_input(&document.file)?;
        let is_pdf = !self.detached && pdfs::is_pdf(&files::first_bytes(&document.file)?);
        let output = document.folder.join(self.output_name(&document.file, is_pdf));
        if is_pdf || self.pdf.look.is_some() {
            return self.pdf.ready(session, &document.file, output).map(Prepared::Pdf);
        }
        let hash = self.pdf.way.suite.hash();
        output::check_output(&output, &[&document.file], false)?;
        let (size, digest) = files::digest(&document.file, hash, session)?;
        let facts = DocumentFacts::digested(files::name(&document.file), size, hash, &digest, None);
        let part = session.home.parts().create(&output, output::SIGN_LABEL)?;
        Ok(Prepared::Message(Message { facts, file: document.file.clone(), output, part }))
    }

    /// A PDF keeps its name; a message says by its ending what it is.
    fn output_name(&self, file: &Path, is_pdf: bool) -> String {
        let name = files::name(file);
        match (self.detached, is_pdf || self.pdf.look.is_some()) {
            (true, _) => name + ".p7s",
            (false, true) => name,
            (false, false) => name + ".p7m",
        }
    }

    fn sign(
        &self,
        session: &Session<'_>,
        ready: Prepared,
        opened: &mut LoggedIn,
        consented: &Consented,
    ) -> Result<PathBuf, Failure> {
        match ready {
            Prepared::Pdf(ready) => self.pdf.sign(session, ready, opened, consented),
            Prepared::Message(message) => self.message(session, message, opened, consented),
        }
    }

    fn message(
        &self,
        session: &Session<'_>,
        message: Message,
        opened: &mut LoggedIn,
        consented: &Consented,
    ) -> Result<PathBuf, Failure> {
        let hash = self.pdf.way.suite.hash();
        let Message { facts, file, output, part } = message;
        let bytes = if self.detached { Vec::new() } else { files::whole(&file, files::DOCUMENT)? };
        let content = if self.detached {
            Content::Detached(files::digest(&file, hash, session)?.1)
        } else {
            Content::Attached(&bytes)
        };
        let digest = match &content {
            Content::Detached(digest) => digest.to_string(),
            _ => hash.digest(&bytes).to_string(),
        };
        if facts.digest.as_ref() != Some(&digest) {
            return Err(Failure::new(Code::BatchChanged).with("name", facts.name));
        }
        let held = self.pdf.held;
        let builder = self.pdf.way.builder(&held.certificate).content(content);
        let builder = builder.signing_time(Some(session.clock.now())).chain(&certificates::chain_of(session, held)?);
        let signed = key::signed(builder, held, opened, consented)?;
        output::finish(part, &output, &[&signed], output::replace(false))?;
        Ok(output)
    }
}
