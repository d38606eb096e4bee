//! Encrypting a bid: for certificates and a password, rehearsed at the end, with the bidder's statement.

use std::path::{Path, PathBuf};

use algo::{Password, Suite};
use bid::{Claims, Encryption, PasswordKdf, Prepared, Profile, Recipient, RecipientForm, Role, Sealed, TrialFailed};
use durable::WriteError;
use serde::Serialize;
use x509::Certificate;

use super::{
    decrypt, faults, meta,
    statement::{self, Planned},
    twin::{self, Twin},
    watch,
};
use crate::{
    Code, ConsentRequest, Consented, DocumentFacts, Failure, Operation, Purpose, RecipientFacts, SecretKind,
    SecretRequest, Session,
    certificates::{self, Held},
    consent, fault, files, key,
    ledger::{self, Fresh},
    output,
    pins::{self, LoggedIn},
    select,
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

/// What is settled before the person is asked for anything.
struct Plan<'a> {
    claims: Claims,
    /// The first is the bidder.
    recipients: Vec<Recipient>,
    profile: Profile,
    statement: Option<Planned>,
    /// The folder of the twin, and who signs its list.
    twin: Option<(&'a Path, Held)>,
}

impl<'a> Plan<'a> {
    /// Refuses all that can be refused.
    fn of(session: &Session<'_>, order: &EncryptOrder<'a>) -> Result<Self, Failure> {
        let claims = order.meta.map_or_else(|| Ok(Claims::default()), meta::read)?;
        check_committee(order)?;
        ledger::check(session.home)?;
        let recipients = recipients(session, order)?;
        check_files(session, order)?;
        let bidder = recipients[0].certificate();
        let statement = plan_statement(session, order, bidder)?;
        let twin = plan_twin(session, order, statement.as_ref(), bidder)?;
        Ok(Self { claims, profile: profile_of(bidder), statement, twin, recipients })
    }

    fn encryption<'b>(&'b self, order: &'b EncryptOrder<'_>, password: Option<&'b Password>) -> Encryption<'b> {
        Encryption {
            inputs: order.inputs,
            claims: &self.claims,
            profile: self.profile,
            recipients: &self.recipients,
            password: password.map(|password| (password, PasswordKdf::default())),
            threshold: order.threshold,
        }
    }
}

/// Inputs that are not there, and an output that cannot be written.
fn check_files(session: &Session<'_>, order: &EncryptOrder<'_>) -> Result<(), Failure> {
    for input in order.inputs {
        std::fs::symlink_metadata(input).map_err(|error| fault::open(input, &error))?;
    }
    let inputs: Vec<&Path> = order.inputs.iter().map(PathBuf::as_path).collect();
    output::check_place(session.home, order.output, &inputs, order.force)
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

/// Refuses before anything else what no threshold can be.
fn check_committee(order: &EncryptOrder<'_>) -> Result<(), Failure> {
    let refused = |reason: &str| Err(Failure::new(Code::BidCommittee).with("reason", reason));
    let members = u8::try_from(order.committee.len()).unwrap_or(u8::MAX);
    match order.threshold {
        None if members == 0 => Ok(()),
        None => refused("no_threshold"),
        Some(_) if !order.host.is_empty() => refused("host_with_threshold"),
        Some(threshold) if members <= bid::limits::MAX_MEMBERS && (1..=members).contains(&threshold) => Ok(()),
        Some(_) => refused("committee_size"),
    }
}

/// The recipients in the order of the slots; the first is the bidder.
fn recipients(session: &Session<'_>, order: &EncryptOrder<'_>) -> Result<Vec<Recipient>, Failure> {
    let roles = std::iter::once(Role::Bidder).chain(std::iter::repeat(Role::Spare));
    let to = order.to.iter().zip(roles);
    let host = order.host.iter().zip(std::iter::repeat(Role::Host));
    let committee = order.committee.iter().zip(std::iter::repeat(Role::Committee));
    to.chain(host)
        .chain(committee)
        .map(|(text, role)| {
            let certificate = certificates::of_recipient(session, text)?;
            let form = session.home.settings().sm2_key_encryption.form(&certificate);
            Ok(Recipient::new(certificate, role).with_form(form))
        })
        .collect()
}

/// A recipient as the person is shown it.
fn facts(recipient: &Recipient, alone: bool) -> RecipientFacts {
    let role = match recipient.role() {
        Role::Host => "host",
        Role::Committee => "committee",
        Role::Spare => "spare",
        _ => "bidder",
    };
    RecipientFacts::of(recipient.certificate(), role, alone)
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
    let held = certificates::held(session)?;
    for text in to {
        let certificate = certificates::of_recipient(session, text)?;
        if held.iter().any(|held| held.certificate == certificate) {
            return Ok(());
        }
    }
    Err(Failure::new(Code::BidOwnCertificate))
}

/// The profile follows the bidder's certificate.
fn profile_of(certificate: &Certificate) -> Profile {
    match certificate.suite() {
        Some(Suite::Sm) => Profile::Sm,
        _ => Profile::Intl,
    }
}

fn new_password(session: &Session<'_>, output: &Path) -> Result<Password, Failure> {
    let password = session.secrets.ask(&SecretRequest::new(SecretKind::NewPassword, &files::name(output)))?;
    bid::password::check_strength(&password).map_err(faults::weak_password)?;
    Ok(password)
}

/// Chooses the statement's certificate and opens its file, before anything is encrypted.
fn plan_statement(
    session: &Session<'_>,
    order: &EncryptOrder<'_>,
    bidder: &Certificate,
) -> Result<Option<Planned>, Failure> {
    let held = match order.statement {
        StatementChoice::Refused => return Ok(None),
        StatementChoice::By(selector) => certificates::with_key(session, selector, Purpose::Sign)?,
        StatementChoice::Automatic => signer_beside(session, bidder)?,
    };
    let target = statement::place(order.output);
    output::check_output(&target, &[], order.force)?;
    let part = session.home.parts().create(&target, output::STATEMENT_LABEL)?;
    Ok(Some(Planned { held, part, target }))
}

/// Finds who signs the list of the twin, and a folder that cannot be made, before anything is encrypted.
fn plan_twin<'a>(
    session: &Session<'_>,
    order: &EncryptOrder<'a>,
    statement: Option<&Planned>,
    bidder: &Certificate,
) -> Result<Option<(&'a Path, Held)>, Failure> {
    let Some(target) = order.twin else { return Ok(None) };
    decrypt::check_folder(session, target)?;
    let signer = match statement {
        Some(planned) => planned.held.clone(),
        None => signer_beside(session, bidder)?,
    };
    Ok(Some((target, signer)))
}

/// The signing certificate of the same container, as a double certificate lies; else the only one of the same holder; else the
/// only one.
fn signer_beside(session: &Session<'_>, bidder: &Certificate) -> Result<Held, Failure> {
    let now = session.clock.now();
    let all = certificates::held(session)?;
    let home = all
        .iter()
        .find(|held| held.certificate == *bidder)
        .map(|held| (held.token.clone(), held.key.container.clone()));
    let signers: Vec<Held> =
        all.into_iter().filter(|held| select::check(&held.certificate, Purpose::Sign, now).is_ok()).collect();
    let beside =
        |held: &&Held| home.as_ref().is_some_and(|home| *home == (held.token.clone(), held.key.container.clone()));
    if let Some(held) = signers.iter().find(beside) {
        return Ok(held.clone());
    }
    let of_holder: Vec<Held> =
        signers.iter().filter(|held| held.certificate.subject() == bidder.subject()).cloned().collect();
    match (&of_holder[..], &signers[..]) {
        ([held], _) | ([], [held]) => Ok(held.clone()),
        ([], []) => Err(Failure::new(Code::BidNoSigner)),
        ([], several) | (several, _) => {
            Err(select::ambiguous("--statement", several.iter().map(|held| &held.certificate)))
        }
    }
}

/// The token here that opens one of the slots.
struct Rehearser {
    held: Held,
    opened: LoggedIn,
    consented: Consented,
    slot: usize,
}

impl Rehearser {
    /// Asks for consent and PIN if a key of the bidder's is here.
    fn find(
        session: &Session<'_>,
        order: &EncryptOrder<'_>,
        documents: Vec<DocumentFacts>,
        recipients: &[Recipient],
    ) -> Result<Option<Self>, Failure> {
        let all = certificates::held(session)?;
        let place = |held: &Held| {
            let own = |recipient: &Recipient| {
                matches!(recipient.role(), Role::Bidder | Role::Spare) && *recipient.certificate() == held.certificate
            };
            recipients.iter().position(own)
        };
        let Some((held, slot)) = all.into_iter().find_map(|held| place(&held).map(|slot| (held, slot))) else {
            return Ok(None);
        };
        let request = ConsentRequest::new(Operation::Encrypt, Some(&held.certificate), documents)
            .for_recipients(recipients.iter().map(|one| facts(one, order.threshold.is_none())).collect());
        let consented = consent::ask(session.consent, &request)?;
        let opened = pins::login(session, &held.token)?;
        Ok(Some(Self { held, opened, consented, slot }))
    }

    /// Tries on the token which form of slot it opens: only RSA tokens differ.
    fn fix_form(&mut self, recipients: &mut [Recipient]) -> Result<(), Failure> {
        let recipient = &recipients[self.slot];
        let label = self.opened.label.clone();
        let mut key = self.opened.key(&self.held.key, &self.consented);
        let form: RecipientForm = bid::choose_form(recipient.certificate(), &mut key).map_err(|error| match error {
            TrialFailed::NoForm(Some(error)) => fault::token(&label, error),
            TrialFailed::Random(error) => error.into(),
            other => key::unsupported(&self.held.certificate, crate::detailed("no_form", other)),
        })?;
        if bid::RSA_FORMS.contains(&form) {
            recipients[self.slot] = recipient.clone().with_form(form);
        }
        Ok(())
    }

    /// Opens the bid on trial as it lies on the disk.
    fn rehearse(&mut self, session: &Session<'_>, output: &Path, prepared: &Prepared) -> Result<(), Failure> {
        let label = self.opened.label.clone();
        let mut key = self.opened.key(&self.held.key, &self.consented);
        let envelope = prepared.envelope().map_err(|error| faults::open(output, error))?;
        let part = envelope.head().part_with_key(self.slot, &mut key);
        let part = part.map_err(|error| faults::unlock(output, &label, error))?;
        if envelope.head().policy().is_some() {
            // The part is the one that was dealt; the content needs the committee.
            return Ok(());
        }
        let opened = envelope.unlock(&[part]).map_err(|error| faults::open(output, error))?;
        opened.rehearse(&mut watch(session)).map_err(|error| faults::decrypt(output, error))?;
        Ok(())
    }
}

/// Encrypts and rehearses. When the rehearsal finds the bid unsound, all is encrypted anew once, with fresh key and salt.
fn rehearsed(
    session: &Session<'_>,
    order: &EncryptOrder<'_>,
    encryption: &Encryption<'_>,
    rehearser: Option<&mut Rehearser>,
) -> Result<Prepared, Failure> {
    let prepare = || {
        let replace = output::replace(order.force);
        encryption.prepare(session.home.parts(), order.output, replace, &mut watch(session)).map_err(faults::encrypt)
    };
    let prepared = prepare()?;
    let Some(rehearser) = rehearser else { return Ok(prepared) };
    match rehearser.rehearse(session, order.output, &prepared) {
        Ok(()) => return Ok(prepared),
        Err(failure) if failure.code() != Code::BidTampered => return Err(failure),
        Err(_) => drop(prepared),
    }
    let again = prepare()?;
    rehearser.rehearse(session, order.output, &again).map_err(|failure| {
        let unsound = failure.code() == Code::BidTampered;
        let failed = || fault::at(Code::BidRehearsalFailed, order.output).with("reason", failure.code().as_str());
        if unsound { failed() } else { failure }
    })?;
    Ok(again)
}
