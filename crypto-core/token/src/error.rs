//! Why a token did not do what was asked.

use std::path::PathBuf;
use std::time::Duration;

use crate::{Capability, ContainerIdInvalid, KeyId, PinRule, PinState, PukMistyped, Remaining};

/// Failure of an operation on a token. Variants are grouped by who must act.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    // The person.
    /// No such token is here.
    #[error("no such token")]
    None,
    /// The PIN was wrong; the state was read after the failure.
    #[error("wrong PIN")]
    PinWrong {
        /// State of the PIN after this try.
        state: PinState,
    },
    /// Too many wrong PINs: only unblocking helps.
    #[error("the PIN is locked")]
    PinLocked,
    /// The factory PIN is still set: no key may be used before activation.
    #[error("the token is not activated: its factory PIN is still set")]
    NotActivated,
    /// The token was activated before; the PIN is changed instead.
    #[error("the token is already activated")]
    AlreadyActivated,
    /// A key was asked for before [`Token::login`](crate::Token::login), or the login has ended.
    #[error("not logged in to the token")]
    NotLoggedIn,
    /// A new PIN breaks a rule of the token's policy. No try was spent.
    #[error("the new PIN is not allowed: {0}")]
    Policy(PinRule),
    /// The PUK has a typing mistake: its check character does not fit. No try was spent.
    #[error(transparent)]
    PukMistyped(#[from] PukMistyped),
    /// The proof for unblocking (PUK, administrator's PIN) was wrong.
    #[error("wrong PUK")]
    PukWrong {
        /// Tries left for the proof.
        remaining: Remaining,
    },
    /// Too many wrong proofs: the token can never be unblocked.
    #[error("the PUK is locked")]
    PukLocked,
    /// An answer of the certificate authority is here, but the token waits for none: it was used before, or answers an
    /// earlier request.
    #[error("the token waits for no such answer")]
    NoRequestPending,
    /// The certificate authority's answer does not open the token.
    #[error("the answer does not open the token")]
    ResponseWrong {
        /// Answers that may still be tried for this request.
        remaining: Remaining,
    },
    /// The token was taken out, or its folder removed, while it was in use.
    #[error("the token was removed")]
    Removed,
    /// The operating system's keyring holds half of the token's protection and does not answer (locked, not running).
    /// No try was spent.
    #[error("the keyring that holds half of this token's protection does not answer: {detail}")]
    Keyring {
        /// What the keyring said.
        detail: String,
    },

    /// The keyring answers but has no half for this token: it was deleted by the 10th wrong PIN, or the token was copied
    /// from another computer. Only the PUK opens it. No try was spent.
    #[error("the keyring has no half for this token: only the PUK opens it")]
    HalfMissing,

    // The caller.
    /// The token cannot do this.
    #[error("the token does not support {}", .0.name())]
    NotSupported(Capability),
    /// The token cannot do this with this key or algorithm.
    #[error("the token cannot do {what} with this key")]
    Algorithm {
        /// The operation and algorithm that was asked for.
        what: String,
    },
    /// No such key on the token.
    #[error("no key {0} on the token")]
    KeyNotFound(KeyId),
    /// No key of the token belongs to this certificate.
    #[error("no key of the token belongs to this certificate")]
    NoKeyForCertificate,
    /// The container already has a key for this use; keys are never overwritten.
    #[error("there is already a key {0}")]
    KeyExists(KeyId),
    /// A private key and a certificate that were to be imported together do not belong together.
    #[error("the certificate does not belong to the private key")]
    KeyMismatch,
    /// Not a name for a container.
    #[error(transparent)]
    ContainerId(#[from] ContainerIdInvalid),
    /// Not a label for a token: 1 to 64 characters without control characters.
    #[error("\"{0}\" is not a label for a token (1 to 64 characters, no control characters)")]
    LabelInvalid(String),
    /// Another token already has this label.
    #[error("there is already a token \"{0}\"")]
    LabelTaken(String),
    /// Decryption or key agreement failed. Deliberately without a reason: reasons help an attacker, not the person.
    #[error("the key does not open this")]
    Unwrap,

    // The surroundings.
    /// A file of the token is unreadable, truncated or altered. It is left as it is.
    #[error("{} is damaged: {detail}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A file of the token is from a version or with parameters that this program refuses.
    #[error("{} is not accepted: {detail}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Which parameter, and the bound.
        detail: String,
    },
    /// A file could not be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file could not be written; its old content is intact.
    #[error(transparent)]
    Write(#[from] durable::WriteError),
    /// The vendor module failed; the next call starts it anew.
    #[error("module {}: {failure}", module.display())]
    ModuleFailed {
        /// The module's file.
        module: PathBuf,
        /// How it failed.
        failure: ModuleFailure,
    },
    /// The operating system gives no random bytes.
    #[error(transparent)]
    Random(#[from] algo::RandomFailure),
    /// The cryptographic library refused a step that has no bad input.
    #[error("{step}: {detail}")]
    Internal {
        /// The step.
        step: &'static str,
        /// The library's words.
        detail: String,
    },
}

/// How a vendor module failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleFailure {
    /// Modules are named by absolute path only: a relative one could be planted.
    #[error("the path is not absolute")]
    NotAbsolute,
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// The file is not a loadable module of the interface that was expected.
    #[error("not a module of the expected interface: {detail}")]
    NotAModule {
        /// What the loader said.
        detail: String,
    },
    /// The worker program could not be started.
    #[error("the worker program cannot be started: {detail}")]
    NoWorker {
        /// The system's reason.
        detail: String,
    },
    /// No answer in time: the worker was killed.
    #[error("no answer to {call} within {} s", deadline.as_secs())]
    Hung {
        /// What was asked.
        call: &'static str,
        /// How long it was waited for.
        deadline: Duration,
    },
    /// The worker ended while it was asked.
    #[error("it died during {call} ({status})")]
    Died {
        /// What was asked.
        call: &'static str,
        /// Exit code or signal.
        status: String,
    },
    /// The worker said something that is not an answer: the module has damaged it.
    #[error("an answer to {call} that makes no sense")]
    Nonsense {
        /// What was asked.
        call: &'static str,
    },
    /// A function of the module returned an error.
    #[error("{function} returned {code}")]
    Call {
        /// The module's function.
        function: String,
        /// The return value's name (`CKR_…`, `SAR_…`).
        code: String,
    },
}
