//! `doctor`: which layer between the person and a signature does not work, what holds the key, what to do.
//!
//! It looks and tries no PIN. Serial numbers are left out unless they are asked for, so that the report of an unknown
//! key can be sent to anybody.

mod holders;
mod home;
mod report;
mod tokens;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use time::OffsetDateTime;
use token::{
    devices::{DeviceTable, Os},
    discovery::{Discovery, Refusal},
    watch::{Hardware, KeyState, Seen, Sight},
};

pub use holders::Holder;
pub use report::{Report, Told};

use crate::{Failure, Finding, FindingCode, Home, Layer, Level, modules, watch};

/// A fresh watcher needs a moment to hear from the service.
const LOOK: Duration = Duration::from_millis(200);

/// What is examined.
pub struct Examined<'a> {
    /// The home folder, or why it cannot be opened.
    pub home: Result<&'a Home, &'a Failure>,
    /// The computer's clock.
    pub now: OffsetDateTime,
    /// Whether a keyring answers.
    pub keyring: bool,
    /// Readers and USB ports.
    pub hardware: &'a mut dyn Hardware,
    /// The modules of this computer.
    pub discovery: &'a Discovery,
    /// The program that hosts a module.
    pub worker: &'a Path,
    /// The system whose drivers count.
    pub os: Os,
    /// Where the system tells of its processes (`/proc`), if it does.
    pub processes: Option<&'a Path>,
}

/// Examines every layer, from the bottom up.
#[must_use]
pub fn examine(examined: Examined<'_>) -> Report {
    let mut findings = home::findings(examined.home, examined.now);
    if !examined.keyring {
        findings.push(Finding::new(FindingCode::KeyringAbsent));
    }
    let mut sources: Vec<_> = examined.home.ok().map(modules::soft_source).into_iter().collect();
    let soft = sources.len();
    sources.extend(modules::module_sources(examined.discovery, examined.worker));
    let survey = modules::survey(&sources);
    let seen = examined.hardware.look(LOOK);
    let shown: usize = survey.modules.iter().map(|module| module.tokens).sum();
    let sight = token::watch::sight(&seen, DeviceTable::embedded(), examined.discovery, examined.os, shown);
    let holders = examined.processes.map(|processes| holders::find(processes, &seen)).unwrap_or_default();
    findings.extend(hardware(&sight, &seen, examined.os, &holders));
    findings.extend(of_modules(examined.discovery, &survey.modules, examined.worker));
    let tokens = tokens::look_at(&sources, &survey.tokens, examined.now);
    let blank = crate::blank::of(&sources);
    if survey.tokens.is_empty() && blank.is_empty() {
        findings.push(Finding::new(FindingCode::TokenNone));
    }
    findings.extend(blank.iter().map(crate::blank::finding));
    findings.extend(tokens.iter().flat_map(|token| token.findings.clone()));
    findings.extend(soft_failure(&sources[..soft], survey.failure.as_ref()));
    if !survey.tokens.is_empty() {
        findings = findings.into_iter().map(not_needed).collect();
    }
    Report { findings, sight, seen, holders, modules: survey.modules, tokens }
}

/// Whether this session has a keyring.
#[must_use]
pub fn keyring_answers() -> bool {
    token::platform_keyring().is_some()
}

/// Writes the bundle. The home may be what is broken: then the list of partial files lies in a folder of its own below
/// `spare`, for as long as it is needed.
///
/// # Errors
/// [`Code::OutputExists`](crate::Code::OutputExists), [`Code::OutputNotWritable`](crate::Code::OutputNotWritable),
/// [`Code::DiskFull`](crate::Code::DiskFull).
pub fn write_bundle(
    home: Option<&Home>,
    spare: &Path,
    output: &Path,
    bundle: &[u8],
    force: bool,
) -> Result<(), Failure> {
    let write = |parts: &durable::Parts| {
        let part = parts.create(output, crate::output::LABEL)?;
        crate::output::finish(part, output, &[bundle], crate::output::replace(force))
    };
    match home {
        Some(home) => write(home.parts()),
        None => {
            let spare = Passing::below(spare)?;
            write(&durable::Parts::open(&spare.0)?)
        }
    }
}

