//! The Windows side, built and run on Debian: Debian's own Rust toolchain brings the sources of the standard library, mingw-w64
//! links, Wine runs. The token worker is built for 32-bit Windows too, where many vendors' libraries still live.

mod bidder;
mod console;
mod system;
mod toolchain;
mod units;
mod wine;

use std::fs;
use std::path::Path;
use std::process::Command;

use super::report::Counts;
use crate::children;
use crate::failure::{During, Failure};
use crate::setup::apt::{self, Purpose};
use toolchain::Toolchain;
use wine::Wine;

/// `IMAGE_FILE_MACHINE_I386` and `IMAGE_FILE_MACHINE_AMD64` of the PE format.
const I386: u16 = 0x014c;
const AMD64: u16 = 0x8664;

/// Builds all programs without windows and lets them work under Wine, with the unit tests of what only Windows compiles. The
/// program with windows is checked by the compiler: Wine has no web view for it.
///
/// # Errors
/// A package is missing and may not be installed, or a program cannot be started.
pub(super) fn check() -> Result<Counts, Failure> {
    apt::install(&apt::missing(&[Purpose::Build, Purpose::Windows])?)?;
    let toolchain = Toolchain::prepare()?;
    let worker = toolchain.build("i686", &["-p", "bidseal-token-worker"], "panic_abort")?;
    let packages = ["bidseal-cli", "bidseal-ca", "bidseal-token-worker", "bidseal-card-watch"];
    let chosen: Vec<_> = packages.iter().flat_map(|package| ["-p", package]).collect();
    let programs = toolchain.build("x86_64", &chosen, "panic_abort,panic_unwind")?;
    let mut counts = Counts::one(machine_of(&worker.join("bidseal-token-worker.exe"))? == I386);
    counts.add(Counts::one(machine_of(&programs.join("bidseal.exe"))? == AMD64));
    let wine = Wine::prepare(programs)?;
    counts.add(units::test(&toolchain, &wine)?);
    counts.add(bidder::work(&wine)?);
    counts.add(system::check(&wine)?);
    counts.add(units::check_app(&toolchain)?);
    Ok(counts)
}

/// The processor that a Windows program is for: the word after the signature `PE\0\0`, whose place stands at 0x3c.
fn machine_of(program: &Path) -> Result<u16, Failure> {
    let bytes = fs::read(program).during(program.display())?;
    let word = |at: usize| bytes.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    let signature = usize::from(word(0x3c).unwrap_or_default());
    Ok(word(signature + 4).unwrap_or_default())
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ran = children::show(command).during(&program)?;
    if ran.status.success() { Ok(()) } else { Err(Failure::new(format!("{program}: {}", ran.status))) }
}
