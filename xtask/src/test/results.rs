//! Reads what `cargo test` and the tests of the pages print: which tests ran and how each ended.

use super::report::{Counts, Found};

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed,
    Skipped,
}

/// A test by its full name, `binary::module::function`, where the binary is the crate or the file below `tests/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TestResult {
    pub(super) name: String,
    pub(super) outcome: Outcome,
}

/// Every test of a run of `cargo test`, standard output and standard error in one.
///
/// The counts come from the closing line of each binary: a line of a single test may be torn by what a program under test prints.
pub(super) fn parse(output: &str) -> Found {
    let mut binary = String::new();
    let mut found = Found::default();
    for line in output.lines() {
        if let Some(name) = started_binary(line) {
            binary = name;
        } else if let Some((name, outcome)) = finished_test(line) {
            found.tests.push(TestResult { name: format!("{binary}::{name}"), outcome });
        } else if let Some(counts) = closing_counts(line) {
            found.counts.add(counts);
        }
    }
    found
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn closing_counts(line: &str) -> Option<Counts> {
    let mut counts = Counts::default();
    for field in line.strip_prefix("test result: ")?.split_once(". ")?.1.split("; ") {
        match field.split_once(' ')? {
            (number, "passed") => counts.passed = number.parse().ok()?,
            (number, "failed") => counts.failed = number.parse().ok()?,
            (number, "ignored") => counts.skipped = number.parse().ok()?,
            _ => {}
        }
    }
    Some(counts)
}

/// `     Running tests/lock.rs (target/debug/deps/lock-0123456789abcdef)` or `   Doc-tests algo`.
fn started_binary(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some(package) = line.strip_prefix("Doc-tests ") {
        return Some(package.trim_end().to_owned());
    }
    let path = line.strip_prefix("Running ")?.rsplit_once('(')?.1.strip_suffix(')')?;
    let file = path.rsplit('/').next()?;
    // The digest that cargo appends keeps builds apart, not names.
    Some(file.rsplit_once('-').map_or(file, |(name, _)| name).to_owned())
}

/// `test lock::tests::ten_tries ... ok`; a test that prints while it runs may push its outcome to a line of its own.
fn finished_test(line: &str) -> Option<(&str, Outcome)> {
    let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let outcome = match outcome.split([',', ' ']).next()? {
        "ok" => Outcome::Passed,
        "FAILED" => Outcome::Failed,
        "ignored" => Outcome::Skipped,
        _ => return None,
    };
    // `should panic` and `compile fail` stand between the name and the dots.
    Some((name.split(" - should panic").next().unwrap_or(name), outcome))
}

/// Every test of the pages. npm names the package in the line `> NAME@VERSION test`; its tests follow in the flat form of the Test
/// Anything Protocol. A test is named `NAME::file > group > name`.
pub(super) fn parse_tap(output: &str) -> Found {
    let mut package = String::new();
    let mut found = Found::default();
    for line in output.lines() {
        if let Some(name) = started_package(line) {
            package = name;
        } else if let Some((name, outcome)) = tap_point(line) {
            found.counts.add(Counts {
                passed: u32::from(outcome == Outcome::Passed),
                failed: u32::from(outcome == Outcome::Failed),
                skipped: u32::from(outcome == Outcome::Skipped),
            });
            found.tests.push(TestResult { name: format!("{package}::{name}"), outcome });
        }
    }
    found
}

fn started_package(line: &str) -> Option<String> {
    let (package, script) = line.strip_prefix("> ")?.split_once(' ')?;
    let (name, _version) = package.rsplit_once('@')?;
    (script == "test").then(|| name.to_owned())
}

/// `ok 1 - src/a.test.ts > group > name # time=1.00ms`, `not ok 2 - …`, `ok 3 - … # SKIP`.
fn tap_point(line: &str) -> Option<(&str, Outcome)> {
    let (passed, rest) = match line.strip_prefix("not ok ") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok ")?),
    };
    let (number, rest) = rest.split_once(" - ")?;
    number.parse::<u32>().ok()?;
    let (name, directive) = rest.rsplit_once(" # ").unwrap_or((rest, ""));
    let outcome = match (passed, directive.starts_with("SKIP") || directive.starts_with("TODO")) {
        (_, true) => Outcome::Skipped,
        (true, false) => Outcome::Passed,
        (false, false) => Outcome::Failed,
    };
    Some((name.trim_end(), outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_of_pages_have_their_package_and_outcome() {
        let found = parse_tap(
            "> @bidseal/sdk@0.1.0 test\n> vitest run --reporter=tap-flat\n\nTAP version 13\n1..3\n\
             ok 1 - src/a.test.ts > connects # time=1.00ms\nnot ok 2 - src/a.test.ts > x # y # time=2.00ms\n  ---\n  ok: no\n\
             ok 3 - src/b.test.ts > later # SKIP\n",
        );
        assert_eq!(found.counts, Counts { passed: 1, failed: 1, skipped: 1 });
        let names: Vec<_> = found.tests.iter().map(|test| test.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "@bidseal/sdk::src/a.test.ts > connects",
                "@bidseal/sdk::src/a.test.ts > x # y",
                "@bidseal/sdk::src/b.test.ts > later"
            ]
        );
    }

    const OUTPUT: &str = "\
   Compiling algo v0.1.0
     Running unittests src/lib.rs (target/debug/deps/algo-0123456789abcdef)

running 3 tests
test sm2::tests::signs ... ok
test sm2::tests::refuses - should panic ... ok
test rsa::tests::later ... ignored, needs a card

test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s

     Running tests/ten-tries.rs (target/debug/deps/ten_tries-fedcba9876543210)
test locks ... FAILED
   Doc-tests algo
test crypto-core/algo/src/pin.rs - pin::Pin (line 3) ... ok
";

    #[test]
    fn every_test_has_its_binary_and_outcome() {
        let found = parse(OUTPUT);
        assert_eq!(found.counts, Counts { passed: 2, failed: 0, skipped: 1 });
        let tests: Vec<_> = found.tests.into_iter().map(|test| (test.name, test.outcome)).collect();
        let expected = [
            ("algo::sm2::tests::signs", Outcome::Passed),
            ("algo::sm2::tests::refuses", Outcome::Passed),
            ("algo::rsa::tests::later", Outcome::Skipped),
            ("ten_tries::locks", Outcome::Failed),
            ("algo::crypto-core/algo/src/pin.rs - pin::Pin (line 3)", Outcome::Passed),
        ];
        assert_eq!(tests, expected.map(|(name, outcome)| (name.to_owned(), outcome)));
    }
}
