//! What this program can mend by itself. Each repair is asked for in a window of its own before anything is changed.

use std::fs;

use agent::tls;
use client::{Clock, Code, Failure};
use machine::folders;

use crate::{Desk, web};

/// What a damaged file is called when it has made room; it is kept for whoever wants to look into it.
const ASIDE: &str = "damaged";

/// One repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repair {
    /// Nobody else may look into the home folder.
    CloseHome,
    /// The list of web pages that cannot be read is put aside: every page asks again.
    ResetPages,
    /// Web pages are answered again.
    StartAgent,
    /// A new authority for secure connections takes the place of the old one.
    RenewTls,
}

impl Repair {
    const ALL: [Self; 4] = [Self::CloseHome, Self::ResetPages, Self::StartAgent, Self::RenewTls];

    /// What mends a finding.
    pub(crate) fn of(finding: &str) -> Option<Self> {
        Some(match finding {
            "home_open" => Self::CloseHome,
            "pages_malformed" => Self::ResetPages,
            "agent_stopped" => Self::StartAgent,
            "tls_over" => Self::RenewTls,
            _ => return None,
        })
    }

    /// The repair with this word.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|repair| repair.word() == word)
    }

    /// Its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::CloseHome => "close_home",
            Self::ResetPages => "reset_pages",
            Self::StartAgent => "start_agent",
            Self::RenewTls => "renew_tls",
        }
    }

    /// Mends it.
    ///
    /// # Errors
    /// What the disk, the agent and the stores of certificates report.
    pub(crate) fn run(self, desk: &Desk) -> Result<(), Failure> {
        match self {
            Self::CloseHome => close_home(desk),
            Self::ResetPages => reset_pages(desk),
            Self::StartAgent => start_agent(desk),
            Self::RenewTls => {
                let places = tls::Places { person: folders::own_folder().map(Into::into), root: folders::system() };
                tls::repair(&desk.home, &places, desk.clock.now()).map(|_| ())
            }
        }
    }
}

#[cfg(unix)]
fn close_home(desk: &Desk) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(desk.home.path(), fs::Permissions::from_mode(0o700)).map_err(|_| unwritable(desk))
}

/// Elsewhere a person's own folder is theirs by the system's rules.
#[cfg(not(unix))]
fn close_home(_: &Desk) -> Result<(), Failure> {
    Ok(())
}

fn reset_pages(desk: &Desk) -> Result<(), Failure> {
    let file = agent::origins_file(&desk.home);
    let free = |number: u32| file.with_extension(format!("{ASIDE}-{number}"));
    let aside = (1..).map(free).find(|path| !path.exists()).unwrap_or_else(|| file.with_extension(ASIDE));
    let damaged = fs::read(&file).map_err(|_| unwritable(desk))?;
    client::write_output(&desk.session(), &aside, &damaged, false)?;
    fs::remove_file(&file).map_err(|_| unwritable(desk))
}

fn start_agent(desk: &Desk) -> Result<(), Failure> {
    let options = crate::locked(&desk.agent_options).clone();
    if let Some(own) = desk.own.upgrade() {
        web::start(&own, options);
    }
    desk.agent_failure().map_or(Ok(()), Err)
}

fn unwritable(desk: &Desk) -> Failure {
    Failure::new(Code::OutputNotWritable).with("path", desk.home.path().display().to_string())
}
