//! Wine, with a Windows of our own below the build folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::run;
use crate::children;
use crate::failure::{During, Failure};
use crate::workspace;

const WINE: &str = "/usr/lib/wine/wine64";

/// The programs under Wine, in a folder of their own.
pub(super) struct Wine {
    programs: PathBuf,
    pub(super) place: PathBuf,
}

/// What a program said, and how it ended.
pub(super) struct Answer {
    pub(super) status: Option<i32>,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn is_good(&self) -> bool {
        self.status == Some(0)
    }

    /// It succeeded and said this.
    pub(super) fn says(&self, text: &str) -> bool {
        self.is_good() && self.text.contains(text)
    }
}

impl Wine {
    pub(super) fn prepare(programs: PathBuf) -> Result<Self, Failure> {
        let place = workspace::target("windows/place");
        if place.exists() {
            fs::remove_dir_all(&place).during(place.display())?;
        }
        fs::create_dir_all(&place).during(place.display())?;
        let ours = workspace::root().join("xtask/demo-data");
        for name in ["tender.pdf", "seal.png"] {
            fs::copy(ours.join(name), place.join(name)).during(name)?;
        }
        let wine = Self { programs, place };
        // The first program of all makes Wine's Windows.
        run(wine.bare("reg").args(["query", "HKCU\\Environment"]))?;
        wine.lend_random_bytes()?;
        Ok(wine)
    }

    /// Wine 8 lacks this library of Windows 10, which Rust's standard library takes its random bytes from.
    fn lend_random_bytes(&self) -> Result<(), Failure> {
        let source = self.place.join("random.c");
        fs::write(&source, RANDOM).during(source.display())?;
        let library = prefix().join("drive_c/windows/system32/bcryptprimitives.dll");
        run(Command::new("x86_64-w64-mingw32-gcc").args(["-shared", "-o"]).arg(library).arg(source).arg("-ladvapi32"))
    }

    /// One call of one of our programs; secrets are one JSON object, or empty.
    pub(super) fn call(&self, program: &str, arguments: &[&str], secrets: &str) -> Result<Answer, Failure> {
        let mut command = self.ours(program);
        if program == "bidseal" {
            command.args(["--lang", "en", "--yes"]);
            command.args((!secrets.is_empty()).then_some("--secrets-stdin"));
        }
        answer(command.args(arguments), secrets)
    }

    /// One call of a program that belongs to Windows.
    pub(super) fn system(&self, program: &str, arguments: &[&str]) -> Result<Answer, Failure> {
        answer(self.bare(program).args(arguments), "")
    }

    /// One of our programs, with a home below the folder.
    pub(super) fn ours(&self, program: &str) -> Command {
        let mut command = self.bare(&self.programs.join(program).with_extension("exe").display().to_string());
        command.args((program == "bidseal").then_some(["--home", "home"]).into_iter().flatten());
        command
    }

    fn bare(&self, program: &str) -> Command {
        let mut command = Command::new(WINE);
        command.arg(program).current_dir(&self.place).stdin(Stdio::null());
        command.env("WINEDEBUG", "-all").env("WINEPREFIX", prefix());
        command
    }

    /// Lets Cargo start what it builds under this Wine.
    pub(super) fn lend_to_cargo(&self, cargo: &mut Command) {
        cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", WINE);
        cargo.env("WINEDEBUG", "-all").env("WINEPREFIX", prefix());
    }

    pub(super) fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.place.join(below)
    }
}

fn prefix() -> PathBuf {
    workspace::target("windows/wine")
}

fn answer(command: &mut Command, input: &str) -> Result<Answer, Failure> {
    let words: Vec<_> = command.get_args().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    println!("wine … {}", words.join(" "));
    let ran = children::run(command, input, &mut io::stdout()).during(WINE)?;
    Ok(Answer { status: ran.status.code(), text: ran.output })
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
