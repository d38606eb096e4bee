//! The worker process of one module: started when it is needed, killed when it does not answer.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use algo::Secret;
use token_worker::{Failure, FailureKind, Reply, Request, frame, skf};
use zeroize::Zeroizing;

use crate::{ModuleFailure, TokenError, background};

const DEADLINE: Duration = Duration::from_secs(30);
/// An RSA key on a smart card takes a minute and more.
const GENERATE_DEADLINE: Duration = Duration::from_secs(180);

/// What a module speaks, as its worker wants to be told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interface {
    Pkcs11,
    Skf,
}

impl Interface {
    /// The call during which a module's own code runs for the first time.
    const fn first_call(self) -> &'static str {
        match self {
            Self::Pkcs11 => "C_Initialize",
            Self::Skf => "loading",
        }
    }

    /// The worker's arguments behind the module.
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Pkcs11 => &[],
            Self::Skf => &["skf"],
        }
    }
}

/// One module's worker. All calls of all its tokens go through it one after the other: many modules keep global state.
pub(crate) struct Worker {
    program: PathBuf,
    module: PathBuf,
    interface: Interface,
    deadline: Duration,
    running: Option<Running>,
    starts: u64,
}

struct Running {
    child: Child,
    requests: Sender<Zeroizing<Vec<u8>>>,
    replies: Receiver<io::Result<Answer>>,
}

/// A reply with the secret that followed it.
struct Answer {
    reply: Reply,
    secret: Option<Secret>,
}

/// A panic while the worker was held leaves nothing behind that a restart does not cure.
pub(crate) fn lock(worker: &Mutex<Worker>) -> MutexGuard<'_, Worker> {
    worker.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Worker {
    pub(crate) fn new(program: PathBuf, module: PathBuf, interface: Interface) -> Self {
        Self { program, module, interface, deadline: DEADLINE, running: None, starts: 0 }
    }

    /// A second worker of the same module, not started yet.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.program.clone(), self.module.clone(), self.interface)
    }

    pub(crate) fn set_deadline(&mut self, deadline: Duration) {
        self.deadline = deadline;
    }

    /// How often it has been started: a login belongs to one start.
    pub(crate) fn starts(&self) -> u64 {
        self.starts
    }

    /// Asks and waits for the answer, which is never [`Reply::Failed`].
    pub(crate) fn call(&mut self, request: &Request, secrets: &[&[u8]]) -> Result<Reply, TokenError> {
        self.ask(request, secrets).map(|answer| answer.reply)
    }

    /// Asks for a secret.
    pub(crate) fn call_for_secret(&mut self, request: &Request, secrets: &[&[u8]]) -> Result<Secret, TokenError> {
        self.ask(request, secrets)?.secret.ok_or_else(|| self.nonsense(request))
    }

    /// The answer was of the wrong kind: the worker cannot be believed any more.
    pub(crate) fn nonsense(&mut self, request: &Request) -> TokenError {
        self.running = None;
        self.failed(ModuleFailure::Nonsense { call: request.name() })
    }

    fn ask(&mut self, request: &Request, secrets: &[&[u8]]) -> Result<Answer, TokenError> {
        let call = request.name();
        let deadline = match request {
            Request::Generate { .. } | Request::Skf(skf::Request::Generate { .. }) => {
                GENERATE_DEADLINE.max(self.deadline)
            }
            _ => self.deadline,
        };
        let running = self.running()?;
        if running.send(request, secrets).is_err() {
            let status = running.end();
            self.running = None;
            return Err(self.failed(ModuleFailure::Died { call, status }));
        }
        let answer = self.wait(call, deadline)?;
        match answer.reply {
            Reply::Failed(failure) => Err(self.refused(failure)),
            _ => Ok(answer),
        }
    }

    fn running(&mut self) -> Result<&mut Running, TokenError> {
        if self.running.is_none() {
            self.start()?;
        }
        self.running.as_mut().ok_or(TokenError::None)
    }

    fn start(&mut self) -> Result<(), TokenError> {
        if !self.module.is_absolute() {
            return Err(self.failed(ModuleFailure::NotAbsolute));
        }
        if !self.module.is_file() {
            return Err(self.failed(ModuleFailure::NotFound));
        }
        let no_worker = |error: io::Error| ModuleFailure::NoWorker { detail: error.to_string() };
        let running = Running::start(&self.program, &self.module, self.interface)
            .map_err(|error| self.failed(no_worker(error)))?;
        self.running = Some(running);
        self.starts += 1;
        // Loading runs the module's own code for the first time: it may hang or crash right here.
        match self.wait(self.interface.first_call(), self.deadline)?.reply {
            Reply::Done => Ok(()),
            Reply::Failed(Failure { kind: FailureKind::NotAModule, code, .. }) => {
                self.running = None;
                Err(self.failed(ModuleFailure::NotAModule { detail: code }))
            }
            Reply::Failed(failure) => {
                self.running = None;
                Err(self.refused(failure))
            }
            _ => {
                self.running = None;
                Err(self.failed(ModuleFailure::Nonsense { call: self.interface.first_call() }))
            }
        }
    }

    fn wait(&mut self, call: &'static str, deadline: Duration) -> Result<Answer, TokenError> {
        let Some(running) = &mut self.running else { return Err(TokenError::None) };
        let failure = match running.replies.recv_timeout(deadline) {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(_)) => ModuleFailure::Nonsense { call },
            Err(RecvTimeoutError::Timeout) => ModuleFailure::Hung { call, deadline },
            Err(RecvTimeoutError::Disconnected) => ModuleFailure::Died { call, status: running.end() },
        };
        self.running = None;
        Err(self.failed(failure))
    }

    fn failed(&self, failure: ModuleFailure) -> TokenError {
        TokenError::ModuleFailed { module: self.module.clone(), failure }
    }

    /// A refusal that is the same for every request; callers look at the PIN's and the data's own ones first.
    fn refused(&self, failure: Failure) -> TokenError {
        match failure.kind {
            FailureKind::TokenGone => TokenError::Removed,
            FailureKind::NotLoggedIn => TokenError::NotLoggedIn,
            FailureKind::PinIncorrect => TokenError::PinWrong { state: crate::PinState::unknown() },
            FailureKind::PinLocked => TokenError::PinLocked,
            FailureKind::PinRefused => TokenError::Policy(crate::PinRule::RefusedByToken),
            FailureKind::NotSupported => {
                TokenError::Algorithm { what: format!("{} ({})", failure.function, failure.code) }
            }
            FailureKind::DataInvalid => TokenError::Unwrap,
            _ => self.failed(ModuleFailure::Call { function: failure.function, code: failure.code }),
        }
    }
}

