//! A PIN that is searched for wherever a process of ours could leave it, when it is aborted at the worst moment.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use programs::service::{signal, wait_for};

use crate::fixtures::{Running, SkfSimulator, SoftHsm, Software};

/// Nothing else here looks like it.
const CANARY: &str = "Kanarienvogel-7391";
/// On a busy machine the program waits for the test, and not the test for the program: it is to be met in the middle of its work.
const UNLIMITED: &str = "ulimit -c unlimited && exec nice -n 19 \"$@\"";

/// The PIN in the forms in which it could be kept.
fn forms() -> Vec<Vec<u8>> {
    let utf16: Vec<u8> = CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex = |upper: bool| -> String {
        CANARY.bytes().map(|b| if upper { format!("{b:02X}") } else { format!("{b:02x}") }).collect()
    };
    // In the middle of other text base64 has three faces, of which the ends depend on the neighbours.
    let base64 = (0..3).map(|skip| {
        let text = base64(&[&b"???"[..skip], CANARY.as_bytes()].concat());
        text.as_bytes()[4..text.len() - 4].to_vec()
    });
    [CANARY.as_bytes().to_vec(), utf16, hex(false).into_bytes(), hex(true).into_bytes()]
        .into_iter()
        .chain(base64)
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let number = (0..3).fold(0usize, |sum, at| sum << 8 | usize::from(*chunk.get(at).unwrap_or(&0)));
            [18, 12, 6, 0].map(|shift| char::from(DIGITS[number >> shift & 63]))
        })
        .collect()
}

fn holds_canary(bytes: &[u8]) -> bool {
    forms().iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}

/// Every file below the folder in which it stands.
fn found_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            found.extend(found_below(&path));
        } else if kind.is_file() && holds_canary(&fs::read(&path).unwrap_or_default()) {
            found.push(path);
        }
    }
    found
}

/// A program in this folder whose core may be of any size.
fn start(running: &Running<'_>, program: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", UNLIMITED, "sh"]).arg(program).args(arguments).current_dir(running.folder());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("BIDSEAL_TEST_ROOT", running.folder());
    command.envs(running.started.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Aborts it and searches everything it could have left.
fn abort_and_search(mut child: Child, running: &Running<'_>, worker: Option<u32>) {
    let processes = [Some(child.id()), worker];
    // The worker ends with its caller, and the caller tells of the worker's end: both are stopped first.
    processes.into_iter().flatten().for_each(|process| signal("STOP", process));
    for process in processes.into_iter().flatten() {
        for name in ["cmdline", "environ"] {
            let bytes = fs::read(format!("/proc/{process}/{name}")).unwrap();
            assert!(!bytes.is_empty() && !holds_canary(&bytes), "{name}");
        }
    }
    processes.into_iter().flatten().for_each(|process| signal("ABRT", process));
    processes.into_iter().flatten().for_each(|process| signal("CONT", process));
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false), "{status}");
    let mut said = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut said).unwrap();
    child.stderr.take().unwrap().read_to_end(&mut said).unwrap();
    assert!(!holds_canary(&said), "{}", String::from_utf8_lossy(&said));
    assert_eq!(found_below(running.folder()), Vec::<PathBuf>::new());
    assert!(!fs::read_dir(running.folder()).unwrap().flatten().any(|entry| entry.file_name() == "core"));
}

const VERIFY: [&str; 6] = ["--home", "home", "--secrets-stdin", "pin", "verify", "--yes"];

fn object() -> String {
    format!("{{\"pin\":\"{CANARY}\"}}")
}

/// Without it the others prove nothing: where cores go elsewhere, this fails.
#[test]
fn a_program_that_is_not_ours_leaves_the_canary_in_its_core() {
    let running = Running::start(&SoftHsm);
    let lines = "import os, sys; pin = sys.stdin.readline(); print('read', flush=True); os.abort()";
    let mut child = start(&running, Path::new("/usr/bin/python3"), &["-c", lines]);
    writeln!(child.stdin.take().unwrap(), "{CANARY}").unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let status = child.wait().unwrap();
    assert!(status.core_dumped(), "{status}");
    assert!(!found_below(running.folder()).is_empty(), "cores are written beside the program and hold what it read");
}

#[test]
fn every_form_of_the_canary_is_found() {
    for text in
        [CANARY.to_owned(), base64(format!("x{CANARY}yz").as_bytes()), base64(format!("xy{CANARY}z").as_bytes())]
    {
        assert!(holds_canary(format!("before {text} after").as_bytes()), "{text}");
    }
    let utf16: Vec<u8> = CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(holds_canary(&[b"..", &utf16[..]].concat()));
    assert!(!holds_canary(b"nothing of the kind"));
}

#[test]
fn a_program_that_is_aborted_while_a_pin_is_entered_leaves_none() {
    let running = Running::start(&Software);
    let mut child = start(&running, &programs::path_of("bidseal"), &VERIFY);
    // The pipe stays open: more could come.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(object().as_bytes()).unwrap();
    let pid = child.id();
    wait_for("it has read the PIN and waits", || blocked_in_read(pid));
    abort_and_search(child, &running, None);
    drop(stdin);
}

#[test]
fn a_program_that_is_aborted_while_a_soft_token_verifies_leaves_none() {
    let running = Running::start(&Software);
    let mut child = start(&running, &programs::path_of("bidseal"), &VERIFY);
    child.stdin.take().unwrap().write_all(object().as_bytes()).unwrap();
    // Argon2id has its 64 MiB: it computes.
    let pid = child.id();
    wait_for("the PIN is checked", || resident_kib(pid) > 60 * 1024);
    abort_and_search(child, &running, None);
}

#[test]
fn program_and_worker_that_are_aborted_while_a_module_verifies_leave_none() {
    let running = Running::start(&SoftHsm);
    let module = running.folder().join("hang-C_Login.so");
    fs::copy(programs::fixture("libodd_pkcs11.so"), &module).unwrap();
    aborted_while_verifying(&running, &module);
}

#[test]
fn program_and_worker_that_are_aborted_while_an_skf_module_verifies_leave_none() {
    let running = Running::start(&SkfSimulator);
    fs::write(running.folder().join("key/quirks"), "hang SKF_VerifyPIN\n").unwrap();
    aborted_while_verifying(&running, &programs::fixture("libskf_simulator.so"));
}

/// Both processes, while the module has the PIN in its hands and does not give it back.
fn aborted_while_verifying(running: &Running<'_>, module: &Path) {
    let path = module.display().to_string();
    let mut child = start(running, &programs::path_of("bidseal"), &[&VERIFY[..], &["--module", &path]].concat());
    child.stdin.take().unwrap().write_all(object().as_bytes()).unwrap();
    let pid = child.id();
    let mut worker = None;
    wait_for("the module has the PIN", || {
        worker = worker_of(pid, &path).filter(|worker| sleeps(*worker));
        worker.is_some()
    });
    abort_and_search(child, running, worker);
}

fn resident_kib(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// System call 0 of x86-64 (63 of aarch64) on standard input, with nothing left in the pipe.
fn blocked_in_read(pid: u32) -> bool {
    let call = fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim() == "bidseal" && (call.starts_with("0 0x0 ") || call.starts_with("63 0x0 "))
}

fn worker_of(pid: u32, module: &str) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    children
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .find(|child| fs::read_to_string(format!("/proc/{child}/cmdline")).is_ok_and(|line| line.contains(module)))
}

/// The main thread sleeps in the module for an hour: clock_nanosleep.
fn sleeps(pid: u32) -> bool {
    let call = fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
    call.starts_with("230 ") || call.starts_with("115 ")
}
