//! Check and repair: what stands between the person and a signature.

use client::{
    Clock, Failure,
    devices::Os,
    doctor::{self, Examined, Report, Told},
    hardware::SystemHardware,
};
use protocol::screens::Check;

use crate::{Desk, internal, repairs::Repair, told::shown};

pub(super) fn check(desk: &Desk) -> Result<Check, Failure> {
    let mut check: Check = shown(examined(desk).to_json(desk.words(), Told { serials: true, names: true }))?;
    for finding in &mut check.findings {
        finding.repair = Repair::of(&finding.code).map(|repair| repair.word().to_owned());
    }
    Ok(check)
}

/// Mends what the person wants mended, and looks again.
pub(super) fn repair(desk: &Desk, word: &str) -> Result<Check, Failure> {
    let repair = Repair::named(word).ok_or_else(|| internal("no_such_repair"))?;
    desk.person.mend(repair.word())?;
    repair.run(desk)?;
    check(desk)
}

pub(super) fn bundle(desk: &Desk, output: u32) -> Result<(), Failure> {
    let path = desk.files.path(output)?;
    let bundle = examined(desk).bundle(desk.words(), desk.place.own_folder.as_deref());
    // The system's dialog has asked whether an existing file may be replaced.
    client::write_output(&desk.session(), &path, &bundle, true)
}

fn examined(desk: &Desk) -> Report {
    doctor::examine(Examined {
        home: Ok(&desk.home),
        now: desk.clock.now(),
        keyring: doctor::keyring_answers(),
        hardware: &mut SystemHardware::new(desk.place.card_watch.clone()),
        discovery: &desk.discovery(),
        worker: &desk.place.worker,
        os: Os::here(),
        processes: desk.place.processes.as_deref(),
    })
    .and(agent::doctor::findings(Some(&desk.home), desk.clock.now()))
}
