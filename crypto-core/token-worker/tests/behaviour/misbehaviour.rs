//! Modules and workers that are missing, wrong, silent or dead: a clear error each, and the next call works.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{Hsm, MODULE, PIN, WORKER, pin};
use algo::KeyAlgorithm;
use token::{KeyUse, ModuleFailure, Pkcs11Provider, Provider, TokenError};

fn failure<T>(result: Result<T, TokenError>) -> ModuleFailure {
    match result {
        Err(TokenError::ModuleFailed { failure, .. }) => failure,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it worked"),
    }
}

#[test]
fn only_absolute_paths_of_real_modules_are_loaded() {
    let hsm = Hsm::new();
    let tokens = |module: &Path| failure(Pkcs11Provider::new(WORKER, module).tokens());
    assert_eq!(tokens(Path::new("libsofthsm2.so")), ModuleFailure::NotAbsolute);
    assert_eq!(tokens(&hsm.path("none.so")), ModuleFailure::NotFound);
    assert_eq!(tokens(&hsm.path("")), ModuleFailure::NotFound);
    hsm.put("text.so", b"no library");
    assert!(matches!(tokens(&hsm.path("text.so")), ModuleFailure::NotAModule { .. }));
    let libc = Path::new("/lib/x86_64-linux-gnu/libm.so.6");
    let other = if libc.exists() { libc } else { Path::new("/lib/aarch64-linux-gnu/libm.so.6") };
    assert!(matches!(tokens(other), ModuleFailure::NotAModule { .. }));
}

#[test]
fn a_missing_or_babbling_worker_is_named() {
    let hsm = Hsm::new();
    let with_worker = |worker: &Path| failure(Pkcs11Provider::new(worker, MODULE).tokens());
    assert!(matches!(with_worker(&hsm.path("no-worker")), ModuleFailure::NoWorker { .. }));
    for (name, script) in [
        ("huge", "printf '\\377\\377\\377\\377'; exec sleep 60"),
        ("no-message", "printf '\\002\\000\\000\\000{}'; exec sleep 60"),
        ("wrong-message", "printf '\\020\\000\\000\\000{\"Bytes\":[1,2,3]}'; exec sleep 60"),
    ] {
        let worker = hsm.script(name, script);
        assert_eq!(with_worker(&worker), ModuleFailure::Nonsense { call: "C_Initialize" }, "{name}");
    }
    let worker = hsm.script("crash", "printf '\\020'; kill -SEGV $$");
    match with_worker(&worker) {
        ModuleFailure::Died { call: "C_Initialize", status } => assert!(status.contains("11"), "{status}"),
        other => panic!("{other:?}"),
    }
    let worker = hsm.script("silent", "exec sleep 60");
    let deadline = Duration::from_millis(300);
    let silent = Pkcs11Provider::new(worker, MODULE).deadline(deadline);
    assert_eq!(failure(silent.tokens()), ModuleFailure::Hung { call: "C_Initialize", deadline });
}

#[test]
fn a_killed_worker_is_an_error_and_the_next_call_starts_another() {
    let hsm = Hsm::new();
    let mut token = hsm.logged_in();
    let id = "01".parse().unwrap();
    token.generate(&id, KeyUse::Sign, KeyAlgorithm::P256).unwrap();
    hsm.signal_worker(rustix::process::Signal::KILL);
    match failure(token.containers()) {
        ModuleFailure::Died { call: "C_FindObjects", status } => assert!(status.contains('9'), "{status}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(token.containers().unwrap().len(), 1, "the public key is seen without a login");
    let more = token.generate(&id, KeyUse::Encrypt, KeyAlgorithm::P256);
    assert!(matches!(more, Err(TokenError::NotLoggedIn)), "a login does not outlive its worker");
    token.login(&pin(PIN)).unwrap();
    token.generate(&id, KeyUse::Encrypt, KeyAlgorithm::P256).unwrap();
}

#[test]
fn a_hanging_worker_is_killed_at_its_deadline() {
    let hsm = Hsm::new();
    let deadline = Duration::from_secs(5);
    let provider = hsm.provider().deadline(deadline);
    let mut token = provider.open(&provider.tokens().unwrap()[0]).unwrap();
    token.login(&pin(PIN)).unwrap();
    let stopped = hsm.signal_worker(rustix::process::Signal::STOP);
    let begun = Instant::now();
    assert_eq!(failure(token.pin_state()), ModuleFailure::Hung { call: "C_GetTokenInfo", deadline });
    // Less than the usual deadline, with time for other work on this machine.
    assert!(begun.elapsed() < deadline + Duration::from_secs(15));
    assert!(!Path::new(&format!("/proc/{stopped}")).exists(), "it is gone");
    token.pin_state().unwrap();
}

#[test]
fn the_worker_ends_with_its_caller_and_leaves_no_core() {
    let hsm = Hsm::new();
    let provider = hsm.provider();
    provider.tokens().unwrap();
    let process = format!("/proc/{}", hsm.worker_id());
    let limits = std::fs::read_to_string(format!("{process}/limits")).unwrap();
    let core: Vec<&str> =
        limits.lines().find(|line| line.starts_with("Max core")).unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"]);
    drop(provider);
    assert!(!Path::new(&process).exists());
}
