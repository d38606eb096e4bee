//! Check and repair.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was found in every layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Check {
    /// Nothing stands in the way.
    pub healthy: bool,
    /// Every layer, from the bottom up.
    pub layers: Vec<LayerState>,
    /// Every finding.
    pub findings: Vec<Finding>,
}

/// The worst of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LayerState {
    /// Its stable word.
    pub layer: String,
    /// `good`, `note` or `problem`.
    pub state: String,
}

/// One finding in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Finding {
    /// Its layer.
    pub layer: String,
    /// The stable word of docs/findings.md.
    pub code: String,
    /// `good`, `note` or `problem`.
    pub level: String,
    /// What was found.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The word of the repair that this program can do by itself.
    #[serde(default)]
    pub repair: Option<String>,
}
