//! What is settled before the person is asked for anything: all that can be refused is refused here.

use std::path::{Path, PathBuf};

use algo::{Password, Suite};
use bid::{Claims, Encryption, PasswordKdf, Profile, Recipient, Role};
use x509::Certificate;

use super::{EncryptOrder, StatementChoice};
use crate::{
    Code, Failure, Purpose, Session,
    bids::{
        decrypt, meta,
        statement::{self, Planned},
    },
    certificates::{self, Held, Holdings},
    fault, ledger, output, select,
};

/// What is settled before the person is asked for anything.
pub(super) struct Plan<'a> {
    pub(super) claims: Claims,
    /// The first is the bidder.
    pub(super) recipients: Vec<Recipient>,
    profile: Profile,
    pub(super) statement: Option<Planned>,
    /// The folder of the twin, and who signs its list.
    pub(super) twin: Option<(&'a Path, Held)>,
}

impl<'a> Plan<'a> {
    /// Refuses all that can be refused.
    pub(super) fn of(session: &Session<'_>, order: &EncryptOrder<'a>) -> Result<Self, Failure> {
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

    pub(super) fn encryption<'b>(
        &'b self,
        order: &'b EncryptOrder<'_>,
        password: Option<&'b Password>,
    ) -> Encryption<'b> {
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

/// The profile follows the bidder's certificate.
fn profile_of(certificate: &Certificate) -> Profile {
    match certificate.suite() {
        Some(Suite::Sm) => Profile::Sm,
        _ => Profile::Intl,
    }
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
    let Holdings { held: all, failure, .. } = certificates::held(session)?;
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
        ([], []) => Err(failure.unwrap_or_else(|| Failure::new(Code::BidNoSigner))),
        ([], several) | (several, _) => {
            Err(select::ambiguous("--statement", several.iter().map(|held| &held.certificate)))
        }
    }
}
