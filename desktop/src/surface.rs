//! What the program around the desk shows.

use std::path::PathBuf;

use protocol::screens::{News, Pick};

use crate::PromptKind;

/// Windows and dialogs. Nothing here decides anything.
pub trait Surface: Send + Sync + 'static {
    /// Opens the window of a question; its name is the question's.
    fn ask(&self, name: &str, kind: PromptKind);

    /// Closes the window of a question that needs no answer any more.
    fn dismiss(&self, name: &str);

    /// Tells the main window.
    fn news(&self, news: &News);

    /// Lets the person choose in the system's own dialog; nothing for a dialog that was closed.
    fn pick(&self, what: Pick, suggested: Option<&str>) -> Vec<PathBuf>;
}
