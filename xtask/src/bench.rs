//! `cargo xtask bench NAME`: figures of optimised builds, against named peers in the same run. They are printed and written to
//! target/bench/NAME.json.

mod desktop;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::children;
use crate::failure::{During, Failure};
use crate::setup::apt::{self, Purpose};
use crate::setup::tools;
use crate::workspace;

/// Every benchmark: its name, the package and the example that measures.
const BENCHES: &[(&str, &str, &str)] = &[
    ("kernels", "bidseal-kernels", "measure"),
    ("bid", "bidseal-bid", "bench"),
    ("agent", "bidseal-cli", "agent_bench"),
    ("token", "bidseal-token-worker", "worker_bench"),
];

/// Measures programs from outside; it has no example.
const DESKTOP: &str = "desktop";

/// Runs the benchmark that the argument names.
///
/// # Errors
/// There is none of this name, a peer cannot be installed, or it fails.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let [name] = arguments else { return Err(unknown()) };
    if name == DESKTOP {
        return desktop::measure(&figures(name)?);
    }
    let (name, package, example) = BENCHES.iter().find(|(known, ..)| known == name).ok_or_else(unknown)?;
    apt::install(&apt::missing(&[Purpose::Build, Purpose::Bench])?)?;
    let (folder, figures) = (workspace::target("bench"), figures(name)?);
    build(&["--release", "-p", package, "--example", example])?;
    let mut bench = Command::new(workspace::target("release/examples").join(example));
    if *name == "bid" {
        build(&["--release", "-p", package, "--example", "engine"])?;
        bench.env("PATH", path_with(tools::install("rage", "rage")?));
        // In memory: what is compared is the programs, not the disk.
        let place = format!("/dev/shm/bidseal-bench-{}", std::process::id());
        bench.arg(workspace::target("release/examples/engine")).arg(place);
    }
    if *name == "agent" {
        build(&["--release", "-p", package, "--bin", "bidseal"])?;
        // On the disk: what a page sends has to lie somewhere.
        bench.arg(workspace::target("release/bidseal")).arg(folder.join(format!("agent-{}", std::process::id())));
    }
    if *name == "token" {
        build(&["--release", "-p", package, "--bin", package])?;
        bench.arg(workspace::target("release").join(package)).arg(folder.join(format!("token-{}", std::process::id())));
    }
    let ran = children::show(bench.arg(&figures)).during(example)?;
    if ran.status.success() {
        println!("figures in {}", figures.display());
        Ok(())
    } else {
        Err(Failure::new(format!("{name}: {}", ran.status)))
    }
}

/// The benchmarks whose targets somebody waits for: `cargo xtask test --full` fails when one is missed.
pub(crate) const JUDGED: &[&str] = &["agent", "token", DESKTOP];

/// Runs a benchmark and says whether its targets were reached: each figure with one has a member `reached`.
///
/// # Errors
/// As [`run`].
pub(crate) fn reaches_its_targets(name: &str) -> Result<bool, Failure> {
    let figures = workspace::target("bench").join(format!("{name}.json"));
    // A run that ends early leaves no figures of an earlier one to be judged.
    let _ = fs::remove_file(&figures);
    let ran = run(&[name.to_owned()]);
    let text = fs::read_to_string(&figures).during(figures.display())?;
    Ok(ran.is_ok() && text.contains("\"reached\": true") && !text.contains("\"reached\": false"))
}

/// The file of a benchmark's figures, in a folder that is there.
fn figures(name: &str) -> Result<PathBuf, Failure> {
    let folder = workspace::target("bench");
    fs::create_dir_all(&folder).during(folder.display())?;
    Ok(folder.join(format!("{name}.json")))
}

/// The path of programs, with a folder before the others.
fn path_with(folder: PathBuf) -> OsString {
    let present = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder).chain(env::split_paths(&present));
    env::join_paths(folders).expect("the folders come from a path")
}

fn build(arguments: &[&str]) -> Result<(), Failure> {
    let mut cargo = Command::new("cargo");
    cargo.arg("build").args(arguments).current_dir(workspace::root());
    let ran = children::show(&mut cargo).during("cargo build")?;
    if ran.status.success() { Ok(()) } else { Err(Failure::new("the benchmark does not build")) }
}

fn unknown() -> Failure {
    let names: Vec<_> = BENCHES.iter().map(|(name, ..)| *name).collect();
    Failure::new("no such benchmark").hint(format!("cargo xtask bench {}|{DESKTOP}", names.join("|")))
}
