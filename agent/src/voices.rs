//! The person's voices during one call of a page: consent that names the page, PINs that a page cannot wear out, progress
//! that goes to the page, and what of it the journal records.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use client::{Answer, Code, Consent, ConsentRequest, Failure, Progress, SecretRequest, Secrets};
use protocol::{ConsentNews, Id, Notification};

use crate::origin::Origin;
use crate::patience::Patience;
use crate::shell::Shell;

/// Between two notifications of progress.
const STEP: Duration = Duration::from_millis(200);

/// One call, as long as it goes on.
pub(crate) struct Voices<'a> {
    pub(crate) shell: &'a dyn Shell,
    pub(crate) origin: &'a Origin,
    pub(crate) cancelled: &'a AtomicBool,
    refusals: &'a Patience,
    /// Takes news to the page.
    pub(crate) tell: &'a (dyn Fn(Notification) + Send + Sync),
    pub(crate) call: Id,
    seen: Mutex<Seen>,
}

/// What the journal wants to know.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) documents: Vec<String>,
    pub(crate) decision: Option<bool>,
    moved: Option<Duration>,
}

impl<'a> Voices<'a> {
    pub(crate) fn new(
        shell: &'a dyn Shell,
        origin: &'a Origin,
        cancelled: &'a AtomicBool,
        refusals: &'a Patience,
        tell: &'a (dyn Fn(Notification) + Send + Sync),
        call: Id,
    ) -> Self {
        Self { shell, origin, cancelled, refusals, tell, call, seen: Mutex::default() }
    }

    /// What was seen, for the journal.
    pub(crate) fn seen(self) -> Seen {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the person has agreed to anything in this call.
    pub(crate) fn said_yes(&self) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).decision == Some(true)
    }

    /// Tells the person that a batch goes on to which they have agreed before: the next thing they see is a PIN prompt.
    pub(crate) fn resumed(&self, count: usize) {
        self.shell.resuming(self.origin, count);
        self.note(|seen| seen.documents = vec![format!("{count} of an agreed batch")]);
    }

    /// Counts how the call ended: a person who said no, at the question or at the PIN, must not be worn down with more.
    pub(crate) fn heard<T>(&self, outcome: &Result<T, Failure>) {
        match outcome {
            Ok(_) if self.said_yes() => self.refusals.calm(self.origin),
            Err(failure) if failure.code() == Code::UserCancelled && !self.cancelled() => {
                self.refusals.strain(self.origin, self.shell.clock().elapsed());
            }
            _ => {}
        }
    }

    /// A page whose questions were answered with no too often does not reach the person for a while.
    fn not_too_often(&self) -> Result<(), Failure> {
        match self.refusals.wait(self.origin, self.shell.clock().elapsed()) {
            Some(left) => Err(Failure::new(Code::WebWait).with("seconds", left.as_secs() + 1)),
            None => Ok(()),
        }
    }

    fn note(&self, what: impl FnOnce(&mut Seen)) {
        what(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A call that has ended for the page asks the person nothing more, and an answer that came too late counts for no.
    fn still_wanted(&self) -> Result<(), Failure> {
        if self.cancelled() { Err(Failure::new(Code::UserCancelled)) } else { Ok(()) }
    }
}

impl Seen {
    /// Something that was answered without a document.
    pub(crate) fn answered(yes: bool) -> Self {
        Self { decision: Some(yes), ..Self::default() }
    }
}

impl Consent for Voices<'_> {
    fn ask(&self, request: &ConsentRequest) -> Result<Answer, Failure> {
        self.still_wanted()?;
        self.not_too_often()?;
        let request = ConsentRequest { origin: Some(self.origin.to_string()), ..request.clone() };
        (self.tell)(Notification::new(
            "consent",
            serde_json::json!(ConsentNews { id: self.call.clone(), state: "asked".to_owned() }),
        ));
        let answer = self.shell.consent().ask(&request)?;
        self.note(|seen| {
            // One call may ask twice: for the bid, and for the statement about it.
            seen.documents.extend(request.documents.iter().map(recorded));
            seen.decision = Some(answer == Answer::Yes);
        });
        self.still_wanted()?;
        Ok(answer)
    }
}

impl Secrets for Voices<'_> {
    fn ask(&self, request: &SecretRequest<'_>) -> Result<algo::Password, Failure> {
        self.still_wanted()?;
        let typed = self.shell.secrets().ask(request)?;
        self.still_wanted()?;
        Ok(typed)
    }

    /// Never from the web: the last try belongs to the person at the program itself.
    fn may_spend_last_try(&self, _token: &str) -> Result<bool, Failure> {
        Ok(false)
    }

    fn on_pad(&self, token: &str) {
        self.shell.secrets().on_pad(token);
    }

    fn off_pad(&self, token: &str) {
        self.shell.secrets().off_pad(token);
    }
}

impl Progress for Voices<'_> {
    fn moved(&self, done: u64, total: u64, left: Option<Duration>) {
        let now = self.shell.clock().elapsed();
        let mut due = false;
        self.note(|seen| {
            due = seen.moved.is_none_or(|last| now.saturating_sub(last) >= STEP);
            if due {
                seen.moved = Some(now);
            }
        });
        if due {
            let left = left.map(|left| left.as_secs());
            let news = protocol::Progress { id: self.call.clone(), done, total, seconds_left: left };
            (self.tell)(Notification::new("progress", serde_json::json!(news)));
        }
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// `name: hash digest`, or the length where nothing was digested.
fn recorded(document: &client::DocumentFacts) -> String {
    let name = client::printable(&document.name);
    match (&document.hash, &document.digest) {
        (Some(hash), Some(digest)) => format!("{name}: {hash} {digest}"),
        _ => format!("{name}: {} bytes", document.size),
    }
}
