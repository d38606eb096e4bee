//! Questions to the person: one at a time, each in a window of its own, whose name is the question's.
//!
//! The window names itself, never a question: it can answer no other. A yes counts only when the window has shown the
//! question for half a second, so that a click meant for something else is none.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    time::Duration,
};

use algo::Password;
use client::{Clock, Code, DocumentFacts, Failure};
use machine::SystemClock;
use protocol::screens::{News, Prompt, PromptAnswer};
use zeroize::Zeroizing;

use crate::{Extent, locked, surface::Surface};

/// A yes before this counts for nothing.
const ARMED_AFTER: Duration = Duration::from_millis(500);
/// Nobody is there: then the answer is no.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Which window a question gets, and with it which commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// It is answered by a button.
    Consent,
    /// It is answered by a secret.
    Secret,
}

impl PromptKind {
    /// What its windows' names begin with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Consent => "consent-",
            Self::Secret => "pin-",
        }
    }
}

/// Why an answer was not taken; the question stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// There is no such question, or it takes no such answer.
    NotAsked,
    /// It came before the person can have read the question.
    TooEarly,
    /// What was typed cannot be what was asked for.
    Failed(Failure),
}

/// What came back.
pub(crate) enum Reply {
    Answer(PromptAnswer),
    Secret(Password),
    Cancelled,
}

struct Asked {
    prompt: Prompt,
    shown: Option<Duration>,
    reply: Sender<Reply>,
    documents: Vec<DocumentFacts>,
}

/// The questions of this run.
pub struct Prompts {
    surface: Arc<dyn Surface>,
    clock: SystemClock,
    turn: Mutex<()>,
    waiting: AtomicUsize,
    pages: AtomicUsize,
    next: AtomicU64,
    asked: Mutex<BTreeMap<String, Asked>>,
}

impl Prompts {
    pub(crate) fn new(surface: Arc<dyn Surface>, clock: SystemClock) -> Self {
        let (turn, asked) = (Mutex::default(), Mutex::default());
        let (waiting, pages) = (AtomicUsize::default(), AtomicUsize::default());
        Self { surface, clock, turn, asked, waiting, pages, next: AtomicU64::new(1) }
    }

    /// Asks, after whatever is being asked now, and waits.
    pub(crate) fn ask(&self, prompt: Prompt) -> Reply {
        self.ask_about(prompt, Vec::new())
    }

    /// The same about documents, whose first pages can be looked at as long as it is asked.
    pub(crate) fn ask_about(&self, prompt: Prompt, documents: Vec<DocumentFacts>) -> Reply {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.tell_waiting();
        let turn = locked(&self.turn);
        let reply = self.ask_now(prompt, documents);
        drop(turn);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        self.tell_waiting();
        reply
    }

    /// The same beside whatever is being asked now.
    pub(crate) fn ask_now(&self, prompt: Prompt, documents: Vec<DocumentFacts>) -> Reply {
        let (name, answered) = self.open(prompt, documents);
        let reply = answered.recv_timeout(PATIENCE).unwrap_or(Reply::Cancelled);
        self.close(&name);
        reply
    }

    /// Shows what needs no answer; the name of its window.
    pub(crate) fn show(&self, prompt: Prompt) -> String {
        self.open(prompt, Vec::new()).0
    }

    fn open(&self, prompt: Prompt, documents: Vec<DocumentFacts>) -> (String, Receiver<Reply>) {
        let kind = if matches!(prompt, Prompt::Secret { .. }) { PromptKind::Secret } else { PromptKind::Consent };
        let name = format!("{}{}", kind.prefix(), self.next.fetch_add(1, Ordering::SeqCst));
        let (reply, answered) = mpsc::channel();
        locked(&self.asked).insert(name.clone(), Asked { prompt, shown: None, reply, documents });
        self.surface.ask(&name, kind);
        (name, answered)
    }

    /// Closes a window that is needed no more.
    pub(crate) fn close(&self, name: &str) {
        locked(&self.asked).remove(name);
        self.surface.dismiss(name);
    }

