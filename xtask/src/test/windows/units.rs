//! Code that only Windows compiles: its own tests under Wine, and the program with windows as far as a compiler sees it.

use super::toolchain::Toolchain;
use super::wine::Wine;
use crate::children;
use crate::failure::{During, Failure};
use crate::setup::node;
use crate::test::report::Counts;
use crate::test::results;

/// Crates with code of their own for Windows that their unit tests reach.
const PACKAGES: [&str; 4] = ["bidseal-win32", "bidseal-durable", "bidseal-machine", "bidseal-agent"];

/// Wine 8 does not name the holders of sockets: these wait for a Windows by Microsoft. What our code makes of the table that names
/// them is judged everywhere, by `win32::table::tests`.
const BEYOND_WINE: [&str; 3] = [
    "connections::tests::both_ends_of_a_connection_and_its_listener_are_this_very_process",
    "caller::windows::tests::a_connection_of_this_user_is_known_and_one_that_is_not_there_is_not",
    "holder::tests::this_very_test_is_named_as_the_holder_of_its_port",
];

/// The unit tests, compiled for Windows and run under Wine.
pub(super) fn test(toolchain: &Toolchain, wine: &Wine) -> Result<Counts, Failure> {
    let mut cargo = toolchain.cargo("x86_64", "test", "panic_abort,panic_unwind");
    cargo.args(["--lib", "--no-fail-fast"]).args(PACKAGES.iter().flat_map(|package| ["-p", package]));
    cargo.arg("--").args(BEYOND_WINE.iter().flat_map(|name| ["--skip", name]));
    wine.lend_to_cargo(&mut cargo);
    for name in BEYOND_WINE {
        println!("not under Wine: {name}");
    }
    let ran = children::show(&mut cargo).during("cargo test")?;
    let counts = results::parse(&ran.output).counts;
    // A program that died has no closing line.
    let died = !ran.status.success() && counts.failed == 0;
    Ok(Counts { failed: counts.failed + u32::from(died), ..counts })
}

/// The program with windows is compiled, as far as that goes without linking: Wine has no web view that could show it.
pub(super) fn check_app(toolchain: &Toolchain) -> Result<Counts, Failure> {
    // The pages are a part of the program.
    let pages = children::show(node::npm().args(["run", "build", "--workspace", "ui"])).during("npm")?;
    let mut cargo = toolchain.cargo("x86_64", "check", "panic_abort,panic_unwind");
    cargo.current_dir(crate::workspace::root().join("src-tauri"));
    let checked = children::show(&mut cargo).during("cargo check")?;
    Ok(Counts::one(pages.status.success() && checked.status.success()))
}
