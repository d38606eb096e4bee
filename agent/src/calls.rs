//! From a message to its answer.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError, TryLockError};

use client::journal::{Entry, Journal};
use client::{Code, Failure};
use protocol::{
    Cancel, Cancelled, Close, Connect, ConnectParams, HelloParams, Id, Incoming, Method, Notification, OpenDocument,
    Reply,
};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use tokio::sync::Semaphore;

use crate::connection::Connection;
use crate::message;
use crate::operations::{self, Task, read};
use crate::server::Shared;
use crate::shell::Shell;
use crate::voices::{Seen, Voices};

/// Requests that may wait for the one that the person is looking at.
const MOST_WAITING: usize = 32;

/// The person's desk: one request at a time, the others in a row.
pub(crate) struct Desk {
    seat: Semaphore,
    waiting: AtomicUsize,
}

impl Default for Desk {
    fn default() -> Self {
        Self { seat: Semaphore::new(1), waiting: AtomicUsize::new(0) }
    }
}

/// Reads a message and answers it; a call that waits for the person does not keep others from being answered.
pub(crate) async fn answer(shared: Arc<Shared>, page: Arc<Connection>, text: String) {
    let call = match message::read(&text) {
        Ok(call) => call,
        Err(failure) => return reply(&shared, &page, None, Err(failure)).await,
    };
    let id = call.id.clone();
    let outcome = match page.begin(&id) {
        Err(failure) => Err(failure),
        Ok(cancelled) => {
            let outcome = dispatch(&shared, &page, call, cancelled).await;
            page.end(&id);
            outcome
        }
    };
    reply(&shared, &page, Some(id), outcome).await;
}

async fn reply(shared: &Shared, page: &Connection, id: Option<Id>, outcome: Result<Value, Failure>) {
    let outcome = outcome.map_err(|failure| message::remote(&failure, &*shared.shell));
    page.reply(&Reply::new(id, outcome)).await;
}

async fn dispatch(
    shared: &Arc<Shared>,
    page: &Arc<Connection>,
    call: Incoming,
    cancelled: Arc<std::sync::atomic::AtomicBool>,
) -> Result<Value, Failure> {
    let unknown = || Failure::new(Code::WebMethod).with("method", client::printable(&call.method));
    let method = Method::named(&call.method).ok_or_else(unknown)?;
    if !method.needs_no_permission() {
        page.check_allowed()?;
    }
    let params = call.params.unwrap_or_default();
    match method {
        Method::Hello => hello(shared, page, &read(params)?),
        Method::Connect => {
            let ConnectParams {} = read(params)?;
            connect(shared, page).await
        }
        Method::DocumentOpen => {
            let OpenDocument { name, length } = read(params)?;
            page.documents().open(&name, length).map(|opened| json!(opened))
        }
        Method::DocumentClose => {
            let Close { id } = read(params)?;
            page.documents().close(&id).map(|()| json!({}))
        }
        Method::Cancel => cancel(page, params),
        _ => with_person(shared, page, method, params, call.id, cancelled).await,
    }
}

fn hello(shared: &Shared, page: &Connection, params: &HelloParams) -> Result<Value, Failure> {
    let hello = shared.installation.hello(params, &page.origin, env!("CARGO_PKG_VERSION"), page.is_allowed())?;
    Ok(json!(hello))
}

fn cancel(page: &Connection, params: Value) -> Result<Value, Failure> {
    let Cancel { id } = read(params)?;
    Ok(json!(Cancelled { cancelled: page.cancel(&id) }))
}

/// Asks the person to let the page in.
async fn connect(shared: &Arc<Shared>, page: &Arc<Connection>) -> Result<Value, Failure> {
    if page.is_allowed() {
        return Ok(json!(Connect { decision: protocol::Decision::Once }));
    }
    let (shared, asked) = (Arc::clone(shared), Arc::clone(page));
    let decision = blocking(move || {
        Journal::of(shared.shell.home()).check_ready()?;
        let turn = shared.permissions.turn(&asked.origin, shared.shell.clock())?;
        let talking = heard(&shared)?;
        let answer = shared.shell.may_connect(&asked.origin)?;
        drop(talking);
        let outcome = turn.answered(&asked.origin, answer);
        let result = outcome.as_ref().map_or_else(|failure| failure.code().as_str(), |_| "done");
        record(&shared, &asked, Method::Connect, None, Seen::answered(outcome.is_ok()), result)?;
        outcome
    })
    .await?;
    page.allow(decision);
    Ok(json!(Connect { decision }))
}

