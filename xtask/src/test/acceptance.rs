//! `tests/acceptance.md`: every line that the product must show, and the tests that show it.

use std::fs;

use super::part::Part;
use super::report::{Counts, Found};
use super::results::Outcome;
use crate::failure::{During, Failure};
use crate::workspace;

/// The table.
pub(super) const TABLE: &str = "tests/acceptance.md";

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
struct Row<'a> {
    shows: &'a str,
    by: Vec<&'a str>,
}

/// Holds every row against the tests that ran.
///
/// # Errors
/// The file cannot be read, holds no row, or no test has run before.
pub(super) fn check(found: &Found) -> Result<Counts, Failure> {
    if found.tests.is_empty() {
        return Err(
            Failure::new("acceptance is judged by the tests of the same run").hint("cargo xtask test tests acceptance")
        );
    }
    let text = fs::read_to_string(workspace::root().join(TABLE)).during(TABLE)?;
    let rows = rows(&text);
    if rows.is_empty() {
        return Err(Failure::new("tests/acceptance.md holds no row"));
    }
    let mut counts = Counts::default();
    for row in rows {
        let problems = problems(&row, found);
        problems.iter().for_each(|problem| println!("{}: {problem}", row.shows));
        counts.add(Counts::one(problems.is_empty()));
    }
    Ok(counts)
}

/// The rows of every table: what is shown, then the names in backticks.
fn rows(text: &str) -> Vec<Row<'_>> {
    let cells = text.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|')).map(|line| line.split(" | "));
    let rows = cells.filter_map(|mut cells| Some((cells.next()?.trim(), cells.next()?)));
    rows.filter(|(shows, _)| *shows != "Must show" && !shows.starts_with("---"))
        .map(|(shows, by)| Row { shows, by: by.split('`').skip(1).step_by(2).collect() })
        .collect()
}

/// The names in the table that are names of tests.
pub(super) fn tests_named(text: &str) -> impl Iterator<Item = &str> {
    let names = rows(text).into_iter().flat_map(|row| row.by);
    names.filter(|name| *name != ".ci/run" && !name.starts_with("--full "))
}

fn problems(row: &Row<'_>, found: &Found) -> Vec<String> {
    if row.by.is_empty() {
        return vec!["nothing shows it".to_owned()];
    }
    row.by.iter().filter_map(|name| problem(name, found)).collect()
}

/// A name is a test, `.ci/run`, or `--full` with the name of a part.
fn problem(name: &str, found: &Found) -> Option<String> {
    if name == ".ci/run" {
        return (!workspace::root().join(name).exists()).then(|| "there is no .ci/run".to_owned());
    }
    if let Some(part) = name.strip_prefix("--full ") {
        return Part::named(part).err().map(|failure| failure.to_string());
    }
    let mut runs = found.tests.iter().filter(|test| test.name == name).peekable();
    if runs.peek().is_none() {
        return Some(format!("no test {name} ran"));
    }
    runs.find(|test| test.outcome != Outcome::Passed).map(|test| format!("{name}: {:?}", test.outcome))
}

#[cfg(test)]
mod tests {
    use super::super::results::TestResult;
    use super::*;

    const TABLE: &str = "\
Words.

| Must show | by |
|---|---|
| Wrong PIN counts down | `lock::counts`, `lock::locks` |
| The README lines | `.ci/run` |
| Wishes | later |
";

    fn found(tests: &[(&str, Outcome)]) -> Found {
        let tests = tests.iter().map(|(name, outcome)| TestResult { name: (*name).to_owned(), outcome: *outcome });
        Found { tests: tests.collect(), counts: Counts::default() }
    }

    #[test]
    fn a_row_names_its_tests() {
        let rows = rows(TABLE);
        assert_eq!(rows[0], Row { shows: "Wrong PIN counts down", by: vec!["lock::counts", "lock::locks"] });
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn missing_skipped_and_absent_tests_are_problems() {
        let rows = rows(TABLE);
        let counts = ("lock::counts", Outcome::Passed);
        assert!(problems(&rows[0], &found(&[counts, ("lock::locks", Outcome::Passed)])).is_empty());
        assert_eq!(problems(&rows[0], &found(&[counts])), ["no test lock::locks ran"]);
        let skipped = found(&[counts, ("lock::locks", Outcome::Skipped)]);
        assert_eq!(problems(&rows[0], &skipped), ["lock::locks: Skipped"]);
        assert!(problems(&rows[1], &found(&[])).is_empty());
        assert_eq!(problems(&rows[2], &found(&[])), ["nothing shows it"]);
    }
}
