//! From the use cases' reports to the types of the screens.

use client::{Catalogue, Failure};
use protocol::screens::Told;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::internal;

/// A report as the screens know it. Both sides are published forms; a member that does not fit is a fault of ours.
pub(crate) fn shown<T: DeserializeOwned>(report: impl Serialize) -> Result<T, Failure> {
    let value = serde_json::to_value(report).map_err(internal)?;
    serde_json::from_value(printable(value)).map_err(internal)
}

/// Names come from others: none of their control and direction characters reaches a screen.
fn printable(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(client::printable_lines(&text)),
        Value::Array(items) => items.into_iter().map(printable).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, printable(value))).collect(),
        other => other,
    }
}

/// A failure with its words.
pub(crate) fn failure(failure: &Failure, words: &Catalogue) -> Told {
    let told = failure.told(words);
    Told {
        code: told.code.to_owned(),
        message: client::printable_lines(&told.message),
        hint: client::printable_lines(&told.hint),
        data: told.data.into_iter().map(|(name, value)| (name.to_owned(), printable(value))).collect(),
    }
}

/// A value as JSON.
pub(crate) fn json(value: impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(internal)
}
