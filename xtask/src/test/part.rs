//! The parts of a test run, in their order.

use std::process::Command;

use super::postgresql::PostgreSql;
use super::report::{Counts, Found};
use super::{acceptance, results, rules, windows};
use crate::bench;
use crate::children;
use crate::failure::{During, Failure};
use crate::setup::apt::Purpose;
use crate::setup::{apt, node, tools, venv};
use crate::workspace;

/// The size of inputs: what CI has time for, or everything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Small,
    Full,
}

/// One stage of the run; its minutes are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Setup,
    Format,
    Rules,
    Pages,
    Build,
    Fixtures,
    Tests,
    PageTests,
    App,
    Lints,
    Docs,
    Acceptance,
    Licences,
    Release,
    Benches,
    PostgreSql,
    Windows,
}

impl Part {
    pub(super) const ALL: &[Self] = &[
        Self::Setup,
        Self::Format,
        Self::Rules,
        Self::Pages,
        Self::Build,
        Self::Fixtures,
        Self::Tests,
        Self::PageTests,
        Self::App,
        Self::Lints,
        Self::Docs,
        Self::Acceptance,
        Self::Licences,
        Self::Release,
        Self::Benches,
        Self::PostgreSql,
        Self::Windows,
    ];

    pub(super) fn named(name: &str) -> Result<Self, Failure> {
        let known = Self::ALL.iter().find(|part| part.name() == name).copied();
        known.ok_or_else(|| Failure::new(format!("no part {name:?}")).hint("cargo xtask test --parts lists them"))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Format => "format",
            Self::Rules => "rules",
            Self::Pages => "pages",
            Self::Build => "build",
            Self::Fixtures => "fixtures",
            Self::Tests => "tests",
            Self::PageTests => "page-tests",
            Self::App => "app",
            Self::Lints => "lints",
            Self::Docs => "docs",
            Self::Acceptance => "acceptance",
            Self::Licences => "licences",
            Self::Release => "release",
            Self::Benches => "benches",
            Self::PostgreSql => "postgresql",
            Self::Windows => "windows",
        }
    }

    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Setup => "Debian packages, Python environment, Node.js",
            Self::Format => "cargo fmt --check",
            Self::Rules => "rules of the repository that no compiler knows",
            Self::Pages => "TypeScript: format, lints, types, build",
            Self::Build => "every target, one profile",
            Self::Fixtures => "tokens, cards and modules that the tests plug in",
            Self::Tests => "unit, integration and documentation tests",
            Self::PageTests => "TypeScript: tests",
            Self::App => "the program with windows, in a real display",
            Self::Lints => "clippy, warnings denied",
            Self::Docs => "documentation, broken links denied",
            Self::Acceptance => "tests/acceptance.md against the tests that ran",
            Self::Licences => "cargo deny: licences, bans, sources (only --full)",
            Self::Release => "release build (only --full)",
            Self::Benches => "benchmarks of agent, token worker and windows, against their targets (only --full)",
            Self::PostgreSql => "the portal's tests again, on PostgreSQL (only --full)",
            Self::Windows => "programs for Windows, at work under Wine (only --full)",
        }
    }

    /// Set-up always belongs; the others when named, or when none is named and the size fits.
    pub(super) fn belongs_to(self, size: Size, named: &[Self]) -> bool {
        let only_full =
            matches!(self, Self::Licences | Self::Release | Self::Benches | Self::PostgreSql | Self::Windows);
        match (self, named) {
            (Self::Setup, _) => true,
            (_, []) => size == Size::Full || !only_full,
            _ => named.contains(&self),
        }
    }

    /// Without it the later parts would only repeat its failure.
    pub(super) fn others_need_it(self) -> bool {
        matches!(self, Self::Setup | Self::Pages | Self::Build)
    }

    /// Runs the part and counts what it checked; `found` are the tests that ran before it.
    pub(super) fn run(self, size: Size, found: &mut Found) -> Result<Counts, Failure> {
        match self {
            Self::Setup => setup(),
            Self::Format => cargo(&["fmt", "--all", "--check"]),
            Self::Rules => rules::check(),
            Self::Pages => pages(),
            Self::Build => cargo(&["build", "--workspace", "--all-targets"]),
            Self::Fixtures => fixtures(),
            Self::Tests => tests(size, found),
            Self::PageTests => page_tests(size, found),
            Self::App => app(size, found),
            Self::Lints => cargo(&["clippy", "--workspace", "--all-targets", "--keep-going", "--", "-D", "warnings"]),
            Self::Docs => docs(),
            Self::Acceptance => acceptance::check(found),
            Self::Licences => licences(),
            Self::Release => cargo(&["build", "--workspace", "--release"]),
            Self::Benches => benches(),
            Self::PostgreSql => postgresql(size, found),
            Self::Windows => windows::check(),
        }
    }
}

fn setup() -> Result<Counts, Failure> {
    apt::install(&apt::missing(&[Purpose::Build, Purpose::Judge])?)?;
    venv::prepare()?;
    node::prepare()?;
    Ok(Counts::default())
}