/// Does what needs the person: one at a time, in the order in which it was asked.
async fn with_person(
    shared: &Arc<Shared>,
    page: &Arc<Connection>,
    method: Method,
    params: Value,
    call: Id,
    cancelled: Arc<std::sync::atomic::AtomicBool>,
) -> Result<Value, Failure> {
    let _seat = seat(shared).await?;
    let (shared, page) = (Arc::clone(shared), Arc::clone(page));
    blocking(move || {
        Journal::of(shared.shell.home()).check_ready()?;
        let tell = |news: Notification| page.tell(&news);
        let voices = Voices::new(&*shared.shell, &page.origin, &cancelled, &shared.refusals, &tell, call);
        let certificate = operations::named_certificate(&params);
        let _talking = heard(&shared)?;
        let outcome = caught(|| {
            let session = shared.shell.session(&voices, &voices, &voices);
            let task = Task { session: &session, page: &page, voices: &voices, batches: &shared.batches };
            let _answering = Answering::begin(&*shared.shell);
            operations::run(method, params, &task)
        });
        voices.heard(&outcome);
        let result = outcome.as_ref().map_or_else(|failure| failure.code().as_str(), |_| "done");
        record(&shared, &page, method, certificate, voices.seen(), result)?;
        outcome
    })
    .await
}

/// A request that is being worked on, as the shell knows; until it is dropped, also by a fault.
struct Answering<'a>(&'a dyn Shell);

impl<'a> Answering<'a> {
    fn begin(shell: &'a dyn Shell) -> Self {
        shell.answering(true);
        Self(shell)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.answering(false);
    }
}

/// A place at the person's desk; given back when it is dropped.
async fn seat(shared: &Arc<Shared>) -> Result<tokio::sync::SemaphorePermit<'_>, Failure> {
    if let Ok(free) = shared.desk.seat.try_acquire() {
        return Ok(free);
    }
    let _waiting = Waiting::begin(shared)?;
    shared.desk.seat.acquire().await.map_err(|_| Failure::new(Code::UserCancelled))
}

/// The person's ear: whoever finds it taken is in the row as long as it waits for it.
fn heard(shared: &Shared) -> Result<MutexGuard<'_, ()>, Failure> {
    match shared.person.try_lock() {
        Ok(free) => return Ok(free),
        Err(TryLockError::Poisoned(left)) => return Ok(left.into_inner()),
        Err(TryLockError::WouldBlock) => {}
    }
    let _waiting = Waiting::begin(shared)?;
    Ok(shared.person.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A request in the row, as the shell knows; until it is dropped, however its wait ended.
struct Waiting<'a>(&'a Shared);

impl<'a> Waiting<'a> {
    fn begin(shared: &'a Shared) -> Result<Self, Failure> {
        // Who finds the row full is not told to the person: a page could fill the screen with that.
        let longer = |waiting: usize| (waiting < MOST_WAITING).then_some(waiting + 1);
        let before = shared.desk.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, longer);
        let before = before.map_err(|full| Failure::new(Code::WebBusy).with("waiting", full))?;
        shared.shell.waiting(before + 1);
        Ok(Self(shared))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let left = self.0.desk.waiting.fetch_sub(1, Ordering::Relaxed) - 1;
        self.0.shell.waiting(left);
    }
}

/// Nothing is handed out that is not in the journal.
fn record(
    shared: &Shared,
    page: &Connection,
    method: Method,
    certificate: Option<String>,
    seen: Seen,
    result: &str,
) -> Result<(), Failure> {
    let decision = match seen.decision {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not_asked",
    };
    let time = shared.shell.clock().now().format(&Rfc3339).unwrap_or_default();
    let entry = Entry {
        time,
        origin: page.origin.to_string(),
        operation: method.name().to_owned(),
        certificate,
        documents: seen.documents,
        decision: decision.to_owned(),
        result: result.to_owned(),
    };
    Journal::of(shared.shell.home()).append(&entry)
}

