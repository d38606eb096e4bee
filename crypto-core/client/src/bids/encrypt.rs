//! Encrypting a bid: for certificates and a password, rehearsed at the end, with the bidder's statement.

mod plan;
mod rehearser;

use std::path::{Path, PathBuf};

use algo::Password;
use bid::{Prepared, Profile, Sealed};
use durable::WriteError;
use serde::Serialize;

use plan::Plan;
use rehearser::{Rehearser, rehearsed};

use super::{
    faults,
    statement::{self, Planned},
    twin::{self, Twin},
};
use crate::{
    Code, DocumentFacts, Failure, SecretKind, SecretRequest, Session,
    certificates::{self, Holdings},
    fault, files,
    ledger::{self, Fresh},
    output,
    tsa::{TimeStamped, TimeStamping},
};

/// Files of a folder that a person is shown one by one.
const MOST_SHOWN: usize = 256;

/// What is to be encrypted, and for whom.
#[derive(Clone, Debug)]
pub struct EncryptOrder<'a> {
    /// Files and folders.
    pub inputs: &'a [PathBuf],
    /// The bid to be written.
    pub output: &'a Path,
    /// The bidder's certificate, then spare ones: files or certificates on tokens.
    pub to: &'a [String],
    /// The host's certificates; each opens the bid alone.
    pub host: &'a [String],
    /// Members of the committee, each with a share.
    pub committee: &'a [String],
    /// How many of them are needed beside the bidder; given exactly with a committee.
    pub threshold: Option<u8>,
    /// Whether a password opens it too.
    pub password: bool,
    /// The description of the tender.
    pub meta: Option<&'a Path>,
    /// The sealing statement.
    pub statement: StatementChoice<'a>,
    /// A folder for the plain copy with the key of the bid, absent or empty.
    pub twin: Option<&'a Path>,
    /// Replace an existing bid.
    pub force: bool,
}

/// Whether and by whom the sealing statement is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementChoice<'a> {
    /// By the signing certificate that belongs to the bidder's encryption certificate.
    Automatic,
    /// By this certificate.
    By(&'a str),
    /// None is written.
    Refused,
}

/// A bid that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Encrypted {
    /// The bid.
    #[serde(serialize_with = "crate::path_text::path")]
    pub output: PathBuf,
    /// Its length in bytes.
    pub size: u64,
    /// Number of files in it.
    pub files: u64,
    /// `sm` or `intl`.
    pub profile: &'static str,
    /// Root of its hash tree.
    pub root: String,
    /// Whether it was opened on trial; false means the key was not here.
    pub rehearsed: bool,
    /// How many of the committee are needed beside the bidder; absent when each holder opens it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u8>,
    /// The sealing statement.
    #[serde(serialize_with = "crate::path_text::optional")]
    pub statement: Option<PathBuf>,
    /// The plain copy with the key of the bid.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::path_text::optional")]
    pub twin: Option<PathBuf>,
}

/// Encrypts a bid. Everything that can be refused is refused first; then consent, PIN, encryption, rehearsal, statement.
///
/// # Errors
/// No bid is left under the output's name after any of them.
pub fn encrypt(session: &Session<'_>, order: &EncryptOrder<'_>) -> Result<Encrypted, Failure> {
    encrypt_with_time(session, order, None).map(|(made, _)| made)
}

/// The same for inputs that somebody else has sent: `documents` are what the person is shown of them, digested by whoever took
/// them in.
///
/// # Errors
/// As [`encrypt`].
pub fn encrypt_shown(
    session: &Session<'_>,
    order: &EncryptOrder<'_>,
    documents: Vec<DocumentFacts>,
) -> Result<Encrypted, Failure> {
    make(session, order, documents, None).map(|(made, _)| made)
}

/// The same, with a time stamp over the sealing statement. Where that fails, bid and statement are made nevertheless, and
/// the second value says why: the deadline may be nearer than the next try.
///
/// # Errors
/// As [`encrypt`].
pub fn encrypt_with_time(
    session: &Session<'_>,
    order: &EncryptOrder<'_>,
    tsa: Option<&TimeStamping<'_>>,
) -> Result<Timed, Failure> {
    make(session, order, shown(order.inputs), tsa)
}

/// A bid, and what became of its time stamp where one was wanted.
type Timed = (Encrypted, Option<Result<TimeStamped, Failure>>);

fn make(
    session: &Session<'_>,
    order: &EncryptOrder<'_>,
    documents: Vec<DocumentFacts>,
    tsa: Option<&TimeStamping<'_>>,
) -> Result<Timed, Failure> {
    let mut plan = Plan::of(session, order)?;
    let password = order.password.then(|| new_password(session, order.output)).transpose()?;
    let mut rehearser = Rehearser::find(session, order, documents, &plan.recipients)?;
    if let Some(rehearser) = &mut rehearser {
        rehearser.fix_form(&mut plan.recipients)?;
    }
    let prepared = rehearsed(session, order, &plan.encryption(order, password.as_ref()), rehearser.as_mut())?;
    let sealed = prepared.sealed().clone();
    let (beside, time) = Beside::of(session, order, &mut plan, &prepared, rehearser.as_mut(), tsa)?;
    let fresh = Fresh {
        output: order.output,
        claims: &plan.claims,
        sealed: &sealed,
        recipients: &plan.recipients,
        statement: beside.statement.as_ref().map(|(_, message)| message.as_slice()),
        rehearsed: rehearser.is_some(),
    };
    give_name(session, order, prepared, &fresh)?;
    let placed = beside.give_names(order);
    ledger::named(session, &sealed)?;
    Ok((Encrypted::of(order, &sealed, rehearser.is_some(), placed?), time))
}

