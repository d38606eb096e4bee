//! Keys that come and go: what `token watch` tells, line by line.

mod background;

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde_json::{Value, json};
use token::{
    Remaining, Token,
    devices::{DeviceTable, KnownKey, Os},
    discovery::Discovery,
    watch::{Hardware, KeyPlace, KeyState, Seen, Service, Sight, Sighting, Situation},
};

use self::background::Modules;
use crate::{Clock, Failure, Finding, FindingCode, Home, Source, fault, modules};

/// The readers are waited for this long; then USB and software tokens are looked at.
const TICK: Duration = Duration::from_millis(250);
/// Software tokens, and modules whose keys nothing else shows, are asked this often.
const POLL: Duration = Duration::from_millis(700);
/// A key answers its module some time after it was plugged in: modules are asked again after these times.
const SETTLING: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];
/// Most modules answer within this: what they show is then told together with the key.
const PROMPT: Duration = Duration::from_millis(400);

/// What is watched, and how.
pub struct Watched<'a> {
    /// Software tokens lie here.
    pub home: &'a Home,
    /// Monotonic time.
    pub clock: &'a dyn Clock,
    /// Readers and USB ports.
    pub hardware: &'a mut dyn Hardware,
    /// Which modules are here now: a driver may be installed meanwhile.
    pub discover: &'a dyn Fn() -> Discovery,
    /// The program that hosts a module.
    pub worker: &'a Path,
    /// The system whose drivers count.
    pub os: Os,
}

/// Something that came, went or changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `situation`, `key`, `token` or `module`.
    pub about: &'static str,
    /// `appeared`, `changed` or `vanished`.
    pub change: &'static str,
    /// In which state it is now; for what vanished, [`FindingCode::Gone`].
    pub finding: Finding,
}

/// Tells the state of everything once and every change from then on, until `stop` says so.
///
/// # Errors
/// What `told` answers.
pub fn watch(
    watched: Watched<'_>,
    stop: &dyn Fn() -> bool,
    told: &mut dyn FnMut(&Event) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut looker = Looker::new(&watched);
    let mut before = BTreeMap::new();
    while !stop() {
        let seen = watched.hardware.look(TICK);
        let now = looker.look(&watched, seen);
        // Ctrl-C also ends the programs that look for us: what then seems to vanish is still here.
        for event in changes(&before, &now).iter().take_while(|_| !stop()) {
            told(event)?;
        }
        before = now;
    }
    Ok(())
}

