//! What clap says about a command line, as a failure in the person's language.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use client::{Code, Failure};

/// The failure for a command line that clap did not accept.
pub(crate) fn failure(error: &clap::Error, typed: &[OsString]) -> Failure {
    let fact = |kind| error.get(kind).map(shown).unwrap_or_default();
    let argument = fact(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            Failure::new(Code::UsageUnknown).with("argument", fact(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => Failure::new(Code::UsageUnknown).with("argument", argument),
        ErrorKind::ArgumentConflict => {
            Failure::new(Code::UsageConflict).with("argument", argument).with("other", fact(ContextKind::PriorArg))
        }
        ErrorKind::MissingRequiredArgument => Failure::new(Code::UsageMissing).with("argument", argument),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Failure::new(Code::UsageMissing).with("argument", "command")
        }
        ErrorKind::InvalidUtf8 => not_utf8(typed),
        _ => {
            let value = fact(ContextKind::InvalidValue);
            let reason = match error.get(ContextKind::ValidValue) {
                Some(valid) if !shown(valid).is_empty() => client::detailed("one_of", shown(valid)),
                _ if value.is_empty() => "empty".into(),
                _ => std::error::Error::source(error).map_or_else(|| "not_usable".into(), ToString::to_string),
            };
            Failure::new(Code::UsageValue).with("argument", argument).with("value", value).with("reason", reason)
        }
    }
}

/// Clap does not say which word it was: the first that is no Unicode, and the one before it.
fn not_utf8(typed: &[OsString]) -> Failure {
    let wrong = typed.iter().position(|word| word.to_str().is_none()).unwrap_or_default();
    let told = |at: usize| typed.get(at).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let value = Failure::new(Code::UsageValue).with("value", told(wrong));
    value.with("argument", told(wrong.saturating_sub(1))).with("reason", "not_utf8")
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join(", "),
        other => other.to_string(),
    }
}