impl Running {
    fn start(program: &PathBuf, module: &PathBuf, interface: Interface) -> io::Result<Self> {
        let mut child = background::hide(&mut Command::new(program))
            .arg(module)
            .args(interface.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What a vendor module prints is nobody's business, and may hold a PIN.
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(requests), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self { child, requests: write_requests(requests), replies: read_replies(replies) })
    }

    /// Hands a request over to be written; whether the worker takes it is known by its answer.
    fn send(&mut self, request: &Request, secrets: &[&[u8]]) -> io::Result<()> {
        // Room for every secret at once: a buffer that grows leaves what it held behind, unwiped.
        let room = secrets.iter().map(|secret| secret.len() + size_of::<u32>()).sum();
        let mut message = Zeroizing::new(Vec::with_capacity(room));
        secrets.iter().try_for_each(|secret| frame::write(&mut *message, secret))?;
        let mut head = Vec::new();
        frame::send(&mut head, request)?;
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.requests.send(Zeroizing::new(head)).map_err(gone)?;
        self.requests.send(message).map_err(gone)
    }

    /// Kills it, if it still lives, and tells how it ended.
    fn end(&mut self) -> String {
        let ended = self.child.try_wait();
        if !matches!(ended, Ok(Some(_))) {
            // The pipe is closed: give its end a moment to be known, so that the signal is the module's and not ours.
            thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes on a thread of its own: a module that does not read a request longer than a pipe's buffer must not hold up the
/// one that waits for its answer. The thread ends with the process.
fn write_requests(mut pipe: ChildStdin) -> Sender<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel::<Zeroizing<Vec<u8>>>();
    thread::spawn(move || {
        for message in receiver {
            if pipe.write_all(&message).and_then(|()| pipe.flush()).is_err() {
                break;
            }
        }
    });
    sender
}

/// Reads on a thread of its own: a pipe has no deadline. The thread ends with the process. It waits until a reply is
/// taken: a module that answers without being asked fills its own pipe, and not our memory.
fn read_replies(mut pipe: ChildStdout) -> Receiver<io::Result<Answer>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || {
        loop {
            let answer = match read_answer(&mut pipe) {
                Ok(Some(answer)) => Ok(answer),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(error),
                // Closed, also in the middle of a message: it died.
                Ok(None) | Err(_) => break,
            };
            if sender.send(answer).is_err() {
                break;
            }
        }
    });
    receiver
}

fn read_answer(pipe: &mut ChildStdout) -> io::Result<Option<Answer>> {
    let Some(reply) = frame::receive::<Reply>(pipe)? else { return Ok(None) };
    let secret = match reply {
        Reply::Secret => {
            let mut bytes = frame::read(pipe)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            Some(Secret::from(std::mem::take(&mut *bytes)))
        }
        _ => None,
    };
    Ok(Some(Answer { reply, secret }))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Whether a process that sends 50,000 replies comes to its end while nobody takes them.
    #[test]
    fn a_flood_of_replies_waits_in_its_own_pipe() {
        let flood = r#"yes '{"Slots":[]}' | head -n 50000 | sed 's/^/\x0c\x00\x00\x00/' | tr -d '\n'"#;
        let mut child = Command::new("sh").args(["-c", flood]).stdout(Stdio::piped()).spawn().unwrap();
        let replies = read_replies(child.stdout.take().unwrap());
        assert!(matches!(replies.recv().unwrap().unwrap().reply, Reply::Slots(slots) if slots.is_empty()));
        thread::sleep(Duration::from_millis(500));
        assert!(child.try_wait().unwrap().is_none(), "more than a pipe holds was taken in");
        drop(replies);
        child.wait().unwrap();
    }

    /// A certificate is longer than what a pipe holds, so that writing it waits for somebody who reads.
    #[test]
    fn a_worker_that_does_not_read_is_given_up_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("deaf");
        programs::write_script(&program, "#!/bin/sh\nprintf '\\006\\000\\000\\000\"Done\"'\nexec sleep 60\n");
        let mut worker = Worker::new(program.clone(), program, Interface::Pkcs11);
        worker.set_deadline(Duration::from_millis(300));
        let request = Request::WriteCertificate {
            slot: 0,
            id: Vec::new(),
            label: String::new(),
            subject: Vec::new(),
            issuer: Vec::new(),
            serial: Vec::new(),
            value: vec![0; 1 << 20],
        };
        let answer = worker.call(&request, &[]);
        assert!(matches!(answer, Err(TokenError::ModuleFailed { failure: ModuleFailure::Hung { .. }, .. })));
    }
}
