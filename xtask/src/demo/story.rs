//! The steps of the demonstration, in their order.

use super::program::Programs;
use crate::failure::Failure;

/// A numbered step: its name in the log's file name, what it does in one line, and the doing, which tells what came of it.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) run: fn(&mut Programs) -> Result<String, Failure>,
}

/// All steps.
pub(super) fn steps() -> Vec<Step> {
    vec![
        Step { name: "build", title: "build the crates", run: build },
        Step { name: "suites", title: "sign, verify, encrypt and open with every suite", run: suites },
    ]
}

fn build(programs: &mut Programs) -> Result<String, Failure> {
    programs.call(&["cargo", "build", "--workspace", "--all-targets"], "")?;
    Ok(String::new())
}

fn suites(programs: &mut Programs) -> Result<String, Failure> {
    programs.call(&["cargo", "test", "--package", "bidseal-algo"], "")?;
    Ok("what was checked stands in the log, test by test".to_owned())
}

/// What lies where in the end.
pub(super) fn results() -> String {
    "Logs lie in target/demo/logs.".to_owned()
}
