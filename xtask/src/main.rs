//! `cargo xtask …`: every chore a person or CI runs.

#![allow(
    clippy::disallowed_methods,
    reason = "what a chore writes lies below target/ and is made anew by its next run"
)]

mod bench;
mod children;
mod demo;
mod failure;
mod png;
mod processes;
mod screen;
mod setup;
mod test;
mod workspace;

use std::process::ExitCode;

use failure::Failure;

const USAGE: &str = "\
cargo xtask test [--full] [PART…]     build and test everything; the parts of one run are listed by `test --parts`
cargo xtask demo [--yes] [--clean]    show what Bidseal does, on real files below target/demo
                 [--check]            the same without a question, for CI
                 [--without-windows]  without building and opening the program with windows at the end
cargo xtask bench kernels|bid|agent|token|desktop
                                      what optimised builds reach, against named peers in the same run";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((chore, rest)) if chore == "test" => test::run(rest),
        Some((chore, rest)) if chore == "bench" => bench::run(rest),
        Some((chore, rest)) if chore == "demo" => demo::run(rest),
        _ => Err(Failure::new("no such chore").hint(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}
