//! A home with certificates, an agent that serves it, and a person who says yes at once.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use agent::{Agent, Answer, Options, Origin, Started};
use algo::{Password, Suite};
use ca::{Authority, CertificateUse, Ids};
use client::{
    Catalogue, Clock, Consent, ConsentRequest, Failure, Home, Language, Progress, SecretRequest, Secrets, Session,
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use x509::{CertificateRequest, issue::Validity};

use super::page::PORTAL;

const PIN: &str = "bench-pin-2026";

/// Says yes at once and types fast.
pub(super) struct Quick;

impl Consent for Quick {
    fn ask(&self, _: &ConsentRequest) -> Result<client::Answer, Failure> {
        Ok(client::Answer::Yes)
    }
}

impl Secrets for Quick {
    fn ask(&self, _: &SecretRequest<'_>) -> Result<Password, Failure> {
        Ok(Password::new(PIN).unwrap())
    }

    fn may_spend_last_try(&self, _: &str) -> Result<bool, Failure> {
        Ok(false)
    }
}

struct Now(Instant);

impl Clock for Now {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What the use cases want of a shell.
pub(super) struct Desk {
    home: Home,
    clock: Now,
}

impl Desk {
    pub(super) fn session<'a>(
        &'a self,
        consent: &'a dyn Consent,
        secrets: &'a dyn Secrets,
        progress: &'a dyn Progress,
    ) -> Session<'a> {
        let providers = client::sources(&self.home, &client::discovery::Discovery::default(), Path::new("none"));
        Session { home: &self.home, clock: &self.clock, consent, secrets, progress, providers }
    }
}

impl agent::Shell for Desk {
    fn home(&self) -> &Home {
        &self.home
    }

    fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    fn words(&self) -> &'static Catalogue {
        Catalogue::of(Language::English)
    }

    fn may_connect(&self, _: &Origin) -> Result<Answer, Failure> {
        Ok(Answer::No)
    }

    fn consent(&self) -> &dyn Consent {
        &Quick
    }

    fn secrets(&self) -> &dyn Secrets {
        &Quick
    }

    fn session<'a>(
        &'a self,
        consent: &'a dyn Consent,
        secrets: &'a dyn Secrets,
        progress: &'a dyn Progress,
    ) -> Session<'a> {
        Self::session(self, consent, secrets, progress)
    }

    fn waiting(&self, _: usize) {}
}

/// A home and its agent.
pub(super) struct Bench {
    pub(super) folder: PathBuf,
    pub(super) suite: Suite,
    pub(super) core: Desk,
    pub(super) port: u16,
    stop: Arc<AtomicBool>,
    agent: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.agent.take().map(std::thread::JoinHandle::join);
    }
}

impl Bench {
    pub(super) fn new(program: &Path, folder: &Path, suite: Suite) -> Self {
        let folder = folder.join(suite.name());
        fs::create_dir_all(&folder).unwrap();
        certify(program, &folder, suite);
        let desk = || Desk { home: Home::open(&folder.join("home")).unwrap(), clock: Now(Instant::now()) };
        let allowed = vec![Origin::parse(PORTAL, false).unwrap()];
        let options = Options { ports: vec![0], allowed, ..Options::default() };
        let Started::Agent(agent) = Agent::start(Box::new(desk()), options).unwrap() else { panic!("an agent runs") };
        let (port, stop) = (agent.port(), Arc::new(AtomicBool::new(false)));
        let ended = Arc::clone(&stop);
        let agent = std::thread::spawn(move || agent.run(|| ended.load(Ordering::SeqCst)).unwrap());
        Self { core: desk(), folder, suite, port, stop, agent: Some(agent) }
    }

    /// Until the agent has removed the documents of the pages that left.
    pub(super) fn wait_until_swept(&self) {
        let passing = self.folder.join("home/agent");
        while fs::read_dir(&passing).is_ok_and(|mut entries| entries.next().is_some()) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A soft token with a double certificate, made by the shipped program.
fn certify(program: &Path, folder: &Path, suite: Suite) {
    let run = |arguments: &[&str], secrets: Value| {
        let mut command = Command::new(program);
        command.args(arguments).args(["--json", "--yes", "--secrets-stdin"]).current_dir(folder).env_clear();
        command.env("BIDSEAL_HOME", folder.join("home")).env("BIDSEAL_TEST_ROOT", folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let _ = write!(child.stdin.take().unwrap(), "{secrets}");
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    run(&["token", "init", "--label", "bench", "--suite", suite.name()], json!({}));
    run(&["pin", "activate", "bench"], json!({"pin": "123456", "new_pin": PIN}));
    let subject = ["--subject", "CN=Bench", "--use", "both", "-o", "request.csr"];
    run(&[&["cert", "request", "bench"], &subject[..]].concat(), json!({"pin": PIN}));
    let now = OffsetDateTime::now_utc();
    let days = time::Duration::days;
    let authority = Authority::in_memory(suite, "Bench", now - days(2)).unwrap();
    for (wanted, name) in [(CertificateUse::Sign, "sign"), (CertificateUse::Encrypt, "encrypt")] {
        let request = fs::read(folder.join(format!("request.{name}.csr"))).unwrap();
        let request = CertificateRequest::from_any(&request).unwrap().prove().unwrap();
        let validity = Validity { not_before: now - days(1), not_after: now + days(9) };
        let certificate = authority.issue(&request, wanted, validity, &Ids::default()).unwrap();
        fs::write(folder.join(format!("{name}.pem")), certificate.to_pem()).unwrap();
        run(&["cert", "import", "bench", &format!("{name}.pem")], json!({"pin": PIN}));
    }
}
