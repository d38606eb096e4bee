//! The Windows side, built and run on Debian: Debian's own Rust toolchain brings the sources of the standard library, mingw-w64
//! links, Wine runs. The token worker is built for 32-bit Windows too, where many vendors' libraries still live.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::report::Counts;
use crate::children;
use crate::failure::{During, Failure};
use crate::setup::apt::{self, Purpose};
use crate::workspace;

/// Packages that are unpacked beside, so that they do not touch the machine's own toolchain.
const TOOLCHAIN: [&str; 5] = ["rustc-web", "libstd-rust-web-1.96", "libstd-rust-web-dev", "rust-web-src", "cargo-web"];
const WINE: &str = "/usr/lib/wine/wine64";
/// `IMAGE_FILE_MACHINE_I386` and `IMAGE_FILE_MACHINE_AMD64` of the PE format.
const I386: u16 = 0x014c;
const AMD64: u16 = 0x8664;

/// A PIN that a person chose, and the one that every token comes with.
const PIN: &str = "Bid-2026!";
const INITIAL_PIN: &str = "123456";

/// Builds both, and lets the command line work under Wine.
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
    counts.add(Wine::prepare(programs)?.work()?);
    Ok(counts)
}

/// Debian's toolchain, unpacked below the build folder.
struct Toolchain {
    root: PathBuf,
    target: PathBuf,
}

