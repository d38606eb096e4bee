//! News: what the agent tells without being asked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{BatchItem, Id};

/// `progress`: how far a call is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// The call.
    pub id: Id,
    /// Bytes that are done.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// The estimated rest in seconds, once there is ground for an estimate.
    pub seconds_left: Option<u64>,
}

/// `consent`: the person is being asked, or has answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConsentNews {
    /// The call.
    pub id: Id,
    /// Always `asked` today.
    pub state: String,
}

/// `batch`: an item of a batch is done. The first comes before any item is, to name the batch.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct BatchNews {
    /// The call.
    pub id: Id,
    /// The batch.
    pub batch: String,
    /// Items that are done.
    pub done: usize,
    /// Items in all.
    pub total: usize,
    /// The item that was done last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub item: Option<BatchItem>,
}
