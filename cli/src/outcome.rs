//! What a command has to say at its end, in both forms.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use client::{Catalogue, Failure};
use serde::Serialize;
use serde_json::{Value, json};

/// The result of a command that ran.
pub(crate) struct Outcome {
    /// For programs: the one document on stdout; `None` where lines were printed as they came.
    document: Option<Value>,
    /// For people.
    text: String,
    /// The exit status, unless a failure decides.
    exit: u8,
    /// The first of several files that failed.
    failure: Option<Failure>,
}

impl Outcome {
    /// A result that is good.
    pub(crate) fn new(document: &impl Serialize, text: String) -> Self {
        let document = serde_json::to_value(document).expect("reports have text keys and no odd numbers");
        Self { document: Some(document), text, exit: 0, failure: None }
    }

    /// A result that was printed line by line while it came.
    pub(crate) fn streamed() -> Self {
        Self { document: None, text: String::new(), exit: 0, failure: None }
    }

    /// Text for people alone: help, and the version.
    pub(crate) fn shown(text: String) -> Self {
        Self { text, ..Self::streamed() }
    }

    /// The same, with another exit status.
    pub(crate) fn exit(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }

    /// The same, with a line before the others, for people alone.
    pub(crate) fn told_first(mut self, line: Option<&str>) -> Self {
        if let Some(line) = line {
            self.text = format!("{line}\n{}", self.text);
        }
        self
    }

    /// The same, where a part of the work failed.
    pub(crate) fn failed(mut self, failure: Option<Failure>) -> Self {
        self.failure = failure;
        self
    }

    /// Prints the result and tells the exit status.
    pub(crate) fn print(self, json: bool, words: &Catalogue) -> ExitCode {
        let document = self.document.map(|document| document.to_string()).unwrap_or_default();
        let text = if json { document } else { self.text };
        if let Err(error) = print_line(&text) {
            // Whoever closed the pipe has seen enough.
            if error.kind() != io::ErrorKind::BrokenPipe {
                return report(&output_failed(&error), json, words);
            }
        }
        match &self.failure {
            Some(failure) => report(failure, json, words),
            None => ExitCode::from(self.exit),
        }
    }
}

/// Prints one line of a stream at once; `false` when nobody reads any more.
///
/// # Errors
/// [`client::Code::OutputFailed`].
pub(crate) fn stream_line(line: &str) -> Result<bool, Failure> {
    match print_line(line) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(output_failed(&error)),
    }
}

fn output_failed(error: &io::Error) -> Failure {
    Failure::new(client::Code::OutputFailed).with("path", "-").with("reason", client::system_reason(error))
}

/// Ends text with exactly one line end; prints nothing for no text.
fn print_line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if !text.is_empty() {
        writeln!(out, "{}", text.trim_end_matches('\n'))?;
    }
    out.flush()
}

/// Prints a failure to stderr and tells the exit status.
pub(crate) fn report(failure: &Failure, json: bool, words: &Catalogue) -> ExitCode {
    let told = failure.told(words);
    let text = if json {
        json!({ "error": told }).to_string()
    } else {
        format!("{}\n{}\n[{}]", client::printable_lines(&told.message), client::printable_lines(&told.hint), told.code)
    };
    // Nobody is left to tell when stderr is closed; the exit status still says it.
    let _ = writeln!(io::stderr(), "{text}");
    ExitCode::from(failure.code().turn().exit())
}
