//! Which pages the person has let in, for how long, and when a page may ask again.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Mutex;

use client::{Clock, Code, Failure, Home};
use protocol::Decision;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;

use crate::origin::Origin;

/// Between an answer and the next question of this kind, whoever asks: a person must not be worn down.
const PAUSE: Duration = Duration::from_secs(60);
/// After a refusal, for the same page.
const AFTER_REFUSAL: time::Duration = time::Duration::hours(24);
/// More pages than a person ever lets in; a file that holds more was not written here.
const MOST: usize = 10_000;
const LABEL: &str = "origins";

/// What the person said about a page for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It may ask whenever it wants.
    Always,
    /// It may not, and is not asked about again.
    Blocked,
    /// It was refused at this moment (Unix seconds).
    Refused(i64),
}

impl Standing {
    /// The stable word of JSON output and message files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Blocked => "blocked",
            Self::Refused(_) => "refused",
        }
    }
}

/// What the person answers when a page asks to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// For this connection.
    Once,
    /// Until it is taken back.
    Always,
    /// Not now.
    No,
    /// Never.
    Block,
}

/// The list in the home folder, and the questions of this run.
pub(crate) struct Permissions {
    file: PathBuf,
    parts: durable::Parts,
    asking: Mutex<Asking>,
}

/// One question in all.
#[derive(Default)]
struct Asking {
    pending: bool,
    answered: Option<Duration>,
}

/// The right to put the question, given back when it is dropped.
pub(crate) struct Turn<'a> {
    permissions: &'a Permissions,
    clock: &'a dyn Clock,
}

/// Where the list lies.
pub(crate) fn file(home: &Home) -> PathBuf {
    home.path().join("origins.toml")
}

impl Permissions {
    pub(crate) fn of(home: &Home) -> Self {
        Self { file: file(home), parts: home.parts().clone(), asking: Mutex::default() }
    }

    /// Changes with the list, whoever changes it.
    pub(crate) fn stamp(&self) -> Option<(std::time::SystemTime, u64)> {
        let facts = std::fs::metadata(&self.file).ok()?;
        Some((facts.modified().ok()?, facts.len()))
    }

    /// Every page with what was said about it.
    pub(crate) fn all(&self) -> Result<BTreeMap<Origin, Standing>, Failure> {
        let malformed = |reason: String| {
            Failure::new(Code::SettingsMalformed).with("path", self.file.display().to_string()).with("reason", reason)
        };
        let text = match std::fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(malformed(client::system_reason(&error))),
        };
        let read: HashMap<String, Standing> =
            toml::from_str(&text).map_err(|e| malformed(client::detailed("not_toml", e.message())))?;
        if read.len() > MOST {
            return Err(malformed("too_many".into()));
        }
        let parse = |(origin, standing): (String, Standing)| {
            Origin::parse(&origin, true)
                .map(|origin| (origin, standing))
                .map_err(|error| malformed(client::detailed("not_an_address", error)))
        };
        read.into_iter().map(parse).collect()
    }

    /// What was said about a page.
    pub(crate) fn standing(&self, origin: &Origin) -> Result<Option<Standing>, Failure> {
        Ok(self.all()?.remove(origin))
    }

    /// Remembers what is to last.
    pub(crate) fn set(&self, origin: &Origin, standing: Option<Standing>) -> Result<(), Failure> {
        let mut all = self.all()?;
        match standing {
            Some(standing) => all.insert(origin.clone(), standing),
            None => all.remove(origin),
        };
        let all: BTreeMap<_, _> = all.iter().map(|(origin, standing)| (origin.as_str(), standing)).collect();
        let text = toml::to_string(&all).expect("a table of words and numbers always serialises");
        Ok(self.parts.replace(&self.file, LABEL, text.as_bytes())?)
    }

    /// The right to ask the person about a page.
    ///
    /// # Errors
    /// [`Code::WebBlocked`], [`Code::WebRefused`] within a day of a refusal, [`Code::WebBusy`] while another question
    /// stands, [`Code::WebWait`] just after one.
    pub(crate) fn turn<'a>(&'a self, origin: &Origin, clock: &'a dyn Clock) -> Result<Turn<'a>, Failure> {
        let named = |code| Failure::new(code).with("origin", origin.as_str());
        match self.standing(origin)? {
            Some(Standing::Blocked) => return Err(named(Code::WebBlocked)),
            Some(Standing::Refused(at)) if is_fresh(at, clock.now()) => return Err(named(Code::WebRefused)),
            _ => {}
        }
        let mut asking = self.asking();
        if asking.pending {
            return Err(Failure::new(Code::WebBusy).with("waiting", 1));
        }
        let since = asking.answered.map(|answered| clock.elapsed().saturating_sub(answered));
        if let Some(left) = since.and_then(|since| PAUSE.checked_sub(since)).filter(|left| !left.is_zero()) {
            return Err(Failure::new(Code::WebWait).with("seconds", left.as_secs() + 1));
        }
        asking.pending = true;
        Ok(Turn { permissions: self, clock })
    }

    fn asking(&self) -> std::sync::MutexGuard<'_, Asking> {
        self.asking.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Records the answer.
    ///
    /// # Errors
    /// [`Code::WebRefused`] and [`Code::WebBlocked`] for the two kinds of no; what writing reports.
    pub(crate) fn answered(self, origin: &Origin, answer: Answer) -> Result<Decision, Failure> {
        let named = |code| Failure::new(code).with("origin", origin.as_str());
        match answer {
            Answer::Once => Ok(Decision::Once),
            Answer::Always => self.permissions.set(origin, Some(Standing::Always)).map(|()| Decision::Always),
            Answer::No => {
                let now = self.clock.now().unix_timestamp();
                self.permissions.set(origin, Some(Standing::Refused(now)))?;
                Err(named(Code::WebRefused))
            }
            Answer::Block => {
                self.permissions.set(origin, Some(Standing::Blocked))?;
                Err(named(Code::WebBlocked))
            }
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut asking = self.permissions.asking();
        asking.pending = false;
        asking.answered = Some(self.clock.elapsed());
    }
}

