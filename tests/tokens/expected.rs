//! The committed table of what each fixture is expected to do.

use std::collections::BTreeMap;

use serde::Deserialize;
use token::{PinState, Remaining};

/// One row.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    /// Names of its capabilities.
    pub(crate) capabilities: Vec<String>,
    /// What is said of the tries left after each wrong PIN.
    pub(crate) told: Vec<String>,
    /// Whether the last of these wrong PINs locks.
    pub(crate) locks: bool,
}

/// The row of this name.
pub(crate) fn of(name: &str) -> Expected {
    let mut table: BTreeMap<String, Expected> = toml::from_str(include_str!("expected.toml")).unwrap();
    table.remove(name).unwrap_or_else(|| panic!("expected.toml has no row {name}"))
}

/// As the table writes it.
pub(crate) fn told(state: &PinState) -> String {
    match state.remaining {
        Remaining::Exact(count) => count.to_string(),
        Remaining::Low => "low".to_owned(),
        Remaining::FinalTry => "final".to_owned(),
        Remaining::Locked => "locked".to_owned(),
        Remaining::Unknown => "unknown".to_owned(),
    }
}
