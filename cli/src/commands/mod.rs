//! One module per command: it calls a use case and says what came of it.

mod agent;
mod bid;
mod cert;
mod completions;
mod doctor;
#[cfg(debug_assertions)]
mod failpoints;
mod journal;
mod ledger;
mod links;
mod origin;
mod pin;
mod seal;
mod sign;
mod stamp;
mod tls;
mod token;
mod trust;
mod verify;

use std::path::PathBuf;

use client::{
    Code, Failure, Home, Session, Settings, Silent,
    devices::DeviceTable,
    discovery::{self, Discovery},
};

use fetch::Http;
use machine::{SystemClock, folders, programs::worker};

use crate::{
    args::{Command, Line, Modules},
    ask::Person,
    early::Early,
    handed::Handed,
    outcome::Outcome,
    progress::Bar,
    words::Words,
};

/// What every command needs.
pub(crate) struct Shell {
    home: Home,
    clock: SystemClock,
    person: Person,
    bar: Bar,
    words: &'static Words,
    force: bool,
}

/// Runs a command line.
pub(crate) fn run(line: Line, early: Early) -> Result<Outcome, Failure> {
    if let Command::Completions { shell } = line.command {
        return completions::run(shell, early.language);
    }
    #[cfg(debug_assertions)]
    if matches!(line.command, Command::Failpoints) {
        return Ok(failpoints::run());
    }
    let Line { everywhere, command } = line;
    let Some(home) = everywhere.home.or_else(folders::home) else {
        return Err(Failure::new(Code::UsageMissing).with("argument", "--home"));
    };
    if let Command::Doctor(doctor) = &command {
        return doctor::run(doctor, &home, everywhere.force, early);
    }
    let shell = Shell {
        home: Home::open(&home)?,
        clock: SystemClock::start(),
        person: Person {
            words: machine::words(early.language),
            yes: everywhere.yes,
            json: early.json,
            handed: everywhere.secrets_stdin.then(Handed::unread),
        },
        bar: Bar::new(early.json),
        words: Words::of(early.language),
        force: everywhere.force,
    };
    ledger::remind(&shell, client::Clock::now(&shell.clock));
    match command {
        Command::Agent(command) => agent::run(shell, command, everywhere.secrets_stdin),
        command => shell.run(command),
    }
}

impl Shell {
    fn run(&self, command: Command) -> Result<Outcome, Failure> {
        match command {
            Command::Token(command) => token::run(self, command),
            Command::Pin(command) => pin::run(self, command),
            Command::Cert(command) => cert::run(self, command),
            Command::Trust(command) => trust::run(self, command),
            Command::Seal(command) => seal::run(self, command),
            Command::Sign(command) => sign::run(self, &command),
            Command::Stamp(command) => stamp::run(self, &command),
            Command::Verify(command) => verify::run(self, &command),
            Command::Bid(command) => bid::run(self, command),
            Command::Origin(command) => origin::run(self, command),
            Command::Tls(command) => tls::run(self, command),
            Command::Links(command) => links::run(self, command),
            Command::Journal(command) => journal::run(self, command),
            Command::Agent(_) => unreachable!("it takes the shell with it"),
            Command::Doctor(_) => unreachable!("answered with a home that may not open"),
            Command::Completions { .. } => unreachable!("answered before a home is opened"),
            #[cfg(debug_assertions)]
            Command::Failpoints => unreachable!("answered before a home is opened"),
        }
    }

    /// A session that finds the person's software tokens and those of the modules of this computer.
    fn session(&self, modules: &Modules) -> Result<Session<'_>, Failure> {
        Ok(self.session_with(&discover(self.home.settings(), modules)))
    }

    fn session_with(&self, discovery: &Discovery) -> Session<'_> {
        Session {
            home: &self.home,
            clock: &self.clock,
            consent: &self.person,
            secrets: &self.person,
            progress: &self.bar,
            providers: client::sources(&self.home, discovery, &worker()),
        }
    }

    /// The network, for commands that the person lets use it.
    fn network(&self) -> Http {
        Http::new(self.home.settings().allow_private_addresses)
    }

    /// A session of a command that needs no USB key.
    fn session_without_modules(&self) -> Result<Session<'_>, Failure> {
        Ok(Session { progress: &Silent, ..self.session_with(&Discovery::default()) })
    }
}

/// The modules named in the settings and on the command line, and those of this computer, unless some were named here:
/// then these alone are asked.
fn discover(settings: &Settings, modules: &Modules) -> Discovery {
    let chosen: Vec<PathBuf> = settings.modules.iter().chain(&modules.paths).cloned().collect();
    let table = DeviceTable::embedded();
    if modules.paths.is_empty() && settings.discover {
        return discovery::discover(&folders::modules(), table, &chosen);
    }
    discovery::chosen(table, &chosen)
}