/// Whether a refusal still holds. One that lies in the future was made under another clock, and holds too.
fn is_fresh(refused: i64, now: OffsetDateTime) -> bool {
    OffsetDateTime::from_unix_timestamp(refused).is_ok_and(|refused| now - refused < AFTER_REFUSAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct At(Mutex<(OffsetDateTime, Duration)>);

    impl At {
        fn pass(&self, seconds: u64) {
            let mut at = self.0.lock().unwrap();
            at.0 += Duration::from_secs(seconds);
            at.1 += Duration::from_secs(seconds);
        }
    }

    impl Clock for At {
        fn now(&self) -> OffsetDateTime {
            self.0.lock().unwrap().0
        }

        fn elapsed(&self) -> Duration {
            self.0.lock().unwrap().1
        }
    }

    fn start() -> At {
        At(Mutex::new((OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap(), Duration::ZERO)))
    }

    fn origin(text: &str) -> Origin {
        Origin::parse(text, false).unwrap()
    }

    fn code(outcome: Result<impl Sized, Failure>) -> Option<Code> {
        outcome.err().map(|failure| failure.code())
    }

    #[test]
    fn always_and_never_outlive_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let (good, bad) = (origin("https://good.example"), origin("https://bad.example:8443"));
        let permissions = Permissions::of(&home);
        permissions.set(&good, Some(Standing::Always)).unwrap();
        permissions.set(&bad, Some(Standing::Blocked)).unwrap();
        let again = Permissions::of(&home);
        assert_eq!(again.standing(&good).unwrap(), Some(Standing::Always));
        assert_eq!(code(again.turn(&bad, &start())), Some(Code::WebBlocked));
        again.set(&bad, None).unwrap();
        assert_eq!(permissions.standing(&bad).unwrap(), None);
    }

    #[test]
    fn one_question_at_a_time_and_a_pause_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let permissions = Permissions::of(&Home::open(folder.path()).unwrap());
        let (clock, a, b) = (start(), origin("https://a.example"), origin("https://b.example"));
        let turn = permissions.turn(&a, &clock).unwrap();
        assert_eq!(code(permissions.turn(&b, &clock)), Some(Code::WebBusy));
        clock.pass(5);
        assert_eq!(turn.answered(&a, Answer::Once).unwrap(), Decision::Once);
        assert_eq!(code(permissions.turn(&b, &clock)), Some(Code::WebWait));
        clock.pass(59);
        assert_eq!(code(permissions.turn(&b, &clock)), Some(Code::WebWait));
        clock.pass(1);
        assert_eq!(code(permissions.turn(&b, &clock)), None);
    }

    #[test]
    fn a_refused_page_rests_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let permissions = Permissions::of(&Home::open(folder.path()).unwrap());
        let (clock, page) = (start(), origin("https://a.example"));
        let turn = permissions.turn(&page, &clock).unwrap();
        assert_eq!(code(turn.answered(&page, Answer::No)), Some(Code::WebRefused));
        clock.pass(86_399);
        assert_eq!(code(permissions.turn(&page, &clock)), Some(Code::WebRefused));
        clock.pass(1);
        assert_eq!(code(permissions.turn(&page, &clock)), None);
    }

    #[test]
    fn a_list_that_was_spoilt_is_an_error_and_lets_nobody_in() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        for text in ["not a table", "\"https://a.example/\" = \"always\"", "\"https://a.example\" = \"maybe\""] {
            home.parts().replace(&folder.path().join("origins.toml"), "t", text.as_bytes()).unwrap();
            let standing = Permissions::of(&home).standing(&origin("https://a.example"));
            assert_eq!(code(standing), Some(Code::SettingsMalformed), "{text}");
        }
    }
}
