//! `bidseal failpoints`: the places at which the tests kill this build.

use serde_json::json;

use crate::outcome::Outcome;

pub(super) fn run() -> Outcome {
    let points = client::failpoints();
    Outcome::new(&json!({ "failpoints": points }), points.join("\n"))
}
