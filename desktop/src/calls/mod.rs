//! One function per call: it runs a use case and gives what came of it in the screens' form.

mod bids;
mod certificates;
mod check;
mod links;
pub(crate) mod preferences;
mod report;
mod stamping;
mod tokens;
mod verdicts;
mod websites;

use std::path::PathBuf;

use client::Failure;
use protocol::screens::{Call, Chosen, Pick};
use serde_json::Value;

use crate::{Desk, locked, practice, told::json};

/// Does what is asked for.
pub(crate) fn answer(desk: &Desk, call: Call) -> Result<Value, Failure> {
    match call {
        Call::About {} => json(desk.about()),
        Call::Preferences {} => json(desk.preferences()),
        Call::SetPreferences { preferences } => json(preferences::keep(desk, preferences)?),
        Call::Pick { what, suggested } => json(pick(desk, what, suggested.as_deref())),
        Call::Opened {} => json(opened(desk)),
        Call::Links {} => json(links::state(desk)),
        Call::TurnLinks { on } => json(links::turn(desk, on)?),
        Call::Cancel {} => {
            desk.moved.stop();
            json(())
        }
        work => {
            desk.moved.begin();
            work_on(desk, work)
        }
    }
}

fn work_on(desk: &Desk, call: Call) -> Result<Value, Failure> {
    match call {
        Call::Tokens {} => json(tokens::list(desk)?),
        Call::MakeToken { label, suite } => json(tokens::make(desk, &label, &suite)?),
        Call::Activate { token } => json(tokens::activate(desk, &token)?),
        Call::ChangePin { token } => json(tokens::change_pin(desk, &token)?),
        Call::Unblock { token } => json(tokens::unblock(desk, &token)?),
        Call::VerifyPin { token } => json(tokens::verify_pin(desk, &token)?),
        Call::ImportCertificate { token, file } => json(certificates::import(desk, &token, file)?),
        Call::ExportCertificate { sha256, chain, output } => json(certificates::export(desk, &sha256, chain, output)?),
        Call::Trusted {} => json(certificates::trusted(desk)?),
        Call::Trust { file } => json(certificates::trust(desk, file)?),
        Call::Distrust { sha256 } => json(certificates::distrust(desk, &sha256)?),
        Call::Status { sha256 } => json(certificates::status(desk, &sha256)?),
        Call::Seals {} => json(stamping::seals(desk)?),
        Call::ImportSeal { file, width_mm, name, clear_white } => {
            json(stamping::import(desk, file, width_mm, &name, clear_white)?)
        }
        Call::RenameSeal { name, to } => json(stamping::rename(desk, &name, &to)?),
        Call::RemoveSeal { name } => json(client::seals::remove(&desk.session(), &name)?),
        Call::SealPicture { name } => json(stamping::picture(desk, &name)?),
        Call::Stamp { order } => json(stamping::stamp(desk, &order)?),
        Call::Bids { all } => json(bids::list(desk, all)?),
        Call::Encrypt { order } => json(bids::encrypt(desk, &order)?),
        Call::Room { inputs, output } => json(bids::room(desk, &inputs, output)?),
        Call::Inspect { bid } => json(bids::inspect(desk, bid)?),
        Call::Rehearse { bid, password } => json(bids::rehearse(desk, bid, password)?),
        Call::Decrypt { bid, folder, password } => json(bids::decrypt(desk, bid, folder, password)?),
        Call::Evidence { bid, output, signed } => json(bids::explain(desk, bid, output, signed)?),
        Call::Receipt { id, file } => json(bids::receive(desk, &id, file)?),
        Call::Clear { id } => json(bids::clear(desk, &id)?),
        Call::Verify { file, signature } => json(verdicts::verify(desk, file, signature)?),
        Call::VerifyReport { file, signature, output } => json(report::write(desk, file, signature, output)?),
        Call::Sites {} => json(websites::sites(desk)?),
        Call::ForgetSite { origin } => json(websites::forget(desk, &origin)?),
        Call::Journal {} => json(websites::journal(desk)?),
        Call::CheckJournal {} => json(websites::check(desk)?),
        Call::ExportJournal { output } => json(websites::export(desk, output)?),
        Call::Check {} => json(check::check(desk)?),
        Call::Repair { repair } => json(check::repair(desk, &repair)?),
        Call::PracticeBegin {} => json(practice::begin(desk)?),
        Call::PracticeStep { step } => json(practice::step(desk, &step)?),
        Call::PracticeEnd {} => {
            practice::end(desk);
            json(())
        }
        Call::CheckBundle { output } => json(check::bundle(desk, output)?),
        _ => unreachable!("answered before work begins"),
    }
}

fn pick(desk: &Desk, what: Pick, suggested: Option<&str>) -> Vec<Chosen> {
    // Made from the words of a project or a document: a dialog takes the name of a file.
    let suggested = suggested.map(durable::portable_name);
    let picked: Vec<PathBuf> = desk.surface.pick(what, suggested.as_deref());
    let is_coming = matches!(what, Pick::Output | Pick::NewFolder);
    let chosen = |path| if is_coming { Some(desk.files.coming(path)) } else { desk.files.existing(path) };
    picked.into_iter().filter_map(chosen).collect()
}

fn opened(desk: &Desk) -> Vec<Chosen> {
    let ids = std::mem::take(&mut *locked(&desk.opened));
    ids.into_iter().filter_map(|id| desk.files.chosen(id)).collect()
}
