//! A SoftHSM2 token in a folder of its own, and the worker that reaches it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use algo::Pin;
use token::{Pkcs11Provider, Provider, Token};

pub const WORKER: &str = env!("CARGO_BIN_EXE_bidseal-token-worker");
pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
pub const LABEL: &str = "投标令牌";
pub const PIN: &str = "123456";
pub const SO_PIN: &str = "12345678";

pub fn pin(text: &str) -> Pin {
    Pin::new(text).unwrap()
}

pub struct Hsm {
    folder: tempfile::TempDir,
}

impl Hsm {
    /// An initialised token. The module finds its folder by an environment variable, which a script sets before it
    /// becomes the worker: tests of one process run in parallel and share their environment.
    pub fn new() -> Self {
        let hsm = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(hsm.path("tokens")).unwrap();
        let configuration = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            hsm.path("tokens").display()
        );
        hsm.put("softhsm2.conf", configuration.as_bytes());
        let worker = format!(
            "echo $$ > {}\nSOFTHSM2_CONF={} exec {WORKER} \"$@\"",
            hsm.path("worker.pid").display(),
            hsm.path("softhsm2.conf").display(),
        );
        hsm.script("worker", &worker);
        let output = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", LABEL, "--so-pin", SO_PIN, "--pin", PIN])
            .env("SOFTHSM2_CONF", hsm.path("softhsm2.conf"))
            .output()
            .expect("these tests need softhsm2-util");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        hsm
    }

    pub fn provider(&self) -> Pkcs11Provider {
        Pkcs11Provider::new(self.path("worker"), MODULE)
    }

    /// The token through a provider, and so a worker, of its own.
    pub fn token(&self) -> Box<dyn Token> {
        let provider = self.provider();
        provider.open(&provider.tokens().unwrap()[0]).unwrap()
    }

    pub fn logged_in(&self) -> Box<dyn Token> {
        let mut token = self.token();
        token.login(&pin(PIN)).unwrap();
        token
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        put(&self.path(name), bytes);
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// An executable script.
    pub fn script(&self, name: &str, lines: &str) -> PathBuf {
        let path = self.path(name);
        programs::write_script(&path, &format!("#!/bin/sh\n{lines}\n"));
        path
    }

    /// The process number of the worker that was started last.
    pub fn worker_id(&self) -> i32 {
        String::from_utf8(self.read("worker.pid")).unwrap().trim().parse().unwrap()
    }

    pub fn signal_worker(&self, signal: rustix::process::Signal) -> i32 {
        let id = self.worker_id();
        rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), signal).unwrap();
        id
    }

    pub fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("these tests need the openssl command");
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::File::create(path).unwrap().write_all(bytes).unwrap();
}