/// What the pages are made of is built before the programs that carry it.
fn pages() -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    for script in ["format", "lint"] {
        counts.add(succeed(node::npm().args(["run", script]))?);
    }
    for script in ["check", "build"] {
        counts.add(succeed(node::npm().args(["run", script, "--workspaces", "--if-present"]))?);
    }
    Ok(counts)
}

/// Their own workspace, lock and build folder: the product never depends on them.
fn fixtures() -> Result<Counts, Failure> {
    let manifest = workspace::root().join("tests/fixtures/Cargo.toml");
    let mut counts =
        succeed(Command::new("cargo").args(["fmt", "--all", "--check", "--manifest-path"]).arg(&manifest))?;
    let mut build = Command::new("cargo");
    build
        .args(["build", "--locked", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(workspace::target("fixtures"));
    counts.add(succeed(&mut build)?);
    Ok(counts)
}

fn tests(size: Size, found: &mut Found) -> Result<Counts, Failure> {
    let mut command = Command::new("cargo");
    command.args(["test", "--workspace", "--no-fail-fast"]).current_dir(workspace::root());
    run_tests(&mut command, size, results::parse, found)
}

fn page_tests(size: Size, found: &mut Found) -> Result<Counts, Failure> {
    let mut command = node::npm();
    command.args(["run", "test", "--workspaces", "--if-present"]);
    run_tests(&mut command, size, results::parse_tap, found)
}

/// The same tests on the other database that the portal knows.
fn postgresql(size: Size, found: &mut Found) -> Result<Counts, Failure> {
    apt::install(&apt::missing(&[Purpose::PostgreSql])?)?;
    let server = PostgreSql::start()?;
    let mut command = node::npm();
    command.args(["run", "test", "--workspace", "portal/web"]).env("BIDSEAL_TEST_POSTGRESQL", server.address());
    run_tests(&mut command, size, results::parse_tap, found)
}

/// A workspace of its own over the screens and programs that were built before: what each window may do, that no driver
/// gets in, and then the build that lets one in, at work.
fn app(size: Size, found: &mut Found) -> Result<Counts, Failure> {
    apt::install(&apt::missing(&[Purpose::Build, Purpose::Judge, Purpose::App])?)?;
    // When this part is named alone, what it stands on may be old or missing.
    let mut counts = succeed(node::npm().args(["run", "build", "--workspace", "ui"]))?;
    counts.add(cargo(&["build", "--workspace", "--bins", "--examples"])?);
    counts.add(fixtures()?);
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(arguments).current_dir(workspace::root().join("src-tauri"));
        command
    };
    counts.add(succeed(&mut cargo(&["fmt", "--check"]))?);
    if size == Size::Full {
        // Checking WebKit's crates once more takes as long as building them; what the windows do is in `desktop`, and linted there.
        counts.add(succeed(&mut cargo(&["clippy", "--all-targets", "--features", "e2e", "--", "-D", "warnings"]))?);
    }
    for features in [&[][..], &["--features", "e2e", "--test", "real", "--", "--test-threads=2"]] {
        let mut command = cargo(&[&["test", "--no-fail-fast"], features].concat());
        counts.add(run_tests(&mut command, size, results::parse, found)?);
    }
    Ok(counts)
}

/// Runs the tests of one language; what ran is added to `found`.
fn run_tests(
    command: &mut Command,
    size: Size,
    parse: fn(&str) -> Found,
    found: &mut Found,
) -> Result<Counts, Failure> {
    command.env("BIDSEAL_TEST_PYTHON", workspace::python());
    if size == Size::Full {
        // The same tests take their big inputs; nothing is compiled anew.
        command.env("BIDSEAL_TEST_SIZE", "full");
    }
    let program = command.get_program().to_string_lossy().into_owned();
    let ran = children::show(command).during(&program)?;
    let Found { tests, counts } = parse(&ran.output);
    found.tests.extend(tests);
    found.counts.add(counts);
    // A binary that died before its result line has no counts of its own.
    let died = !ran.status.success() && counts.failed == 0;
    Ok(Counts { failed: counts.failed + u32::from(died), ..counts })
}

fn docs() -> Result<Counts, Failure> {
    let mut command = Command::new("cargo");
    command
        .args(["doc", "--workspace", "--no-deps", "--document-private-items", "--keep-going"])
        .current_dir(workspace::root());
    command.env("RUSTDOCFLAGS", "-D rustdoc::broken_intra_doc_links");
    succeed(&mut command)
}

/// Each is one check: a target that is missed fails it.
fn benches() -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    for name in bench::JUDGED {
        counts.add(Counts::one(bench::reaches_its_targets(name)?));
    }
    Ok(counts)
}

fn licences() -> Result<Counts, Failure> {
    let mut deny = Command::new(tools::install("cargo-deny", "cargo-deny")?.join("cargo-deny"));
    succeed(deny.args(["check", "licenses", "bans", "sources"]).current_dir(workspace::root()))
}

fn cargo(arguments: &[&str]) -> Result<Counts, Failure> {
    succeed(Command::new("cargo").args(arguments).current_dir(workspace::root()))
}

/// One check that passes or fails as a whole.
fn succeed(command: &mut Command) -> Result<Counts, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ran = children::show(command).during(&program)?;
    Ok(Counts::one(ran.status.success()))
}