/// Runs what may wait for a person or a disk on a thread of its own; a panic there ends the call, not the agent.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(fault()))
}

/// A panic ends a call like any other failure: what was asked and agreed to until then stands in the journal.
fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(fault()))
}

/// A fault of this program.
pub(crate) fn fault() -> Failure {
    Failure::new(Code::Internal).with("reason", "panic")
}

#[cfg(test)]
mod tests {
    use client::{Catalogue, Clock, Consent, ConsentRequest, Home, Language, Progress, Secrets, Session};
    use time::OffsetDateTime;

    use super::*;
    use crate::documents::Documents;
    use crate::origin::Origin;
    use crate::permissions::Answer;
    use crate::quota::Quotas;
    use crate::socket;

    /// A program with a fault, around the agent.
    struct Faulty(Home);

    impl Shell for Faulty {
        fn home(&self) -> &Home {
            &self.0
        }

        fn clock(&self) -> &dyn Clock {
            self
        }

        fn words(&self) -> &'static Catalogue {
            Catalogue::of(Language::English)
        }

        fn may_connect(&self, _: &Origin) -> Result<Answer, Failure> {
            Ok(Answer::Once)
        }

        fn consent(&self) -> &dyn Consent {
            self
        }

        fn secrets(&self) -> &dyn Secrets {
            self
        }

        fn session<'a>(&'a self, _: &'a dyn Consent, _: &'a dyn Secrets, _: &'a dyn Progress) -> Session<'a> {
            panic!("a fault of this program")
        }

        fn waiting(&self, _: usize) {}
    }

    impl Clock for Faulty {
        fn now(&self) -> OffsetDateTime {
            OffsetDateTime::UNIX_EPOCH
        }

        fn elapsed(&self) -> std::time::Duration {
            std::time::Duration::ZERO
        }
    }

    impl Consent for Faulty {
        fn ask(&self, _: &ConsentRequest) -> Result<client::Answer, Failure> {
            Ok(client::Answer::Yes)
        }
    }

    impl Secrets for Faulty {
        fn ask(&self, _: &client::SecretRequest<'_>) -> Result<algo::Password, Failure> {
            Err(Failure::new(Code::UserCancelled))
        }

        fn may_spend_last_try(&self, _: &str) -> Result<bool, Failure> {
            Ok(false)
        }
    }

    #[test]
    fn a_panic_in_an_operation_ends_the_call_and_stands_in_the_journal() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(&folder.path().join("home")).unwrap();
        let shell = Faulty(Home::open(home.path()).unwrap());
        let shared = Arc::new(Shared::new(Box::new(shell), false, Vec::new()).unwrap());
        let origin = Origin::parse("https://portal.example", false).unwrap();
        let documents = Documents::below(folder.path().join("documents"), Quotas::default().of(&origin)).unwrap();
        let (outgoing, mut answers) = socket::channel();
        let page = Arc::new(Connection::new(origin, documents, outgoing));
        page.allow(protocol::Decision::Once);
        let ask = |id: u32| {
            let text = json!({ "jsonrpc": "2.0", "id": id, "method": "certificates", "params": {} }).to_string();
            answer(Arc::clone(&shared), Arc::clone(&page), text)
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for id in 1..=2 {
            runtime.block_on(ask(id));
            let told: Value = serde_json::from_str(&answers.try_recv().unwrap()).unwrap();
            assert_eq!((&told["id"], &told["error"]["data"]["code"]), (&json!(id), &json!("internal")), "{told}");
        }
        let entries = Journal::of(&home).entries().unwrap();
        let kept: Vec<_> = entries.iter().map(|one| (one.operation.as_str(), one.result.as_str())).collect();
        assert_eq!(kept, [("certificates", "internal"); 2]);
    }
}