impl Toolchain {
    fn prepare() -> Result<Self, Failure> {
        let target = workspace::target("windows");
        let root = target.join("toolchain");
        let done = target.join("toolchain.unpacked");
        if !done.exists() {
            fs::create_dir_all(&root).during(root.display())?;
            run(Command::new("apt-get").arg("download").args(TOOLCHAIN).current_dir(&target))?;
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
    fn build(&self, processor: &str, packages: &[&str], library: &str) -> Result<PathBuf, Failure> {
        let triple = format!("{processor}-pc-windows-gnu");
        let bin = self.root.join("usr/bin");
        let path = env::join_paths(
            std::iter::once(bin.clone()).chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
        );
        let mut cargo = Command::new(bin.join("cargo"));
        cargo
            .args(["build", "--bins", "--locked", "--target", &triple])
            .args(packages)
            .arg(format!("-Zbuild-std=std,{library}"));
        cargo.current_dir(workspace::root()).env("CARGO_TARGET_DIR", &self.target);
        cargo.env("PATH", path.expect("the folders come from a path")).env("RUSTC", bin.join("rustc"));
        cargo.env("LD_LIBRARY_PATH", self.root.join("usr/lib/x86_64-linux-gnu")).env("RUSTC_BOOTSTRAP", "1");
        let linker = format!("CARGO_TARGET_{}_LINKER", triple.to_uppercase().replace('-', "_"));
        cargo.env(linker, format!("{processor}-w64-mingw32-gcc"));
        if processor == "i686" {
            cargo.env("RUSTFLAGS", "-Cpanic=abort");
        }
        run(&mut cargo)?;
        Ok(self.target.join(triple).join("debug"))
    }
}

/// The programs under Wine, in a folder of their own.
struct Wine {
    programs: PathBuf,
    place: PathBuf,
}

impl Wine {
    fn prepare(programs: PathBuf) -> Result<Self, Failure> {
        let place = workspace::target("windows/place");
        if place.exists() {
            fs::remove_dir_all(&place).during(place.display())?;
        }
        fs::create_dir_all(&place).during(place.display())?;
        // Wine 8 lacks this library of Windows 10, which Rust's standard library takes its random bytes from.
        let source = place.join("random.c");
        fs::write(&source, RANDOM).during(source.display())?;
        let library = programs.join("bcryptprimitives.dll");
        run(Command::new("x86_64-w64-mingw32-gcc").args(["-shared", "-o"]).arg(library).arg(source).arg("-ladvapi32"))?;
        let ours = workspace::root().join("xtask/demo-data");
        for name in ["tender.pdf", "seal.png"] {
            fs::copy(ours.join(name), place.join(name)).during(name)?;
        }
        Ok(Self { programs, place })
    }

    /// What a bidder does: a token, certificates, a sealed tender, a bid that is encrypted and opened. Each line is a check.
    fn work(&self) -> Result<Counts, Failure> {
        let pin = format!(r#"{{"pin":"{PIN}"}}"#);
        let activate = format!(r#"{{"pin":"{INITIAL_PIN}","new_pin":"{PIN}"}}"#);
        let mut counts = Counts::default();
        for suite in ["sm", "p256"] {
            let name = |end: &str| format!("{suite}{end}");
            let (ca, token, chain, holder) = (name("-ca"), name("-token"), name("-chain.pem"), name("-投标人"));
            let (sealed, bid, opened) = (name("-封.pdf"), name(".bid"), name("-opened"));
            let subject = format!("CN={holder},C=CN");
            let mut lines: Vec<(&str, Vec<&str>, &str)> = vec![
                ("bidseal-ca", vec!["create", &ca, "--suite", suite, "--name", "Wine CA"], ""),
                ("bidseal-ca", vec!["chain", &ca, "-o", &chain], ""),
                ("bidseal", vec!["trust", "add", &chain], ""),
                ("bidseal", vec!["token", "init", "--label", &token, "--suite", suite], ""),
                ("bidseal", vec!["pin", "activate", &token], &activate),
            ];
            let files = ["sign", "encrypt"]
                .map(|key_use| (key_use, name(&format!("-{key_use}.csr")), name(&format!("-{key_use}.pem"))));
            for (key_use, request, certificate) in &files {
                let ask = vec!["cert", "request", &token, "--subject", &subject, "--use", key_use, "-o", request];
                lines.push(("bidseal", ask, &pin));
                lines.push((
                    "bidseal-ca",
                    vec!["issue", &ca, "--use", key_use, "--request", request, "-o", certificate],
                    "",
                ));
                lines.push(("bidseal", vec!["cert", "import", &token, certificate], &pin));
            }
            lines.extend([
                (
                    "bidseal",
                    vec!["stamp", "tender.pdf", "-o", &sealed, "-c", &holder, "--seal", "seal.png", "--at", "150,240"],
                    &*pin,
                ),
                ("bidseal", vec!["verify", &sealed], ""),
                ("bidseal", vec!["bid", "encrypt", "tender.pdf", "-o", &bid, "--to", &holder], &pin),
                ("bidseal", vec!["bid", "verify", &bid], ""),
                ("bidseal", vec!["bid", "decrypt", &bid, "-o", &opened], &pin),
            ]);
            for (program, arguments, secrets) in lines {
                counts.add(Counts::one(self.call(program, &arguments, secrets)?));
            }
            let back = fs::read(self.place.join(&opened).join("tender.pdf")).unwrap_or_default();
            counts.add(Counts::one(back == fs::read(self.place.join("tender.pdf")).during("tender.pdf")?));
        }
        let refused = self.run("bidseal", &["verify", "absent.pdf"], "")?;
        counts.add(Counts::one(refused == Some(2)));
        Ok(counts)
    }

    fn call(&self, program: &str, arguments: &[&str], secrets: &str) -> Result<bool, Failure> {
        Ok(self.run(program, arguments, secrets)? == Some(0))
    }

    /// The exit status of one call; secrets are one JSON object, or empty.
    fn run(&self, program: &str, arguments: &[&str], secrets: &str) -> Result<Option<i32>, Failure> {
        println!("wine {program} {}", arguments.join(" "));
        let mut command = Command::new(WINE);
        command.arg(self.programs.join(program).with_extension("exe")).current_dir(&self.place);
        if program == "bidseal" {
            command.args(["--home", "home", "--lang", "en", "--yes"]);
            command.args((!secrets.is_empty()).then_some("--secrets-stdin"));
        }
        command.args(arguments).env("WINEDEBUG", "-all").env("WINEPREFIX", workspace::target("windows/wine"));
        let ran = children::run(&mut command, secrets, &mut std::io::stdout()).during(WINE)?;
        Ok(ran.status.code())
    }
}

const RANDOM: &str = "#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) {
    while (count > 0) {
        ULONG some = count > 0x10000000 ? 0x10000000 : (ULONG)count;
        if (!SystemFunction036(bytes, some)) return FALSE;
        bytes += some;
        count -= some;
    }
    return TRUE;
}
";

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