/// A folder of ours in one where everybody may write. It is made anew under a name that nobody can guess: one that was
/// there before may be somebody else's.
struct Passing(PathBuf);

impl Passing {
    fn below(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(format!("bidseal-{:032x}", u128::from_be_bytes(algo::random()?)));
        durable::private_dir(&path).map_err(|error| durable::WriteError::from_io(&path, error))?;
        Ok(Self(path))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        // What stays there is an empty list, owner-only.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whoever has a token at hand needs no reader, and no driver of a key that is not in it.
fn not_needed(finding: Finding) -> Finding {
    let is_outer = matches!(finding.code.layer(), Layer::Service | Layer::Reader);
    if is_outer && finding.code != FindingCode::KeyInUse { finding.at_most(Level::Note) } else { finding }
}

fn hardware(sight: &Sight, seen: &Seen, os: Os, holders: &[Holder]) -> Vec<Finding> {
    let mut findings = vec![watch::situation(sight.situation, seen)];
    if let Err(reason) = &seen.usb {
        findings.push(Finding::new(FindingCode::UsbUnlisted).with("reason", crate::detailed("system_error", reason)));
    }
    findings.extend(sight.keys.iter().map(|key| {
        let finding = watch::key_finding(key, os);
        if key.state != KeyState::InUse {
            return finding;
        }
        let names: Vec<String> = holders.iter().map(|holder| format!("{} ({})", holder.program, holder.pid)).collect();
        finding.with("holders", names)
    }));
    findings
}

fn of_modules(discovery: &Discovery, reports: &[modules::ModuleReport], worker: &Path) -> Vec<Finding> {
    if !reports.is_empty() && !worker.is_file() {
        return vec![Finding::new(FindingCode::WorkerMissing).with("path", worker.display().to_string())];
    }
    let of_report = |report: &modules::ModuleReport| {
        let path = report.module.display().to_string();
        match &report.failure {
            Some(failure) => {
                Finding::new(FindingCode::ModuleFailed).with("module", path).with("reason", watch::reason(failure))
            }
            None => Finding::new(FindingCode::ModuleShows).with("module", path).with("tokens", report.tokens),
        }
    };
    let refused = discovery.refused.iter().map(|refused| {
        let because = match refused.because {
            Refusal::WritableByOthers => "writable_by_others",
            _ => "module_missing",
        };
        let path = refused.path.display().to_string();
        Finding::new(FindingCode::ModuleRefused).with("module", path).with("reason", because)
    });
    reports.iter().map(of_report).chain(refused).collect()
}

/// A home whose software tokens cannot even be listed. A chosen module's failure is told with the modules.
fn soft_failure(soft: &[crate::Source], failure: Option<&Failure>) -> Option<Finding> {
    let failure = failure.filter(|failure| !soft.is_empty() && failure.code() != crate::Code::TokenModuleFailed)?;
    Some(Finding::new(FindingCode::TokenUnreadable).with("token", "soft").with("reason", watch::reason(failure)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn without_a_home_the_list_of_parts_lies_in_a_new_folder_that_goes_again() {
        let base = tempfile::tempdir().unwrap();
        let (spare, output) = (base.path().join("spare"), base.path().join("out.zip"));
        fs::create_dir(&spare).unwrap();
        let one = Passing::below(&spare).unwrap();
        assert_eq!(fs::metadata(&one.0).unwrap().permissions().mode() & 0o777, 0o700);
        write_bundle(None, &spare, &output, b"bundle", false).unwrap();
        assert_eq!(fs::read(&output).unwrap(), b"bundle");
        drop(one);
        assert_eq!(fs::read_dir(&spare).unwrap().count(), 0);
    }
}
