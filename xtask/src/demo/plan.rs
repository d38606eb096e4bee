//! What the demonstration will do to this machine, said before it does anything.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::client;
use super::options::Options;
use super::story::Step;
use crate::failure::{During, Failure};
use crate::setup::apt::{self, Purpose};
use crate::workspace;

/// Measured on two cores: a first build, and everything else.
const BUILD_MINUTES: u32 = 6;
const SHOW_SECONDS: u32 = 20;
/// Bytes that a first build takes, and what the demonstration keeps beside it.
const BUILD_BYTES: u64 = 3_500_000_000;
const SHOW_BYTES: u64 = 1_100_000_000;
/// The same of the program with windows, which shares nothing that was compiled.
const WINDOWS_MINUTES: u32 = 6;
const WINDOWS_BYTES: u64 = 3_000_000_000;

/// What is missing here, and whether it fits.
pub(super) struct Plan {
    pub(super) packages: Vec<&'static str>,
    first_build: bool,
    first_windows: bool,
}

impl Plan {
    /// Looks at the machine without changing it.
    pub(super) fn make(folder: &Path, windows: bool) -> Result<Self, Failure> {
        let purposes = [Purpose::Build, Purpose::App];
        let packages = apt::missing(if windows { &purposes } else { &purposes[..1] })?;
        let first_build = !workspace::target("debug/bidseal").exists();
        let first_windows = windows && !client::is_built();
        fs::create_dir_all(folder).during(folder.display())?;
        let plan = Self { packages, first_build, first_windows };
        let (free, needed) = (workspace::free_space(folder)?, plan.bytes());
        if free < needed {
            let hint = format!("It needs {} and finds {}; nothing was changed.", gigabytes(needed), gigabytes(free));
            return Err(Failure::new("The disk is too full for the demonstration.").hint(hint));
        }
        Ok(plan)
    }

    /// Prints what will happen, what is installed, how long it takes and how much disk.
    pub(super) fn announce(&self, story: &[Step]) {
        println!("Bidseal demonstration: {} steps, all files below target/demo.\n", story.len());
        story.iter().enumerate().for_each(|(number, step)| println!("{:4}  {}", number + 1, step.title));
        let packages = if self.packages.is_empty() { "nothing".to_owned() } else { self.packages.join(" ") };
        let build = match self.minutes() {
            0 => String::new(),
            minutes => format!("about {minutes} min for the first build, then "),
        };
        println!("\ninstalls  {packages}");
        println!("time      {build}about {SHOW_SECONDS} s");
        println!("disk      {}", gigabytes(self.bytes()));
        println!("remove    cargo xtask demo --clean\n");
    }

    /// Asks before anything is installed or built for the first time.
    pub(super) fn agree(&self, options: Options) -> Result<(), Failure> {
        if options.agreed || (self.packages.is_empty() && self.minutes() == 0) {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::new("Nobody is here to agree.").hint("cargo xtask demo --yes"));
        }
        print!("Go on? [Y/n] ");
        io::stdout().flush().during("the terminal")?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).during("the terminal")?;
        match answer.trim().to_lowercase().as_str() {
            "" | "y" | "yes" => Ok(()),
            _ => Err(Failure::new("Nothing was changed.")),
        }
    }

    fn bytes(&self) -> u64 {
        let once = |first: bool, bytes: u64| if first { bytes } else { 0 };
        SHOW_BYTES + once(self.first_build, BUILD_BYTES) + once(self.first_windows, WINDOWS_BYTES)
    }

    fn minutes(&self) -> u32 {
        let once = |first: bool, minutes: u32| if first { minutes } else { 0 };
        once(self.first_build, BUILD_MINUTES) + once(self.first_windows, WINDOWS_MINUTES)
    }
}

fn gigabytes(bytes: u64) -> String {
    format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_said_in_gigabytes() {
        assert_eq!(gigabytes(5_549_999_999), "5.5 GB");
    }
}
