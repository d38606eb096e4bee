//! Keys and their PINs.

use client::{Code, Failure, modules::ModuleReport, pins};
use protocol::screens::{Module, Pin, Token, Tokens};

use crate::{Desk, told::shown};

pub(super) fn list(desk: &Desk) -> Result<Tokens, Failure> {
    let listing = client::tokens::list(&desk.session());
    Ok(Tokens {
        tokens: shown(&listing.tokens)?,
        modules: listing.modules.iter().map(|one| module(desk, one)).collect(),
        failure: listing.failure.map(|failure| desk.told(&failure)),
    })
}

fn module(desk: &Desk, report: &ModuleReport) -> Module {
    Module {
        module: client::printable(&report.module.display().to_string()),
        tokens: report.tokens,
        failure: report.failure.as_ref().map(|failure| desk.told(failure)),
    }
}

pub(super) fn make(desk: &Desk, label: &str, suite: &str) -> Result<Token, Failure> {
    let unknown = || Failure::new(Code::UsageValue).with("argument", "suite").with("value", suite);
    let suite = suite.parse().map_err(|_| unknown().with("reason", "unknown"))?;
    shown(client::tokens::init(&desk.session(), label, suite)?)
}

/// The unlock code goes to a window of its own, not to the main one.
pub(super) fn activate(desk: &Desk, token: &str) -> Result<Pin, Failure> {
    let activated = pins::activate(&desk.session(), Some(token), None)?;
    if let Some(puk) = &activated.puk {
        let found = client::tokens::find(&desk.session(), Some(token))?;
        desk.person.hand_over(&found.label, puk.expose_str());
    }
    shown(activated.pin)
}

pub(super) fn change_pin(desk: &Desk, token: &str) -> Result<Pin, Failure> {
    shown(pins::change(&desk.session(), Some(token), None)?)
}

pub(super) fn unblock(desk: &Desk, token: &str) -> Result<Pin, Failure> {
    shown(pins::unblock(&desk.session(), Some(token))?)
}

pub(super) fn verify_pin(desk: &Desk, token: &str) -> Result<Pin, Failure> {
    shown(pins::verify(&desk.session(), Some(token))?)
}
