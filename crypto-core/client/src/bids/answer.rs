//! Opening a bid without moving it: its head is enough to take out the key and to answer the platform with it.
//!
//! Nothing is answered before the opening time, to nobody but the platform that the bid itself names, and over the socket only
//! to the page that the bid names. A bid that names no platform or no time is opened with its file, or not at all.

use std::path::{Path, PathBuf};

use bid::{CertificateHash, Claims, Head, limits};
use serde::Serialize;
use x509::Certificate;

use super::{
    faults,
    open::{self, Asking, Opener},
    platform,
};
use crate::{
    Code, Failure, Operation, Purpose, Session, certificates,
    consent::CertificateFacts,
    fault, files,
    ledger::{self, Trial},
    output, select,
};

/// What is to be answered, to whom.
#[derive(Clone, Copy, Debug)]
pub struct AnswerOrder<'a> {
    /// What people call the bid.
    pub name: &'a str,
    /// Its first bytes; [`HEAD_LEN`] are enough, and more are not looked at.
    pub head: &'a [u8],
    /// The platform's certificate and, where there are some, those above it: DER, PEM or base64.
    pub to: &'a [u8],
    /// The page that asks, as the browser reports it; `None` when the person typed the command.
    pub origin: Option<&'a str>,
    /// What opens the holder's slot.
    pub opener: Opener<'a>,
}

/// As many first bytes of a bid as are always enough.
pub const HEAD_LEN: usize = limits::HEAD_LEN;

/// An answer for the platform.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The message: EnvelopedData for the platform's certificate.
    pub response: Vec<u8>,
    /// What is told about it.
    pub report: Answered,
}

/// What was answered, to whom.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    /// Where the answer lies; absent when it went back over the socket.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::path_text::optional")]
    pub output: Option<PathBuf>,
    /// `bidder`, `spare`, `password`, `host` or `committee`.
    pub role: &'static str,
    /// Whose certificate can read it.
    pub platform: CertificateFacts,
    /// Whether it opens the bid alone.
    pub alone: bool,
    /// How many of the committee are needed beside the bidder, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u8>,
    /// What makes the opening time doubtful: `clock_behind`, `clock_ahead`.
    pub warnings: Vec<&'static str>,
}

/// Opens one slot of a bid of which only the head is here, and encrypts what was in it to the platform.
///
/// # Errors
/// [`Code::BidLocalOnly`], [`Code::BidOriginOther`], [`Code::BidPlatformOther`], [`Code::BidTooEarly`] before the person is
/// asked; then as [`decrypt`](super::decrypt::decrypt).
pub fn answer(session: &Session<'_>, order: &AnswerOrder<'_>) -> Result<Answer, Failure> {
    let path = Path::new(order.name);
    let head = Head::read(order.head).map_err(|error| faults::open(path, error))?;
    let done = answered(session, path, &head, order);
    ledger::tried_head(session, &Trial { name: order.name, head: &head, operation: "open" }, &done);
    done
}

/// The same for a file, of which only the head is read, into a file.
///
/// # Errors
/// As [`answer`]; and for input and output.
pub fn answer_file(
    session: &Session<'_>,
    path: &Path,
    to: &str,
    output: &Path,
    opener: Opener<'_>,
    force: bool,
) -> Result<Answered, Failure> {
    files::check_input(path)?;
    output::check_output(output, &[path, Path::new(to)], force)?;
    let part = session.home.parts().create(output, output::LABEL)?;
    let to = match files::existing(to) {
        Some(file) => files::small(&file)?,
        None => certificates::of_recipient(session, to)?.der().to_vec(),
    };
    let head = files::beginning(path, HEAD_LEN)?;
    let order = AnswerOrder { name: &path.display().to_string(), head: &head, to: &to, origin: None, opener };
    let made = answer(session, &order)?;
    output::finish(part, output, &[&made.response], output::replace(force))?;
    Ok(Answered { output: Some(output.to_owned()), ..made.report })
}

fn answered(session: &Session<'_>, path: &Path, head: &Head, order: &AnswerOrder<'_>) -> Result<Answer, Failure> {
    let claims = &head.metadata().claims;
    let named = named(path, claims)?;
    check_origin(path, claims, order.origin)?;
    let to = platform_certificate(session, path, &named.certificate, order.to)?;
    let warnings = platform::check_time(session, path, claims)?;
    let asking =
        Asking { operation: Operation::Answer, origin: order.origin, platform: Some(&to), warnings: &warnings };
    let part = open::part(session, path, head, order.opener, &asking)?;
    let response = head
        .answer(&part, &to, session.home.settings().sm2_key_encryption.form(&to))
        .map_err(|error| crate::key::unsupported(&to, crate::detailed("not_sealable", error)))?;
    let report = Answered {
        output: None,
        role: ledger::role(part.role()),
        platform: CertificateFacts::of(&to),
        alone: head.policy().is_none(),
        threshold: head.policy().map(bid::Policy::threshold),
        warnings,
    };
    Ok(Answer { response, report })
}

/// What a bid must say about its platform before anything is answered.
pub(super) struct Named {
    pub(super) certificate: CertificateHash,
}

/// Refuses a bid that does not say who may be answered, and from when on.
pub(super) fn named(path: &Path, claims: &Claims) -> Result<Named, Failure> {
    let missing = |field: &str| fault::at(Code::BidLocalOnly, path).with("field", field);
    let certificate = claims.platform_certificate.ok_or_else(|| missing("platform_cert"))?;
    claims.opens_at.ok_or_else(|| missing("opens_at"))?;
    Ok(Named { certificate })
}

/// Over the socket only the page that the bid names gets an answer.
fn check_origin(path: &Path, claims: &Claims, asks: Option<&str>) -> Result<(), Failure> {
    let Some(asks) = asks else { return Ok(()) };
    match claims.platform_origin.as_deref() {
        Some(expected) if expected == asks => Ok(()),
        expected => {
            Err(fault::at(Code::BidOriginOther, path).with("origin", asks).with("expected", expected.unwrap_or("–")))
        }
    }
}

fn platform_certificate(
    session: &Session<'_>,
    path: &Path,
    named: &CertificateHash,
    bytes: &[u8],
) -> Result<Certificate, Failure> {
    let mut certificates = files::certificates_in(Path::new("--to"), bytes)?.into_iter();
    let to = certificates.next().expect("no file without certificates is read");
    select::check(&to, Purpose::Encrypt, session.clock.now())?;
    let above: Vec<Certificate> = certificates.collect();
    platform::check(session, path, named, &to, &above)?;
    Ok(to)
}
