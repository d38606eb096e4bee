//! Errors as a page gets them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// The numbers of JSON-RPC 2.0 §5.1; everything of our own is [`RpcCode::Refused`] with its stable word beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RpcCode {
    /// Not JSON.
    Parse,
    /// JSON, but no call.
    Request,
    /// No such method.
    Method,
    /// Parameters that the method does not take.
    Params,
    /// The call was understood and refused, or failed; `data.code` says why.
    Refused,
}

impl RpcCode {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Parse => -32700,
            Self::Request => -32600,
            Self::Method => -32601,
            Self::Params => -32602,
            Self::Refused => -32000,
        }
    }
}

/// The `error` member of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct RemoteError {
    /// [`RpcCode::number`].
    pub code: i32,
    /// What happened, in the person's language.
    pub message: String,
    /// What programs read.
    pub data: ErrorData,
}

/// The stable word of docs/errors.md, what to do next, and the facts.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ErrorData {
    /// Such as `user.cancelled`.
    pub code: String,
    /// What to do next, in the person's language.
    pub hint: String,
    /// The facts, by name.
    #[ts(type = "Record<string, unknown>")]
    pub data: BTreeMap<&'static str, Value>,
}

impl RemoteError {
    /// An error with its words.
    #[must_use]
    pub fn new(code: RpcCode, word: &str, message: String, hint: String, data: BTreeMap<&'static str, Value>) -> Self {
        Self { code: code.number(), message, data: ErrorData { code: word.to_owned(), hint, data } }
    }
}
