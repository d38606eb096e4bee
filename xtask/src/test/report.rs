//! What a run found: counts, minutes, and the closing line.

use std::time::{Duration, Instant};

use super::part::{Part, Size};
use super::results::{Outcome, TestResult};
use crate::failure::Failure;

/// How many checks passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u32,
    pub(super) failed: u32,
    pub(super) skipped: u32,
}

impl Counts {
    pub(super) fn one(passed: bool) -> Self {
        Self { passed: u32::from(passed), failed: u32::from(!passed), skipped: 0 }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The tests that ran: each by name, and the counts that their programs gave at the end.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) tests: Vec<TestResult>,
    pub(super) counts: Counts,
}

/// The run so far.
#[derive(Default)]
pub(super) struct Report {
    stages: Vec<(Part, Duration, Counts)>,
    found: Found,
}

impl Report {
    /// Runs one part and notes its time and counts; false when it failed.
    pub(super) fn stage(&mut self, part: Part, size: Size) -> bool {
        println!("\n== {}: {}", part.name(), part.purpose());
        let start = Instant::now();
        let counts = part.run(size, &mut self.found).unwrap_or_else(|failure| {
            println!("{failure}");
            Counts::one(false)
        });
        println!("== {}: {}", part.name(), minutes(start.elapsed()));
        self.stages.push((part, start.elapsed(), counts));
        counts.failed == 0
    }

    /// Prints the table of stages, the failed tests and, last of all, the line that is counted.
    ///
    /// # Errors
    /// Something failed or was skipped.
    pub(super) fn close(self) -> Result<(), Failure> {
        println!();
        let mut total = Counts::default();
        for (part, time, counts) in &self.stages {
            total.add(*counts);
            let verdict = if counts.failed == 0 { "" } else { "  FAILED" };
            println!("{:12} {:>9}{verdict}", part.name(), minutes(*time));
        }
        for test in self.found.tests.iter().filter(|test| test.outcome != Outcome::Passed) {
            println!("{:?}: {}", test.outcome, test.name);
        }
        println!("\n{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
        match total {
            Counts { failed: 0, skipped: 0, .. } => Ok(()),
            Counts { failed: 0, .. } => Err(Failure::new("a skipped test proves nothing")),
            _ => Err(Failure::new("the parts above marked FAILED say why")),
        }
    }
}

fn minutes(time: Duration) -> String {
    format!("{:.1} min", time.as_secs_f64() / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_with_a_failure_or_a_skipped_test_fails() {
        for (counts, good) in [
            (Counts { passed: 1, failed: 0, skipped: 0 }, true),
            (Counts { passed: 1, failed: 1, skipped: 0 }, false),
            (Counts { passed: 1, failed: 0, skipped: 1 }, false),
        ] {
            let report = Report { stages: vec![(Part::Tests, Duration::ZERO, counts)], found: Found::default() };
            assert_eq!(report.close().is_ok(), good, "{counts:?}");
        }
    }
}