/// Everything that is here, by a name that stays while it is the same.
type State = BTreeMap<(&'static str, String), Finding>;

fn changes(before: &State, now: &State) -> Vec<Event> {
    let event = |about, change, finding| Event { about, change, finding };
    let gone = before.iter().filter(|(id, _)| !now.contains_key(*id));
    let mut events: Vec<Event> = gone
        .map(|(id, finding)| {
            event(id.0, "vanished", Finding::new(FindingCode::Gone).with("name", name_of(finding, &id.1)))
        })
        .collect();
    for (id, finding) in now {
        match before.get(id) {
            Some(known) if known == finding => {}
            Some(_) => events.push(event(id.0, "changed", finding.clone())),
            None => events.push(event(id.0, "appeared", finding.clone())),
        }
    }
    events
}

fn name_of(finding: &Finding, id: &str) -> String {
    let named = ["token", "module", "place"].iter().find_map(|field| finding.data.get(field)?.as_str());
    named.unwrap_or(id).to_owned()
}

/// Keeps what is asked of modules seldom enough.
struct Looker {
    discovery: Discovery,
    modules: Modules,
    seen: Option<Seen>,
    due: Vec<Duration>,
    /// Kept: it holds a connection to the keyring.
    soft: Source,
    soft_state: State,
    soft_due: Duration,
}

impl Looker {
    fn new(watched: &Watched<'_>) -> Self {
        let discovery = (watched.discover)();
        let modules = Modules::of(&discovery, watched.worker);
        let soft_state = State::new();
        let soft = modules::soft_source(watched.home);
        Self { discovery, modules, seen: None, due: Vec::new(), soft, soft_state, soft_due: Duration::ZERO }
    }

    fn look(&mut self, watched: &Watched<'_>, seen: Seen) -> State {
        let now = watched.clock.elapsed();
        let plugged = self.seen.as_ref() != Some(&seen);
        if plugged {
            self.find_modules_again(watched);
        }
        // What happens between two calls that wait for it is told to nobody: it is found by asking once more.
        let changed = self.modules.told() || plugged;
        if changed {
            self.due = SETTLING.iter().map(|after| now + *after).collect();
        }
        // Where nothing tells of keys, their modules are asked again and again.
        let blind = seen.usb.is_err() && seen.cards.service != Service::Running;
        if blind && self.due.is_empty() {
            self.due.push(now + POLL);
        }
        if changed || self.due.iter().any(|due| *due <= now) {
            self.due.retain(|due| *due > now);
            self.modules.ask();
            self.modules.collect(PROMPT);
        }
        self.modules.collect(Duration::ZERO);
        let (shown, modules_state) = self.modules.state();
        if now >= self.soft_due {
            self.soft_due = now + POLL;
            self.soft_state = soft_tokens(std::slice::from_ref(&self.soft));
        }
        let sight = token::watch::sight(&seen, DeviceTable::embedded(), &self.discovery, watched.os, shown);
        let mut state = sight_state(&sight, &seen, watched.os);
        self.seen = Some(seen);
        state.extend(modules_state);
        state.extend(self.soft_state.clone());
        state
    }

    fn find_modules_again(&mut self, watched: &Watched<'_>) {
        let discovery = (watched.discover)();
        if discovery != self.discovery {
            self.modules = Modules::of(&discovery, watched.worker);
            self.discovery = discovery;
        }
    }
}

/// The reason inside a failure, or its code.
pub(crate) fn reason(failure: &Failure) -> Value {
    failure.data().get("reason").cloned().unwrap_or_else(|| failure.code().as_str().into())
}

fn soft_tokens(sources: &[Source]) -> State {
    let mut state = State::new();
    for token in &modules::survey(sources).tokens {
        let mut of_kind = sources.iter().filter(|source| source.name() == token.provider);
        let opened = of_kind.find_map(|source| source.open(token).ok());
        let finding = opened.map_or_else(
            || unreadable(&token.label, "removed".into()),
            |mut opened| token_finding(&token.label, token.provider, &mut *opened),
        );
        state.insert(("token", format!("{}:{}", token.provider, token.id)), finding);
    }
    state
}

fn unreadable(label: &str, reason: Value) -> Finding {
    Finding::new(FindingCode::TokenUnreadable).with("token", label).with("reason", reason)
}

/// The state of a token that is here, by its PIN.
pub(crate) fn token_finding(label: &str, provider: &'static str, opened: &mut dyn Token) -> Finding {
    let state = match opened.pin_state() {
        Ok(state) => state,
        Err(error) => return unreadable(label, reason(&fault::token(label, error))),
    };
    let of_token = |code| Finding::new(code).with("token", label).with("provider", provider);
    if state.remaining == Remaining::Locked {
        return of_token(FindingCode::TokenLocked);
    }
    if state.is_default == Some(true) || !state.initialised {
        return of_token(FindingCode::TokenNotActivated);
    }
    let few =
        state.remaining.count().map_or(state.remaining == Remaining::Low, |left| left <= crate::SecretRequest::WARN_AT);
    if few {
        return of_token(FindingCode::TokenRunningOut).with("remaining", fault::tries(state.remaining));
    }
    of_token(FindingCode::TokenReady)
}

fn sight_state(sight: &Sight, seen: &Seen, os: Os) -> State {
    let whole = (("situation", String::new()), situation(sight.situation, seen));
    let key = |key: &Sighting| (("key", place(&key.place)), key_finding(key, os));
    // A card that was pulled and put back at once is two events: its name holds the count of insertions.
    let keyed = sight.keys.iter().map(|sighting| {
        let ((about, place), finding) = key(sighting);
        let count = if let KeyPlace::Reader { events, .. } = &sighting.place { *events } else { 0 };
        ((about, format!("{place} #{count}")), finding)
    });
    std::iter::once(whole).chain(keyed).collect()
}

/// The whole at one glance.
pub(crate) fn situation(situation: Situation, seen: &Seen) -> Finding {
    match situation {
        Situation::NoReader => Finding::new(FindingCode::NoReader),
        Situation::NoKey => Finding::new(FindingCode::NoKey),
        Situation::KeyPresent => Finding::new(FindingCode::KeyPresent),
        Situation::NoService => {
            let detail = if let Service::Stopped { detail } = &seen.cards.service { detail.as_str() } else { "" };
            Finding::new(FindingCode::NoService).with("detail", detail)
        }
    }
}

/// One key that is plugged in.
pub(crate) fn key_finding(sighting: &Sighting, os: Os) -> Finding {
    let code = match sighting.state {
        KeyState::Connected => FindingCode::KeyConnected,
        KeyState::InUse => FindingCode::KeyInUse,
        KeyState::Mute => FindingCode::KeyMute,
        KeyState::MissingDriver => FindingCode::MissingDriver,
        KeyState::Unknown => FindingCode::UnknownKey,
    };
    let finding = Finding::new(code).with("key", key_name(sighting)).with("place", place(&sighting.place));
    match code {
        FindingCode::MissingDriver => finding.with("files", files(sighting.known.as_ref(), os)),
        FindingCode::KeyInUse => finding.with("holders", json!([])),
        _ => finding,
    }
}

fn files(known: Option<&KnownKey>, os: Os) -> Value {
    let names = known.iter().flat_map(|key| key.modules_on(os)).map(|module| module.file.as_str());
    names.collect::<Vec<_>>().into()
}

/// The name in the device table, else what the key tells of itself.
fn key_name(sighting: &Sighting) -> String {
    match (&sighting.known, &sighting.place) {
        (Some(known), _) => known.name.clone(),
        (None, KeyPlace::Reader { atr: Some(atr), .. }) => format!("ATR {atr}"),
        (None, KeyPlace::Reader { name, .. }) => name.clone(),
        (None, KeyPlace::Usb { id, .. }) => format!("USB {id}"),
    }
}

fn place(place: &KeyPlace) -> String {
    match place {
        KeyPlace::Reader { name, .. } => name.clone(),
        KeyPlace::Usb { port, .. } => format!("USB {port}"),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{
        path::PathBuf,
        sync::atomic::{AtomicU32, Ordering},
    };

    use token::{
        devices::ModuleKind,
        discovery::{Candidate, Reason},
        watch::{Card, Reader, Snapshot},
    };

    use super::*;

    /// Time that passes with every look, and a card that comes with the third.
    struct Bench(AtomicU32);

    impl Clock for Bench {
        fn now(&self) -> time::OffsetDateTime {
            time::OffsetDateTime::UNIX_EPOCH
        }

        fn elapsed(&self) -> Duration {
            TICK * self.0.load(Ordering::SeqCst)
        }
    }

    impl Hardware for &Bench {
        fn look(&mut self, _: Duration) -> Seen {
            let atr = "3b951381018073ff01000b".to_owned();
            let looks = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            let card = if looks < 3 { Card::Absent } else { Card::Present { atr, exclusive: false } };
            let readers = vec![Reader { name: "reader".into(), card, events: 0 }];
            Seen { cards: Snapshot { service: Service::Running, readers }, usb: Ok(Vec::new()) }
        }
    }

    /// A worker that reads and never answers; it ends when its input does.
    fn hanging(folder: &Path) -> PathBuf {
        let worker = folder.join("worker");
        programs::write_script(&worker, "#!/bin/sh\nwhile read -r line; do :; done\n");
        worker
    }

    #[test]
    fn a_module_that_hangs_delays_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(&folder.path().join("home")).unwrap();
        let worker = hanging(folder.path());
        let module = Candidate::new(worker.clone(), ModuleKind::Pkcs11, Reason::Chosen);
        let bench = Bench(AtomicU32::new(0));
        let watched = Watched {
            home: &home,
            clock: &bench,
            hardware: &mut &bench,
            discover: &|| Discovery { candidates: vec![module.clone()], refused: Vec::new() },
            worker: &worker,
            os: Os::Linux,
        };
        let started = std::time::Instant::now();
        let mut told = Vec::new();
        watch(watched, &|| bench.elapsed() > TICK * 5, &mut |event| {
            told.push(event.finding.code);
            Ok(())
        })
        .unwrap();
        let expected = [FindingCode::NoKey, FindingCode::MissingDriver, FindingCode::KeyPresent];
        assert_eq!(told, expected);
        assert!(started.elapsed() < Duration::from_secs(10), "the module's deadline is 30 s");
    }
}
