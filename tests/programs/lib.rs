//! The built programs as a person calls them: a home folder, a token, certificates, files.
//!
//! `cargo build --workspace` must have run before: the programs of other packages are not built by testing this one.

pub mod service;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The PIN that every token comes with, and the one that replaces it.
const INITIAL_PIN: &str = "123456";
/// The PIN after activation.
pub const PIN: &str = "Bid-2026!";

/// Writes a program of the test's own. Another process does the writing: each child that another test forks holds what is
/// open here for a moment, and what anybody holds open for writing cannot be started.
///
/// # Panics
/// If it cannot be written.
pub fn write_script(path: &Path, script: &str) {
    let mut writer = Command::new("sh");
    writer.args(["-c", r#"printf %s "$1" >"$0" && chmod 700 "$0""#]).arg(path).arg(script);
    assert!(writer.status().expect("a shell runs").success(), "{} is written", path.display());
}

/// Somebody with a home folder and, beside it, the files of a job.
#[derive(Debug)]
pub struct Person {
    folder: TempDir,
}

impl Person {
    /// Trusts a demonstration CA and holds an activated soft token with a double certificate of it.
    ///
    /// # Panics
    /// If any of this fails: nothing can be tested then.
    #[must_use]
    pub fn with_certificates(suite: &str) -> Self {
        let person = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        done(&person.authority(&["create", "ca", "--suite", suite, "--name", "Test"]));
        done(&person.authority(&["root", "ca", "-o", "root.pem"]));
        done(&person.authority(&["chain", "ca", "-o", "chain.pem"]));
        done(&person.bidseal(&["trust", "add", "chain.pem"], &[]));
        done(&person.bidseal(&["token", "init", "--label", "T", "--suite", suite], &[]));
        done(&person.bidseal(&["pin", "activate", "T"], &[("pin", INITIAL_PIN), ("new_pin", PIN)]));
        for key_use in ["sign", "encrypt"] {
            let subject = "CN=示范投标有限公司,C=CN";
            let request =
                ["cert", "request", "T", "--subject", subject, "--use", key_use, "-o", "request.csr", "--force"];
            done(&person.bidseal(&request, &[("pin", PIN)]));
            let issue = ["issue", "ca", "--use", key_use, "--request", "request.csr", "-o", "issued.pem", "--force"];
            done(&person.authority(&issue));
            done(&person.bidseal(&["cert", "import", "T", "issued.pem"], &[("pin", PIN)]));
        }
        person
    }

    /// The folder in which the programs are called.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Calls `bidseal` with this person's home, in English, consent given; secrets are members of the JSON object.
    #[must_use]
    pub fn bidseal(&self, arguments: &[&str], secrets: &[(&str, &str)]) -> Output {
        let mut command = program("bidseal");
        command.args(["--home", "home", "--lang", "en", "--yes"]).current_dir(self.folder());
        // The modules installed on the tester's machine are no part of any test.
        command.env("BIDSEAL_TEST_ROOT", self.folder());
        if !secrets.is_empty() {
            command.arg("--secrets-stdin");
        }
        let secrets: serde_json::Map<_, _> =
            secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        call(command.args(arguments), &serde_json::Value::from(secrets).to_string())
    }

    /// Calls `bidseal-ca`; the authority lies in the folder `ca`.
    #[must_use]
    pub fn authority(&self, arguments: &[&str]) -> Output {
        call(program("bidseal-ca").args(arguments).current_dir(self.folder()), "")
    }
}

fn program(name: &str) -> Command {
    Command::new(path_of(name))
}

/// A program that the workspace builds, beside the folder of the running test.
///
/// # Panics
/// If it is not built.
#[must_use]
pub fn path_of(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let built = test.ancestors().nth(2).expect("tests run below the build folder").join(name);
    assert!(built.exists(), "{name} is not built: cargo build --workspace");
    built
}

/// What the fixtures workspace builds: a program, or a module by its file name.
///
/// # Panics
/// If it is not built.
#[must_use]
pub fn fixture(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let built = test.ancestors().nth(3).expect("tests run below the build folder").join("fixtures/debug").join(name);
    assert!(built.exists(), "{name} is not built: cargo xtask test fixtures");
    built
}

/// Runs a program to its end with `input` as its standard input.
///
/// # Panics
/// If it cannot be started: a missing judge is no judge.
pub fn call(command: &mut Command, input: &str) -> Output {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} is needed: {error}"));
    if let Some(mut stdin) = child.stdin.take() {
        // A program that refuses at once never reads; what it says is judged.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output().expect("a child of ours can be waited for")
}

/// What a program that must succeed printed, with what it said when it did not.
///
/// # Panics
/// If its status is not 0.
pub fn done(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}{err}", output.status);
    out.into_owned()
}

/// The workspace's folder.
#[must_use]
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
