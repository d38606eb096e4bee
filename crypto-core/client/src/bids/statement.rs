//! The sealing statement 封装证明: signed by the bidder, beside the bid.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use bid::{Sealed, StatementContent};
use cms::Content;
use durable::{PartFile, WriteError};

use crate::{
    Code, ConsentRequest, DocumentFacts, Failure, Operation, Session,
    certificates::{self, Held},
    consent, files,
    key::{self, Way},
    pins::{self, LoggedIn},
    tsa::{TimeStamped, TimeStamping},
};

/// Where the statement of the bid at `path` lies.
pub(super) fn place(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".p7s");
    PathBuf::from(name)
}

/// A statement that will be made: its certificate is chosen and its place is open before anything is encrypted.
pub(super) struct Planned {
    pub(super) held: Held,
    pub(super) part: PartFile,
    pub(super) target: PathBuf,
}

impl Planned {
    /// Writes the statement where it waits for the bid to get its name: a disk that is full is told before.
    pub(super) fn write(&mut self, message: &[u8]) -> Result<(), Failure> {
        Ok(self.part.write_all(message).map_err(|error| WriteError::from_io(&self.target, error))?)
    }
}

/// Asks for consent and signs the statement about a bid that lies encrypted on the disk. `opened` is a token whose PIN was
/// given already; if it is not the one of the signature, or none, the PIN is asked for after consent.
pub(super) fn sign(
    session: &Session<'_>,
    planned: &Planned,
    opened: Option<&mut LoggedIn>,
    bid: &Path,
    sealed: &Sealed,
) -> Result<Vec<u8>, Failure> {
    let content: StatementContent = sealed.statement(session.clock.now());
    let content = content.to_der().ok_or_else(|| Failure::new(Code::Internal).with("reason", "clock"))?;
    let documents = vec![document(&files::name(bid), sealed)];
    signed(session, Operation::StateSealing, &planned.held, opened, &content, documents)
}

/// A bid as the person is shown it: its digest is the root.
pub(super) fn document(name: &str, sealed: &Sealed) -> DocumentFacts {
    DocumentFacts::digested(name, sealed.file_len, sealed.profile.hash(), &sealed.root, None)
}

/// Asks for consent and signs a content that goes with a bid. `opened` is a token whose PIN was given already.
pub(super) fn signed(
    session: &Session<'_>,
    operation: Operation,
    held: &Held,
    opened: Option<&mut LoggedIn>,
    content: &[u8],
    documents: Vec<DocumentFacts>,
) -> Result<Vec<u8>, Failure> {
    let way = Way::of(&held.certificate)?;
    let request = ConsentRequest::new(operation, Some(&held.certificate), documents);
    let consented = consent::ask(session.consent, &request)?;
    let builder = way.builder(&held.certificate).content(Content::Attached(content));
    let builder = builder.signing_time(Some(session.clock.now())).chain(&certificates::chain_of(session, held)?);
    match opened.filter(|opened| opened.token_ref == held.token) {
        Some(opened) => key::signed(builder, held, opened, &consented),
        None => key::signed(builder, held, &mut pins::login(session, &held.token)?, &consented),
    }
}

/// A statement that was signed.
type Made = (Planned, Vec<u8>);

/// Adds a time stamp to a statement that was signed, where an authority is to be asked; one that fails leaves the
/// statement as it was.
pub(super) fn timed(
    tsa: Option<&TimeStamping<'_>>,
    statement: Option<Made>,
) -> (Option<Made>, Option<Result<TimeStamped, Failure>>) {
    let (Some(tsa), Some((planned, message))) = (tsa, &statement) else { return (statement, None) };
    let stamped = Way::of(&planned.held.certificate).and_then(|way| tsa.stamped(message, way.suite.hash()));
    match stamped {
        Ok((stamped, time)) => (statement.map(|(planned, _)| (planned, stamped)), Some(Ok(time))),
        Err(failure) => (statement, Some(Err(failure))),
    }
}
