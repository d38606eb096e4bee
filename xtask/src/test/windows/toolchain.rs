//! Debian's own Rust toolchain, which brings the sources of the standard library.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::run;
use crate::failure::{During, Failure};
use crate::workspace;

/// Packages that are unpacked beside, so that they do not touch the machine's own toolchain.
const PACKAGES: [&str; 5] = ["rustc-web", "libstd-rust-web-1.96", "libstd-rust-web-dev", "rust-web-src", "cargo-web"];

/// Debian's toolchain, unpacked below the build folder.
pub(super) struct Toolchain {
    root: PathBuf,
    target: PathBuf,
}

impl Toolchain {
    pub(super) fn prepare() -> Result<Self, Failure> {
        let target = workspace::target("windows");
        let root = target.join("toolchain");
        let done = target.join("toolchain.unpacked");
        if !done.exists() {
            fs::create_dir_all(&root).during(root.display())?;
            run(Command::new("apt-get").arg("download").args(PACKAGES).current_dir(&target))?;
            for package in fs::read_dir(&target).during(target.display())?.flatten().map(|entry| entry.path()) {
                if package.extension().is_some_and(|ending| ending == "deb") {
                    run(Command::new("dpkg").arg("-x").arg(&package).arg(&root))?;
                }
            }
            fs::write(&done, "").during(done.display())?;
        }
        let toolchain = Self { root, target };
        toolchain.make_start_objects()?;
        Ok(toolchain)
    }

    /// Debian's toolchain lacks the start objects of 32-bit Windows, which only unwinding needs: empty ones do.
    fn make_start_objects(&self) -> Result<(), Failure> {
        let folder = self.root.join("usr/lib/rustlib/i686-pc-windows-gnu/lib");
        fs::create_dir_all(&folder).during(folder.display())?;
        for name in ["rsbegin.o", "rsend.o"] {
            let mut compile = Command::new("i686-w64-mingw32-gcc");
            run(compile.args(["-x", "c", "-c", "/dev/null", "-o"]).arg(folder.join(name)))?;
        }
        Ok(())
    }

    /// Builds packages for a processor and returns the folder of the programs.
    pub(super) fn build(&self, processor: &str, packages: &[&str], library: &str) -> Result<PathBuf, Failure> {
        let mut cargo = self.cargo(processor, "build", library);
        run(cargo.args(["--bins"]).args(packages))?;
        Ok(self.target.join(triple(processor)).join("debug"))
    }

    /// Cargo with a subcommand for the workspace's folder.
    pub(super) fn cargo(&self, processor: &str, subcommand: &str, library: &str) -> Command {
        let bin = self.root.join("usr/bin");
        let path = env::join_paths(
            std::iter::once(bin.clone()).chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
        );
        let mut cargo = Command::new(bin.join("cargo"));
        cargo.args([subcommand, "--locked", "--target", &triple(processor)]).arg(format!("-Zbuild-std=std,{library}"));
        cargo.current_dir(workspace::root()).env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "0");
        cargo.env("PATH", path.expect("the folders come from a path")).env("RUSTC", bin.join("rustc"));
        cargo.env("LD_LIBRARY_PATH", self.root.join("usr/lib/x86_64-linux-gnu")).env("RUSTC_BOOTSTRAP", "1");
        let linker = format!("CARGO_TARGET_{}_LINKER", triple(processor).to_uppercase().replace('-', "_"));
        cargo.env(linker, format!("{processor}-w64-mingw32-gcc"));
        if processor == "i686" {
            cargo.env("RUSTFLAGS", "-Cpanic=abort");
        }
        cargo
    }
}

fn triple(processor: &str) -> String {
    format!("{processor}-pc-windows-gnu")
}