    /// How many questions wait for the person.
    pub(crate) fn open_questions(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Nobody answers any question any more.
    pub(crate) fn cancel_all(&self) {
        for one in locked(&self.asked).values() {
            // Nobody waits any more: as good as cancelled.
            let _ = one.reply.send(Reply::Cancelled);
        }
    }

    /// So many requests of web pages wait for the one that is being answered.
    pub(crate) fn pages_wait(&self, count: usize) {
        self.pages.store(count, Ordering::SeqCst);
        self.tell_waiting();
    }

    /// Tells how much waits for the question that is being asked.
    fn tell_waiting(&self) {
        let questions = self.waiting.load(Ordering::SeqCst).saturating_sub(1);
        self.surface.news(&News::Waiting { count: questions + self.pages.load(Ordering::SeqCst) });
    }

    /// The question of a window, which is shown from now on.
    #[must_use]
    pub fn shown(&self, window: &str) -> Option<Prompt> {
        let mut asked = locked(&self.asked);
        let one = asked.get_mut(window)?;
        one.shown.get_or_insert(self.clock.elapsed());
        Some(one.prompt.clone())
    }

    /// How large the window of a question is to be.
    #[must_use]
    pub fn extent(&self, window: &str) -> Option<Extent> {
        locked(&self.asked).get(window).map(|one| Extent::of(&one.prompt))
    }

    /// One of the documents that the question of a window is about.
    pub(crate) fn document(&self, window: &str, index: usize) -> Option<DocumentFacts> {
        locked(&self.asked).get(window)?.documents.get(index).cloned()
    }

    /// Takes an answer by a button.
    ///
    /// # Errors
    /// The question stands.
    pub fn answer(&self, window: &str, answer: PromptAnswer) -> Result<(), Refused> {
        let asked = locked(&self.asked);
        let one = asked.get(window).filter(|one| fits(&one.prompt, answer)).ok_or(Refused::NotAsked)?;
        let is_yes = !matches!(answer, PromptAnswer::No | PromptAnswer::Block);
        let armed = one.shown.is_some_and(|shown| self.clock.elapsed().saturating_sub(shown) >= ARMED_AFTER);
        if is_yes && !armed {
            return Err(Refused::TooEarly);
        }
        // Nobody waits any more when the time was up: then there is nothing to take.
        one.reply.send(Reply::Answer(answer)).map_err(|_| Refused::NotAsked)
    }

    /// Takes a secret, typed once or twice.
    ///
    /// # Errors
    /// The question stands.
    pub fn submit(
        &self,
        window: &str,
        typed: &Zeroizing<String>,
        again: Option<&Zeroizing<String>>,
    ) -> Result<(), Refused> {
        let asked = locked(&self.asked);
        let one = asked.get(window).ok_or(Refused::NotAsked)?;
        let Prompt::Secret { kind, twice, .. } = &one.prompt else { return Err(Refused::NotAsked) };
        if *twice && again != Some(typed) {
            let mismatch = Failure::new(Code::SecretMismatch).with("secret", kind.trim_start_matches("new_"));
            return Err(Refused::Failed(mismatch));
        }
        let empty = |_| Refused::Failed(Failure::new(Code::SecretMalformed).with("reason", "empty"));
        let secret = Password::new(typed.as_str()).map_err(empty)?;
        one.reply.send(Reply::Secret(secret)).map_err(|_| Refused::NotAsked)
    }

    /// The window was closed, or the person wants to stop.
    pub fn cancel(&self, window: &str) {
        if let Some(one) = locked(&self.asked).get(window) {
            // Nobody waits any more: as good as cancelled.
            let _ = one.reply.send(Reply::Cancelled);
        }
    }
}

/// Whether a question can be answered so.
fn fits(prompt: &Prompt, answer: PromptAnswer) -> bool {
    match prompt {
        Prompt::Connect { .. } => answer != PromptAnswer::Yes,
        Prompt::Puk { .. } => answer == PromptAnswer::Yes,
        Prompt::Secret { .. } | Prompt::Pad { .. } => false,
        Prompt::Consent { .. }
        | Prompt::LastTry { .. }
        | Prompt::Clear { .. }
        | Prompt::Repair { .. }
        | Prompt::Quit { .. } => {
            matches!(answer, PromptAnswer::Yes | PromptAnswer::No)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use protocol::screens::Pick;

    use super::*;

    /// Hears what is told, and lets nobody answer.
    #[derive(Default)]
    struct Hearing {
        counts: Mutex<Vec<usize>>,
        asked: Mutex<Vec<String>>,
    }

    impl Surface for Hearing {
        fn ask(&self, name: &str, _: PromptKind) {
            locked(&self.asked).push(name.to_owned());
        }

        fn dismiss(&self, _: &str) {}

        fn news(&self, news: &News) {
            if let News::Waiting { count } = news {
                locked(&self.counts).push(*count);
            }
        }

        fn pick(&self, _: Pick, _: Option<&str>) -> Vec<PathBuf> {
            Vec::new()
        }
    }

    #[test]
    fn requests_of_pages_and_questions_of_our_own_that_wait_are_told_together() {
        let hearing = Arc::new(Hearing::default());
        let surface: Arc<dyn Surface> = Arc::<Hearing>::clone(&hearing);
        let prompts = Prompts::new(surface, SystemClock::start());
        std::thread::scope(|scope| {
            let asked = scope.spawn(|| prompts.ask(Prompt::LastTry { token: "key".into() }));
            while locked(&hearing.asked).is_empty() {
                std::thread::yield_now();
            }
            prompts.pages_wait(2);
            prompts.pages_wait(1);
            prompts.cancel(&locked(&hearing.asked)[0]);
            asked.join().unwrap();
        });
        assert_eq!(
            *locked(&hearing.counts),
            [0, 2, 1, 1],
            "a question that was answered leaves the page's request waiting"
        );
        prompts.pages_wait(0);
        assert_eq!(locked(&hearing.counts).last(), Some(&0));
    }
}
