//! From the errors of the crates below to codes.

use std::{io, path::Path};

use durable::{WriteError, WriteFailure};
use serde_json::Value;
use token::{Remaining, TokenError};

use crate::{Code, Failure, reason};

pub(crate) use crate::reason::{of_write as write_reason, system_reason as io_reason};

/// A file that could not be opened.
pub(crate) fn open(path: &Path, error: &io::Error) -> Failure {
    let code = match error.kind() {
        io::ErrorKind::NotFound => return at(Code::InputNotFound, path),
        // On the way to it; what is itself no folder, where one is wanted, is there.
        io::ErrorKind::NotADirectory if !path.exists() => return at(Code::InputNotFound, path),
        io::ErrorKind::IsADirectory => return at(Code::InputIsFolder, path),
        _ => Code::InputNotReadable,
    };
    at(code, path).with("reason", io_reason(error))
}

/// A file that broke off while it was read.
pub(crate) fn read(path: &Path, error: &io::Error) -> Failure {
    at(Code::InputReadFailed, path).with("reason", io_reason(error))
}

/// A place that cannot be written, found before any work: most often its name was mistyped. Later the same fault means
/// that the disk is gone.
pub(crate) fn place(error: WriteError) -> Failure {
    let WriteFailure::NotWritable(source) = &error.kind else { return error.into() };
    match source.kind() {
        io::ErrorKind::IsADirectory => at(Code::OutputIsFolder, &error.path),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => at(Code::OutputNoFolder, &error.path),
        _ => error.into(),
    }
}

/// A failure about a file.
pub(crate) fn at(code: Code, path: &Path) -> Failure {
    Failure::new(code).with("path", path.display().to_string())
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let code = match &error.kind {
            WriteFailure::NotWritable(_) => Code::OutputNotWritable,
            WriteFailure::DiskFull => Code::DiskFull,
            WriteFailure::Exists => Code::OutputExists,
            WriteFailure::NotEmpty => Code::OutputNotEmpty,
            WriteFailure::SameAsInput => Code::OutputSameAsInput,
            WriteFailure::Name(_) => Code::OutputName,
            WriteFailure::Io(source) => return at(Code::OutputFailed, &error.path).with("reason", io_reason(source)),
            _ => return at(Code::OutputFailed, &error.path).with("reason", write_reason(&error)),
        };
        at(code, &error.path)
    }
}

impl From<algo::RandomFailure> for Failure {
    fn from(_: algo::RandomFailure) -> Self {
        Self::new(Code::RandomFailed)
    }
}

/// What a token reported; `name` is what people call the token.
pub(crate) fn token(name: &str, error: TokenError) -> Failure {
    use TokenError as E;
    let of_token = |code| Failure::new(code).with("token", name);
    match error {
        E::None => Failure::new(Code::TokenNotFound).with("selector", name),
        E::PinWrong { state } if state.remaining == Remaining::Locked => of_token(Code::TokenPinLocked),
        E::PinWrong { state } => of_token(Code::TokenPinWrong).with("remaining", tries(state.remaining)),
        E::PinLocked => of_token(Code::TokenPinLocked),
        E::NotActivated => of_token(Code::TokenNotActivated),
        E::AlreadyActivated => of_token(Code::TokenActive),
        E::Policy(rule) => pin_rule(rule),
        E::PukMistyped(_) => of_token(Code::TokenPukMistyped),
        E::PukWrong { remaining } => of_token(Code::TokenPukWrong).with("remaining", tries(remaining)),
        E::PukLocked => of_token(Code::TokenPukLocked),
        E::Removed => of_token(Code::TokenRemoved),
        E::Keyring { detail } => of_token(Code::TokenKeyring).with("reason", reason::detailed("keyring_said", detail)),
        E::NotSupported(capability) => Failure::new(Code::TokenNotSupported).with("reason", capability.name()),
        E::Algorithm { what } => {
            Failure::new(Code::TokenNotSupported).with("reason", reason::detailed("key_cannot", what))
        }
        E::KeyNotFound(_) => of_token(Code::TokenKeyMissing),
        E::KeyExists(_) => of_token(Code::TokenKeyExists),
        E::LabelInvalid(label) => Failure::new(Code::TokenLabel).with("label", label),
        E::LabelTaken(label) => Failure::new(Code::TokenExists).with("label", label),
        E::Damaged { path, detail } => {
            of_token(Code::TokenDamaged).with("reason", in_file("file_unreadable", &path, &detail))
        }
        E::Refused { path, detail } => {
            of_token(Code::TokenDamaged).with("reason", in_file("file_refused", &path, &detail))
        }
        E::Read { path, source } => read(&path, &source),
        E::Write(error) => error.into(),
        E::ModuleFailed { module, failure } => Failure::new(Code::TokenModuleFailed)
            .with("module", module.display().to_string())
            .with("reason", reason::of_module(&failure)),
        E::Random(error) => error.into(),
        E::Internal { step, detail } => Failure::new(Code::Internal).with("reason", format!("{step}: {detail}")),
        other => of_token(Code::TokenFailed).with("reason", reason::of_token(&other)),
    }
}

/// What is wrong with a file of a token.
fn in_file(term: &str, path: &Path, detail: &str) -> String {
    reason::detailed(term, format_args!("{}: {detail}", path.display()))
}

/// A rule of the PIN policy, as a term with its number.
fn pin_rule(rule: token::PinRule) -> Failure {
    let bound = match rule {
        token::PinRule::TooShort { min } => Value::from(min),
        token::PinRule::TooLong { max } => Value::from(max),
        _ => Value::from(""),
    };
    Failure::new(Code::TokenPinRule).with("rule", rule.name()).with("bound", bound)
}

/// A number where the token tells one, else null.
pub(crate) fn tries(remaining: Remaining) -> Value {
    remaining.count().map_or(Value::Null, Value::from)
}
