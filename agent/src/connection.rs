//! One page's WebSocket: what it may do, its documents, and its calls that go on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use client::{Code, Failure};
use protocol::{Decision, Id, Notification, Reply};
use tokio::sync::Notify;
use tokio::sync::mpsc::{Sender, error::TrySendError};

use crate::documents::Documents;
use crate::origin::Origin;
use crate::permissions::Standing;

/// Calls of one connection that may go on at once.
const MOST_CALLS: usize = 16;

/// A connection, shared by its socket, its calls and the requests for its documents.
pub(crate) struct Connection {
    pub(crate) origin: Origin,
    allowed: AtomicBool,
    /// It is allowed by what stands in the list, and no longer than it stands there.
    listed: AtomicBool,
    leaving: Notify,
    documents: Mutex<Documents>,
    calls: Mutex<HashMap<Id, Arc<AtomicBool>>>,
    outgoing: Sender<String>,
}

impl Connection {
    /// A connection of a page that has not been let in.
    pub(crate) fn new(origin: Origin, documents: Documents, outgoing: Sender<String>) -> Self {
        let (allowed, listed, leaving) = (AtomicBool::default(), AtomicBool::default(), Notify::new());
        Self { origin, allowed, listed, leaving, documents: Mutex::new(documents), calls: Mutex::default(), outgoing }
    }

    /// Whether the person has let this page in.
    pub(crate) fn is_allowed(&self) -> bool {
        self.allowed.load(Ordering::Acquire)
    }

    /// The person has let it in: for this connection, or until it is taken off the list.
    pub(crate) fn allow(&self, decision: Decision) {
        self.listed.store(decision == Decision::Always, Ordering::Release);
        self.allowed.store(true, Ordering::Release);
    }

    /// Whether it may stay with what stands in the list now.
    pub(crate) fn may_stay(&self, standing: Option<Standing>) -> bool {
        match standing {
            Some(Standing::Blocked) => false,
            Some(Standing::Always) => true,
            _ => !self.listed.load(Ordering::Acquire),
        }
    }

    /// Ends it, with all that goes on in it.
    pub(crate) fn leave(&self) {
        self.allowed.store(false, Ordering::Release);
        self.cancel_all();
        self.leaving.notify_one();
    }

    /// Waits until it is to end.
    pub(crate) async fn left(&self) {
        self.leaving.notified().await;
    }

    /// Refuses what needs the person's permission.
    ///
    /// # Errors
    /// [`Code::WebNotAllowed`].
    pub(crate) fn check_allowed(&self) -> Result<(), Failure> {
        let refused = || Failure::new(Code::WebNotAllowed).with("origin", self.origin.as_str());
        if self.is_allowed() { Ok(()) } else { Err(refused()) }
    }

    pub(crate) fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a call; what is returned says when it was cancelled.
    ///
    /// # Errors
    /// [`Code::WebLimit`]; [`Code::WebMessage`] for the name of a call that still goes on.
    pub(crate) fn begin(&self, id: &Id) -> Result<Arc<AtomicBool>, Failure> {
        let mut calls = self.calls();
        if calls.len() >= MOST_CALLS {
            return Err(Failure::new(Code::WebLimit).with("what", "calls").with("limit", MOST_CALLS));
        }
        if calls.contains_key(id) {
            return Err(Failure::new(Code::WebMessage).with("reason", "id_in_use"));
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        calls.insert(id.clone(), Arc::clone(&cancelled));
        Ok(cancelled)
    }

    /// Ends a call.
    pub(crate) fn end(&self, id: &Id) {
        self.calls().remove(id);
    }

    /// Cancels a call; whether there was one.
    pub(crate) fn cancel(&self, id: &Id) -> bool {
        self.calls().get(id).map(|cancelled| cancelled.store(true, Ordering::Relaxed)).is_some()
    }

    /// Cancels every call: the page is gone.
    pub(crate) fn cancel_all(&self) {
        self.calls().values().for_each(|cancelled| cancelled.store(true, Ordering::Relaxed));
    }

    /// Sends an answer; waits while the page does not read.
    pub(crate) async fn reply(&self, reply: &Reply) {
        // A closed channel means that the page is gone.
        let _ = self.outgoing.send(serde_json::to_string(reply).expect("answers always serialise")).await;
    }

    /// Sends news; a page that does not read misses them.
    pub(crate) fn tell(&self, news: &Notification) {
        let text = serde_json::to_string(news).expect("news always serialise");
        match self.outgoing.try_send(text) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {}
        }
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<Id, Arc<AtomicBool>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
