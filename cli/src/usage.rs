//! What clap says about a command line, as a failure in the person's language.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use client::{Code, Failure};

/// The failure for a command line that clap did not accept.
pub(crate) fn failure(error: &clap::Error) -> Failure {
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
        _ => {
            let value = fact(ContextKind::InvalidValue);
            let reason = match error.get(ContextKind::ValidValue) {
                Some(valid) => shown(valid),
                None => std::error::Error::source(error).map_or_else(|| "not_usable".into(), ToString::to_string),
            };
            Failure::new(Code::UsageValue).with("argument", argument).with("value", value).with("reason", reason)
        }
    }
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join(", "),
        other => other.to_string(),
    }
}