/// What goes with the bid, complete on the disk, but without its names.
struct Beside {
    statement: Option<(Planned, Vec<u8>)>,
    twin: Option<Twin>,
}

impl Beside {
    /// Signs and writes statement and twin of a bid that lies encrypted on the disk. Their plans are taken.
    fn of(
        session: &Session<'_>,
        order: &EncryptOrder<'_>,
        plan: &mut Plan<'_>,
        prepared: &Prepared,
        rehearser: Option<&mut Rehearser>,
        tsa: Option<&TimeStamping<'_>>,
    ) -> Result<(Self, Option<Result<TimeStamped, Failure>>), Failure> {
        let mut opened = rehearser.map(|rehearser| &mut rehearser.opened);
        let statement = plan.statement.take().map(|planned| -> Result<_, Failure> {
            let message = statement::sign(session, &planned, opened.as_deref_mut(), order.output, prepared.sealed())?;
            Ok((planned, message))
        });
        let (mut statement, time) = statement::timed(tsa, statement.transpose()?);
        if let Some((planned, message)) = &mut statement {
            planned.write(message)?;
        }
        let twin = plan.twin.take().map(|(target, signer)| twin::make(session, target, prepared, &signer, opened));
        Ok((Self { statement, twin: twin.transpose()? }, time))
    }

    /// Statement and twin get their names after the bid: without it they would mislead. All of them is on the disk already.
    fn give_names(self, order: &EncryptOrder<'_>) -> Result<Placed, Failure> {
        let alone = |path: &Path, error: WriteError| {
            let failure = fault::at(Code::BidMadeAlone, path).with("bid", order.output.display().to_string());
            failure.with("reason", fault::write_reason(&error))
        };
        let place = self.statement.as_ref().map(|(planned, _)| planned.target.clone());
        if let (Some((planned, _)), Some(place)) = (self.statement, &place) {
            planned.part.commit(output::replace(order.force)).map_err(|error| alone(place, error))?;
        }
        let folder = self.twin.as_ref().map(|twin| twin.target.clone());
        if let (Some(twin), Some(folder)) = (self.twin, &folder) {
            twin.signed.commit().map_err(|error| alone(folder, error))?;
        }
        Ok(Placed { statement: place, twin: folder })
    }
}

/// Where statement and twin lie.
struct Placed {
    statement: Option<PathBuf>,
    twin: Option<PathBuf>,
}

impl Encrypted {
    fn of(order: &EncryptOrder<'_>, sealed: &Sealed, rehearsed: bool, placed: Placed) -> Self {
        Self {
            output: order.output.to_owned(),
            size: sealed.file_len,
            files: sealed.file_count,
            profile: if sealed.profile == Profile::Sm { "sm" } else { "intl" },
            root: sealed.root.to_string(),
            rehearsed,
            threshold: order.threshold,
            statement: placed.statement,
            twin: placed.twin,
        }
    }
}

/// Enters the bid into the ledger, and gives it its name: no bid lies there that the ledger does not know.
fn give_name(
    session: &Session<'_>,
    order: &EncryptOrder<'_>,
    prepared: Prepared,
    fresh: &Fresh<'_>,
) -> Result<(), Failure> {
    ledger::enter(session, fresh)?;
    if let Err(error) = prepared.commit(output::replace(order.force)) {
        if !has_its_name(order.output, fresh.sealed) {
            // The person must hear why the bid was not made; an entry too many does no harm.
            let _ = ledger::withdraw(session.home, fresh.sealed);
        }
        return Err(faults::encrypt(error));
    }
    Ok(())
}

/// Whether the bid lies under its name: the very last step, making the name durable, can fail after it was given.
fn has_its_name(output: &Path, sealed: &Sealed) -> bool {
    bid::inspect(output).is_ok_and(|envelope| envelope.claimed_root() == sealed.root)
}

/// The inputs as the person is shown them: every file, or, where a folder holds too many to be read, the folder.
fn shown(inputs: &[PathBuf]) -> Vec<DocumentFacts> {
    let named = |path: &Path, name: String| DocumentFacts::to_be_encrypted(name, files::size_of(path));
    let each = |input: &PathBuf| match files::below(input, MOST_SHOWN) {
        Some(files) => files.into_iter().map(|(path, name)| named(&path, name)).collect(),
        None => vec![named(input, files::name(input))],
    };
    inputs.iter().flat_map(each).collect()
}

/// Refuses recipients among whom nobody's key is here: whoever asks for an encryption on the person's behalf must leave the
/// person a key. `to` are files or selectors, as in [`EncryptOrder::to`].
///
/// # Errors
/// [`Code::BidOwnCertificate`], and what finding certificates reports.
pub fn check_own(session: &Session<'_>, to: &[String]) -> Result<(), Failure> {
    let Holdings { held, failure, .. } = certificates::held(session)?;
    for text in to {
        let certificate = certificates::of_recipient(session, text)?;
        if held.iter().any(|held| held.certificate == certificate) {
            return Ok(());
        }
    }
    Err(failure.unwrap_or_else(|| Failure::new(Code::BidOwnCertificate)))
}

fn new_password(session: &Session<'_>, output: &Path) -> Result<Password, Failure> {
    let password = session.secrets.ask(&SecretRequest::new(SecretKind::NewPassword, &files::name(output)))?;
    bid::password::check_strength(&password).map_err(faults::weak_password)?;
    Ok(password)
}
