//! A bidder with a home folder, and the real program run in it.

mod documents;
mod terminal;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use algo::Suite;
use ca::{Authority, CertificateUse, Ids};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use x509::{CertificateRequest, issue::Validity};

pub(crate) use documents::{certified_pdf, encrypted_pdf, large_pdf, pdf, png};
pub(crate) use terminal::Terminal;

pub(crate) const PIN: &str = "投标pin2026";
pub(crate) const LABEL: &str = "公司";
/// The one bidder whose certificates are good.
pub(crate) const HOLDER: &str = "某某建设有限公司";

/// A run of the program that has ended.
pub(crate) struct Run {
    pub(crate) exit: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The one document on stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON on stdout ({error}): {self}"))
    }

    /// The error on stderr, which is its last line.
    pub(crate) fn error(&self) -> Value {
        let last = self.err.trim_end().lines().last().unwrap_or_default();
        let value: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("no error ({error}): {self}"));
        value["error"].clone()
    }

    /// The code of the error.
    pub(crate) fn code(&self) -> String {
        self.error()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Insists on success.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.exit, Some(0), "{self}");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {:?}\nout: {}\nerr: {}", self.exit, self.out, self.err)
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { exit: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A folder with a home in it, in which the program runs.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    /// An empty home.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::Builder::new().prefix("bidseal-").tempdir().unwrap() }
    }

    /// A home with an activated token and a double certificate of this suite, whose root is trusted.
    ///
    /// Activation costs a slow key derivation: it is done once for each suite, and copied.
    pub(crate) fn of(suite: Suite) -> Self {
        static MADE: [OnceLock<Desk>; 4] = [const { OnceLock::new() }; 4];
        let made = MADE[suite as usize].get_or_init(|| Self::make(suite));
        let desk = Self::empty();
        copy(made.path(), desk.path());
        desk
    }

    fn make(suite: Suite) -> Self {
        let desk = Self::empty();
        desk.run(&["token", "init", "--label", LABEL, "--suite", suite.name()]).ok();
        desk.with(&["pin", "activate", LABEL], &json!({"pin": "123456", "new_pin": PIN})).ok();
        desk.certify(suite);
        desk
    }

    /// Requests, issues and imports both certificates of [`HOLDER`].
    fn certify(&self, suite: Suite) {
        let subject = format!("CN={HOLDER},O={HOLDER}");
        self.signing(&["cert", "request", LABEL, "--subject", &subject, "--use", "both", "-o", "request.csr"]).ok();
        self.issue(suite, -1, 1);
        self.run(&["trust", "add", "chain.pem"]).ok();
    }

    /// Replaces the certificates by ones that are valid from and to so many days from now.
    pub(crate) fn recertify(&self, from: i64, to: i64) {
        self.issue(Suite::Sm, from, to);
    }

    fn issue(&self, suite: Suite, from: i64, to: i64) {
        let now = OffsetDateTime::now_utc();
        let authority = Authority::in_memory(suite, "Test", now - Duration::days(60)).unwrap();
        for (wanted, name) in [(CertificateUse::Sign, "sign"), (CertificateUse::Encrypt, "encrypt")] {
            let request = fs::read(self.file(&format!("request.{name}.csr"))).unwrap();
            let request = CertificateRequest::from_any(&request).unwrap().prove().unwrap();
            let validity = Validity { not_before: now + Duration::days(from), not_after: now + Duration::days(to) };
            let certificate = authority.issue(&request, wanted, validity, &Ids::default()).unwrap();
            self.write(&format!("{name}.pem"), certificate.to_pem().as_bytes());
            self.signing(&["cert", "import", LABEL, &format!("{name}.pem")]).ok();
        }
        let chain: String = authority.chain().iter().map(x509::Certificate::to_pem).collect();
        self.write("chain.pem", chain.as_bytes());
        self.write("root.pem", authority.root().to_pem().as_bytes());
    }

    /// Where the program runs.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file beside the home.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file beside the home.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }

    /// The program, not yet started; nothing of the tester's locale or home reaches it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bidseal"));
        command.args(arguments).current_dir(self.path()).env_clear().env("BIDSEAL_HOME", self.file("home"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        // The modules installed on the tester's machine are no part of any test.
        command.env("BIDSEAL_TEST_ROOT", self.path());
        command
    }

    /// Runs it without anything on standard input and without a terminal.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).stdin(Stdio::null()).output().unwrap().into()
    }

    /// Runs it with secrets on standard input, and with `--json`.
    pub(crate) fn with(&self, arguments: &[&str], secrets: &Value) -> Run {
        let all = [arguments, &["--secrets-stdin", "--json"]].concat();
        fed(self.command(&all), secrets.to_string().as_bytes())
    }

    /// Runs it with the right PIN and consent.
    pub(crate) fn signing(&self, arguments: &[&str]) -> Run {
        self.with(&[arguments, &["--yes"]].concat(), &json!({ "pin": PIN }))
    }

    /// Tries left, as the program tells them.
    pub(crate) fn tries(&self) -> Option<u64> {
        self.run(&["token", "info", "--json"]).ok().json()["token"]["pin"]["remaining"].as_u64()
    }

    /// Every file that a killed or failed run left behind, anywhere.
    pub(crate) fn leftovers(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.starts_with(".bidseal-") {
                    found.push(entry.path());
                }
                if entry.file_type().unwrap().is_dir() {
                    walk(&entry.path(), found);
                }
            }
        }
        let mut found = Vec::new();
        walk(self.path(), &mut found);
        found
    }
}

/// Runs a command with these bytes on standard input; one that does not read them is no error.
pub(crate) fn fed(mut command: Command, input: &[u8]) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap().into()
}

/// Runs a second opinion; a missing program fails the test.
pub(crate) fn judge(program: &str, arguments: &[&str], folder: &Path) -> Run {
    let run = Command::new(program).args(arguments).current_dir(folder).output();
    run.unwrap_or_else(|error| panic!("{program} is needed: {error}")).into()
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
