//! The guided try with a key that is good for nothing else.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far the try is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Practice {
    /// The steps that are done, in their order: `begin`, `stamp`, `verify`, `encrypt`, `open`.
    pub done: Vec<String>,
    /// The PIN of the practice key, which protects nothing.
    pub pin: String,
    /// The folder of what was made, as it is shown.
    pub folder: String,
    /// The document, to be shown: the stamped one as soon as there is one.
    pub document: u32,
    /// The verdict on the stamped document, once it was asked for.
    pub verdict: Option<String>,
    /// Names of the files that came out of the practice bid.
    pub opened: Vec<String>,
}
