//! A failure as every shell reports it: a code, the facts behind it, and the words for a person.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::{Catalogue, Code};

/// Why a use case did not do its work.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code} {data:?}")]
pub struct Failure {
    code: Code,
    data: BTreeMap<&'static str, Value>,
}

impl Failure {
    /// A failure without facts yet.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self { code, data: BTreeMap::new() }
    }

    /// Adds one fact; its name is one of [`Code::fields`].
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        debug_assert!(self.code.fields().contains(&field), "{} declares no field {field}", self.code);
        self.data.insert(field, value.into());
        self
    }

    /// The stable word for what went wrong.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The facts, by name.
    #[must_use]
    pub const fn data(&self) -> &BTreeMap<&'static str, Value> {
        &self.data
    }

    /// The failure in a person's language.
    #[must_use]
    pub fn told(&self, words: &Catalogue) -> Told {
        let (message, hint) = words.failure(self);
        Told { code: self.code.as_str(), message, hint, data: self.data.clone() }
    }
}

/// A failure with its words: the `error` member of JSON output.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// The stable word.
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// The facts, by name.
    pub data: BTreeMap<&'static str, Value>,
}
