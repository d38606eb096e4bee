//! The frames of JSON-RPC 2.0. Batches of the specification's own kind are not spoken: a list of documents is one call.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::RemoteError;

/// Names a call until its answer; chosen by the page.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Id {
    /// A number.
    Number(u64),
    /// A text of at most 64 bytes; longer ones are refused.
    Text(String),
}

/// A call of the page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incoming {
    /// Always `2.0`.
    pub jsonrpc: String,
    /// Its name; required, because nothing is done unseen.
    pub id: Id,
    /// Which method.
    pub method: String,
    /// Its parameters.
    #[serde(default)]
    pub params: Option<Value>,
}

/// The answer to a call: exactly one of result and error.
#[derive(Clone, Debug, Serialize)]
pub struct Reply {
    jsonrpc: &'static str,
    /// The call's name; null when the call could not be read.
    pub id: Option<Id>,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RemoteError>,
}

impl Reply {
    /// The answer to a call.
    #[must_use]
    pub fn new(id: Option<Id>, outcome: Result<Value, RemoteError>) -> Self {
        let (result, error) = match outcome {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error)),
        };
        Self { jsonrpc: "2.0", id, result, error }
    }
}

/// News without a call.
#[derive(Clone, Debug, Serialize)]
pub struct Notification {
    jsonrpc: &'static str,
    /// `progress` or `consent`.
    pub method: &'static str,
    /// The news.
    pub params: Value,
}

impl Notification {
    /// News under a method's name.
    #[must_use]
    pub const fn new(method: &'static str, params: Value) -> Self {
        Self { jsonrpc: "2.0", method, params }
    }
}
