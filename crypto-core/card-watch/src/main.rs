//! `bidseal-card-watch`: tells the state of the card readers, one JSON line for each change, until its input ends.
//!
//! It has no PIN, no key and no command: it looks and tells. A service that stops is looked for again until it is back.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use card_watch::{Card, Reader, Service, Snapshot};
use pcsc::{Context, PNP_NOTIFICATION, ReaderState, Scope, State};

/// Where the service does not tell of new readers (macOS), they are looked for this often.
const LOOK_AGAIN: Duration = Duration::from_millis(700);
/// How soon a service that went away is looked for; doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(800);

fn main() -> ExitCode {
    end_with_stdin();
    let mut lines = Lines { out: io::stdout().lock(), last: None };
    let mut pause = FIRST_PAUSE;
    loop {
        let ended = Context::establish(Scope::User).map_err(Ended::Service).and_then(|context| {
            pause = FIRST_PAUSE;
            follow(&context, &mut lines)
        });
        let told = match ended {
            Ok(never) => match never {},
            Err(Ended::Pipe) => return ExitCode::SUCCESS,
            Err(Ended::Service(error)) => {
                lines.tell(Snapshot { service: Service::Stopped { detail: error.to_string() }, readers: Vec::new() })
            }
        };
        if told.is_err() {
            return ExitCode::SUCCESS;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Why looking came to an end.
enum Ended {
    /// The service does not answer any more.
    Service(pcsc::Error),
    /// Nobody listens any more.
    Pipe,
}

impl From<pcsc::Error> for Ended {
    fn from(error: pcsc::Error) -> Self {
        Self::Service(error)
    }
}

/// Tells every change as long as the service answers.
fn follow(context: &Context, lines: &mut Lines<'_>) -> Result<std::convert::Infallible, Ended> {
    let mut states: Vec<ReaderState> = Vec::new();
    loop {
        renew(context, &mut states)?;
        match context.get_status_change(LOOK_AGAIN, &mut states) {
            Ok(()) | Err(pcsc::Error::Timeout) => {}
            // A reader went away between listing and asking.
            Err(pcsc::Error::UnknownReader) => continue,
            Err(error) => return Err(error.into()),
        }
        let readers = states.iter().filter(|state| state.name() != PNP_NOTIFICATION()).map(reader).collect();
        lines.tell(Snapshot { service: Service::Running, readers }).map_err(|_| Ended::Pipe)?;
        states.iter_mut().for_each(ReaderState::sync_current_state);
    }
}

/// Makes the list fit the readers that are there; known ones keep their state, so that only changes wake us.
fn renew(context: &Context, states: &mut Vec<ReaderState>) -> Result<(), pcsc::Error> {
    let names = context.list_readers_owned()?;
    let is_watched =
        |state: &ReaderState| state.name() == PNP_NOTIFICATION() || names.iter().any(|n| **n == *state.name());
    states.retain(is_watched);
    // Unplugged readers are told of by this pseudo reader, except on macOS.
    if !cfg!(target_os = "macos") && !states.iter().any(|state| state.name() == PNP_NOTIFICATION()) {
        states.push(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
    }
    for name in names {
        if !states.iter().any(|state| *state.name() == *name) {
            states.push(ReaderState::new(name, State::UNAWARE));
        }
    }
    if states.is_empty() {
        // Without a reader and without the pseudo reader there is nothing to wait for.
        thread::sleep(LOOK_AGAIN);
    }
    Ok(())
}

fn reader(state: &ReaderState) -> Reader {
    let is = |wanted| state.event_state().contains(wanted);
    let card = if is(State::MUTE) {
        Card::Mute
    } else if is(State::PRESENT) {
        let atr = state.atr().iter().map(|byte| format!("{byte:02x}")).collect();
        Card::Present { atr, exclusive: is(State::EXCLUSIVE) }
    } else {
        Card::Absent
    };
    Reader { name: state.name().to_string_lossy().into_owned(), card, events: state.event_count() }
}

/// Writes snapshots, each once: spurious wake-ups are no changes.
struct Lines<'o> {
    out: io::StdoutLock<'o>,
    last: Option<Snapshot>,
}

impl Lines<'_> {
    fn tell(&mut self, snapshot: Snapshot) -> io::Result<()> {
        if self.last.as_ref() == Some(&snapshot) {
            return Ok(());
        }
        let line = serde_json::to_string(&snapshot).map_err(io::Error::other)?;
        writeln!(self.out, "{line}")?;
        self.out.flush()?;
        self.last = Some(snapshot);
        Ok(())
    }
}

/// A call into the service may hang: the end of our input ends the process whatever it is doing.
fn end_with_stdin() {
    thread::spawn(|| {
        let mut rest = [0; 64];
        while matches!(io::stdin().read(&mut rest), Ok(1..)) {}
        std::process::exit(0);
    });
}
