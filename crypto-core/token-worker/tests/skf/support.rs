//! A simulated key in a folder of its own, and the worker that reaches it.

use std::path::{Path, PathBuf};
use std::process::Command;

use algo::{KeyAlgorithm, Pin, PrivateKey, Suite};
use ca::{Authority, CertificateUse, Ids};
use time::{Duration, OffsetDateTime};
use token::{Container, ContainerId, KeyId, KeyUse, ModuleFailure, Provider, SkfProvider, Token, TokenError, TokenKey};
use x509::issue::Validity;
use x509::{Certificate, CertificateRequest, Name, RequestTemplate};

pub(crate) const FACTORY_PIN: &str = "123456";
pub(crate) const ADMIN_PIN: &str = "admin123";
pub(crate) const PIN: &str = "Bid-2026!";
pub(crate) const NOW: OffsetDateTime = time::macros::datetime!(2026-11-20 12:00 UTC);
const WORKER: &str = env!("CARGO_BIN_EXE_bidseal-token-worker");

pub(crate) fn pin(text: &str) -> Pin {
    Pin::new(text).unwrap()
}

pub(crate) fn container(name: &str) -> ContainerId {
    name.parse().unwrap()
}

pub(crate) fn key(name: &str, key_use: KeyUse) -> KeyId {
    KeyId { container: container(name), key_use }
}

pub(crate) fn simulator() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fixtures/debug/libskf_simulator.so");
    built.canonicalize().expect("cargo xtask test fixtures builds the simulator")
}

pub(crate) fn failure<T>(result: Result<T, TokenError>) -> ModuleFailure {
    match result {
        Err(TokenError::ModuleFailed { failure, .. }) => failure,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it worked"),
    }
}

/// A key in a folder. The module finds it by an environment variable, which a script sets before it becomes the worker:
/// tests of one process run in parallel and share their environment.
pub(crate) struct Key {
    folder: tempfile::TempDir,
    module: PathBuf,
}

impl Key {
    /// As it comes from the factory.
    pub(crate) fn new() -> Self {
        let key = Self { folder: tempfile::tempdir().unwrap(), module: simulator() };
        let worker = format!(
            "#!/bin/sh\necho $$ > {}\nBIDSEAL_SKF_SIMULATOR={} exec {WORKER} \"$@\"\n",
            key.path("worker.pid").display(),
            key.folder.path().display()
        );
        programs::write_script(&key.path("worker"), &worker);
        key
    }

    /// With a PIN of the person's.
    pub(crate) fn activated() -> Self {
        let key = Self::new();
        key.token().activate(&pin(FACTORY_PIN), &pin(PIN)).unwrap();
        key
    }

    /// A key whose vendor left these functions out of his library.
    pub(crate) fn without(functions: &[&str]) -> Self {
        let mut key = Self::new();
        let mut library = std::fs::read(&key.module).unwrap();
        for function in functions {
            let name = [b"\0", function.as_bytes(), b"\0"].concat();
            let places: Vec<usize> =
                (0..library.len() - name.len()).filter(|at| library[*at..].starts_with(&name)).collect();
            assert!(!places.is_empty(), "the simulator has no {function}");
            places.into_iter().for_each(|at| library[at + 1] = b'X');
        }
        key.put("vendor.so", &library);
        key.module = key.path("vendor.so");
        key
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn quirks(&self, lines: &str) {
        self.put("quirks", lines.as_bytes());
    }

    pub(crate) fn pull(&self) {
        self.put("slot", b"empty");
    }

    /// Plugs it in; `tag` differs from the time before.
    pub(crate) fn plug(&self, tag: &str) {
        self.put("slot", tag.as_bytes());
    }

    pub(crate) fn provider(&self) -> SkfProvider {
        SkfProvider::new(self.path("worker"), &self.module)
    }

    /// The token through a provider, and so a worker, of its own.
    pub(crate) fn token(&self) -> Box<dyn Token> {
        open(&self.provider())
    }

    pub(crate) fn logged_in(&self) -> Box<dyn Token> {
        let mut token = self.token();
        token.login(&pin(PIN)).unwrap();
        token
    }

    pub(crate) fn worker_id(&self) -> u32 {
        std::fs::read_to_string(self.path("worker.pid")).unwrap().trim().parse().unwrap()
    }

    pub(crate) fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("these tests need the openssl command");
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

pub(crate) fn open(provider: &SkfProvider) -> Box<dyn Token> {
    provider.open(&provider.tokens().unwrap()[0]).unwrap()
}

/// An authority, and how long its certificates hold.
pub(crate) fn authority(suite: Suite) -> (Authority, Validity) {
    let validity = Validity { not_before: NOW, not_after: NOW + Duration::days(9) };
    (Authority::in_memory(suite, "test", NOW).unwrap(), validity)
}

/// Makes a signing key with its certificate, which the authority issues on the token's own request.
pub(crate) fn enrol(token: &mut dyn Token, name: &str, suite: Suite) -> Certificate {
    let public = token.generate(&container(name), KeyUse::Sign, suite.key_algorithm()).unwrap();
    let subject = Name::parse("CN=示范投标有限公司,C=CN").unwrap();
    let unsigned = RequestTemplate::new(subject, &public).to_be_signed(&suite.signature_scheme()).unwrap();
    let request = unsigned.sign_with(&mut TokenKey::new(token, key(name, KeyUse::Sign))).unwrap();
    let proven = CertificateRequest::from_der(&request).unwrap().prove().unwrap();
    let (authority, validity) = authority(suite);
    let certificate = authority.issue(&proven, CertificateUse::Sign, validity, &Ids::default()).unwrap();
    assert_eq!(token.import_certificate(&certificate).unwrap(), key(name, KeyUse::Sign));
    certificate
}

/// An encryption key pair as an authority makes it.
pub(crate) fn encryption_pair(suite: Suite) -> (PrivateKey, Certificate) {
    let (authority, validity) = authority(suite);
    let pair = authority.issue_pair("CN=示范投标有限公司,C=CN", validity, &Ids::default()).unwrap().encrypt;
    (pair.key, pair.certificate)
}

/// The container of this name.
pub(crate) fn found(token: &mut dyn Token, name: &str) -> Container {
    token.containers().unwrap().into_iter().find(|found| found.id == container(name)).unwrap()
}

pub(crate) const RSA: KeyAlgorithm = KeyAlgorithm::Rsa { bits: 2048 };
