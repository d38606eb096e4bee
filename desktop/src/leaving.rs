//! Ending the program: while work goes on or somebody waits for an answer, the person is asked first.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use protocol::screens::{Call, Prompt, PromptAnswer};

use crate::{Desk, prompts::Reply};

/// Work that was told to stop gets so long to put its things away.
const PATIENCE: Duration = Duration::from_secs(3);

/// What goes on.
#[derive(Default)]
pub(crate) struct GoingOn {
    jobs: AtomicUsize,
    requests: AtomicUsize,
    leaving: AtomicBool,
}

/// One piece of work, counted until it is dropped.
pub(crate) struct Job<'a>(&'a AtomicUsize);

impl GoingOn {
    /// Counts a call that does more than to look.
    pub(crate) fn job(&self, call: &Call) -> Option<Job<'_>> {
        is_work(call).then(|| {
            self.jobs.fetch_add(1, Ordering::SeqCst);
            Job(&self.jobs)
        })
    }

    /// Counts a web page's request, from its beginning to its end.
    pub(crate) fn answering(&self, begins: bool) {
        if begins {
            self.requests.fetch_add(1, Ordering::SeqCst);
        } else {
            self.requests.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether a call changes something; the others may be cut off at any time.
const fn is_work(call: &Call) -> bool {
    matches!(
        call,
        Call::MakeToken { .. }
            | Call::Activate { .. }
            | Call::ChangePin { .. }
            | Call::Unblock { .. }
            | Call::ImportCertificate { .. }
            | Call::Stamp { .. }
            | Call::Encrypt { .. }
            | Call::Rehearse { .. }
            | Call::Decrypt { .. }
            | Call::Evidence { .. }
    )
}

impl Desk {
    /// Whether the program may end now. The person is asked while something goes on; a yes stops it, and gives it a moment.
    #[must_use]
    pub fn may_leave(&self) -> bool {
        let going_on = &self.going_on;
        if going_on.leaving.swap(true, Ordering::SeqCst) {
            // It is being asked already.
            return false;
        }
        let jobs = going_on.jobs.load(Ordering::SeqCst);
        // A question without a job is a web page's.
        let asked = if jobs == 0 { self.prompts().open_questions() } else { 0 };
        let requests = going_on.requests.load(Ordering::SeqCst).max(asked);
        let may = jobs + requests == 0 || self.agreed(jobs, requests);
        if may {
            self.stop_everything();
        }
        going_on.leaving.store(false, Ordering::SeqCst);
        may
    }

    fn agreed(&self, jobs: usize, requests: usize) -> bool {
        matches!(self.prompts().ask_now(Prompt::Quit { jobs, requests }, Vec::new()), Reply::Answer(PromptAnswer::Yes))
    }

    fn stop_everything(&self) {
        self.moved.stop();
        self.prompts().cancel_all();
        let begun = Instant::now();
        while self.going_on.jobs.load(Ordering::SeqCst) > 0 && begun.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(20));
        }
    }
}
