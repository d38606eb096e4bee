//! `bidseal doctor`

use std::path::Path;

use client::{
    Catalogue, Clock, Failure, Home, Layer, Level, Settings,
    devices::Os,
    doctor::{self, Examined, Report, Told},
    hardware::SystemHardware,
};
use machine::{
    SystemClock, folders,
    programs::{card_watch, worker},
};

use super::discover;
use crate::{args::Doctor, early::Early, outcome::Outcome, words::Words};

/// Examines everything, also a home that does not open.
pub(super) fn run(command: &Doctor, home: &Path, force: bool, early: Early) -> Result<Outcome, Failure> {
    let words = machine::words(early.language);
    let home = Home::open(home);
    let settings = home.as_ref().map_or_else(|_| Settings::default(), |home| home.settings().clone());
    if let Some(output) = &command.bundle {
        client::check_output(output, &[], force)?;
    }
    let report = doctor::examine(Examined {
        home: home.as_ref(),
        now: SystemClock::start().now(),
        keyring: doctor::keyring_answers(),
        hardware: &mut SystemHardware::new(card_watch()),
        discovery: &discover(&settings, &command.modules),
        worker: &worker(),
        os: Os::here(),
        processes: folders::processes(),
    });
    let report = report.and(::agent::doctor::findings(home.as_ref().ok(), SystemClock::start().now()));
    if let Some(output) = &command.bundle {
        let bundle = report.bundle(words, folders::own_folder().as_deref());
        doctor::write_bundle(home.as_ref().ok(), &std::env::temp_dir(), output, &bundle, force)?;
    }
    let told = Told { serials: command.serials, names: true };
    let exit = report.problem().map_or(0, |problem| problem.code.layer().turn().exit());
    let text = text(&report, words, Words::of(early.language), command.bundle.as_deref());
    Ok(Outcome::new(&report.to_json(words, told), text).exit(exit))
}

/// A line for each layer, and under it what was found there.
fn text(report: &Report, words: &Catalogue, own: &Words, bundle: Option<&Path>) -> String {
    let mut lines = Vec::new();
    for layer in Layer::ALL {
        let mark = match report.level(layer) {
            Level::Good => "✓",
            Level::Note => "·",
            Level::Problem => "✗",
        };
        lines.push(format!("{mark} {}", own.get(&format!("out.layer.{}", layer.name()))));
        for finding in report.findings.iter().filter(|finding| finding.code.layer() == layer) {
            let (message, hint) = finding.told(words);
            lines.push(format!("    {}", client::printable_lines(&message)));
            if finding.level != Level::Good {
                lines.push(format!("      {}", client::printable_lines(&hint)));
            }
        }
    }
    if let Some(path) = bundle {
        lines.push(own.fill("out.written", &[("path", &path.display().to_string())]));
    }
    lines.join("\n")
}
