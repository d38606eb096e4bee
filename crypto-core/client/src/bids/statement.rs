//! The sealing statement 封装证明: signed by the bidder, beside the bid.

use std::path::{Path, PathBuf};

use bid::{Sealed, StatementContent};
use cms::Content;
use durable::PartFile;

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

/// Asks for consent and signs the statement about a bid that lies encrypted on the disk. `opened` is a token whose PIN was
/// given already; if it is not the one of the signature, or none, the PIN is asked for after consent.
pub(super) fn sign(
    session: &Session<'_>,
    planned: &Planned,
    opened: Option<&mut LoggedIn>,
    bid: &Path,
    sealed: &Sealed,
) -> Result<Vec<u8>, Failure> {
    let way = Way::of(&planned.held.certificate)?;
    let now = session.clock.now();
    let content: StatementContent = sealed.statement(now);
    let content = content.to_der().ok_or_else(|| Failure::new(Code::Internal).with("reason", "clock"))?;
    let document =
        DocumentFacts::digested(files::name(bid), sealed.file_len, sealed.profile.hash(), &sealed.root, None);
    let request = ConsentRequest::new(Operation::StateSealing, Some(&planned.held.certificate), vec![document]);
    let consented = consent::ask(session.consent, &request)?;
    let builder = way.builder(&planned.held.certificate).content(Content::Attached(&content)).signing_time(Some(now));
    let builder = builder.chain(&certificates::chain_of(session, &planned.held)?);
    match opened.filter(|opened| opened.token_ref == planned.held.token) {
        Some(opened) => key::signed(builder, &planned.held, opened, &consented),
        None => key::signed(builder, &planned.held, &mut pins::login(session, &planned.held.token)?, &consented),
    }
}

/// Adds a time stamp to a statement that was signed, where an authority is to be asked; one that fails leaves the
/// statement as it was.
pub(super) fn timed(
    tsa: Option<&TimeStamping<'_>>,
    statement: Option<(Planned, Vec<u8>)>,
) -> (Option<(Planned, Vec<u8>)>, Option<Result<TimeStamped, Failure>>) {
    let (Some(tsa), Some((planned, message))) = (tsa, &statement) else { return (statement, None) };
    let stamped = Way::of(&planned.held.certificate).and_then(|way| tsa.stamped(message, way.suite.hash()));
    match stamped {
        Ok((stamped, time)) => (statement.map(|(planned, _)| (planned, stamped)), Some(Ok(time))),
        Err(failure) => (statement, Some(Err(failure))),
    }
}
