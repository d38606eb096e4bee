//! The key that is here opens the bid on trial before it gets its name.

use std::path::Path;

use bid::{Encryption, Prepared, Recipient, RecipientForm, Role, TrialFailed};

use super::EncryptOrder;
use crate::{
    Code, ConsentRequest, Consented, DocumentFacts, Failure, Operation, RecipientFacts, Session,
    bids::{faults, watch},
    certificates::{self, Held, Holdings},
    consent, fault, key, output,
    pins::{self, LoggedIn},
};

/// The token here that opens one of the slots.
pub(super) struct Rehearser {
    held: Held,
    pub(super) opened: LoggedIn,
    consented: Consented,
    slot: usize,
}

impl Rehearser {
    /// Asks for consent and PIN if a key of the bidder's is here.
    pub(super) fn find(
        session: &Session<'_>,
        order: &EncryptOrder<'_>,
        documents: Vec<DocumentFacts>,
        recipients: &[Recipient],
    ) -> Result<Option<Self>, Failure> {
        let Holdings { held: all, failure, .. } = certificates::held(session)?;
        let place = |held: &Held| {
            let own = |recipient: &Recipient| {
                matches!(recipient.role(), Role::Bidder | Role::Spare) && *recipient.certificate() == held.certificate
            };
            recipients.iter().position(own)
        };
        let Some((held, slot)) = all.into_iter().find_map(|held| place(&held).map(|slot| (held, slot))) else {
            // Which form a slot takes is found out on the key: one that is here must be tried.
            return failure.map_or(Ok(None), Err);
        };
        let request = ConsentRequest::new(Operation::Encrypt, Some(&held.certificate), documents)
            .for_recipients(recipients.iter().map(|one| facts(one, order.threshold.is_none())).collect());
        let consented = consent::ask(session.consent, &request)?;
        let opened = pins::login(session, &held.token)?;
        Ok(Some(Self { held, opened, consented, slot }))
    }

    /// Tries on the token which form of slot it opens: only RSA tokens differ.
    pub(super) fn fix_form(&mut self, recipients: &mut [Recipient]) -> Result<(), Failure> {
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
pub(super) fn rehearsed(
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
