//! What `bidseal-card-watch` says: one JSON line for each change of the card readers.
//!
//! The program is linked with the system's PC/SC library and this library is not, so that everything else of Bidseal
//! also starts on a machine that has none. The program ends when its standard input does.

use serde::{Deserialize, Serialize};

/// The longest line that is read: 16 readers with long names are a few KiB.
pub const LONGEST_LINE: usize = 64 << 10;

/// All that PC/SC shows at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Whether the service answers.
    pub service: Service,
    /// Its readers; empty while it does not answer.
    pub readers: Vec<Reader>,
}

/// The smart card service (pcscd, SCardSvr).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// It answers.
    Running,
    /// It does not, or is not installed.
    Stopped {
        /// What the library said.
        detail: String,
    },
}

/// One reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    /// Its name, unique at any one moment.
    pub name: String,
    /// What is in it.
    pub card: Card,
    /// Counts insertions and removals: a card that was changed quickly is another card.
    pub events: u32,
}

/// What is in a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Card {
    /// Nothing.
    Absent,
    /// A card that answers.
    Present {
        /// Answer to reset, hexadecimal.
        atr: String,
        /// Another program holds it for itself alone.
        exclusive: bool,
    },
    /// A card that does not answer: inserted the wrong way round, dirty or broken.
    Mute,
}
