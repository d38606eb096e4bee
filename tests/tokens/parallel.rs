//! Several processes on one token.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use token::KeyUse;

use crate::fixtures::{Fixture, Kryoptic, Running, SkfSimulator, SoftHsm, Software, VirtualPiv, key, open, pin};
use crate::judged;

const PROCESSES: usize = 4;
const SIGNATURES: usize = 50;

/// Four processes make fifty signatures each at once; OpenSSL verifies every one.
pub(crate) fn four_processes(fixture: &dyn Fixture) {
    let running = Running::start(fixture);
    let (_, certificate) = key(&mut *running.logged_in(), KeyUse::Sign);
    let scheme = judged::scheme(certificate.public_key().algorithm());
    fs::write(running.folder().join("public.der"), certificate.public_key().spki()).unwrap();
    let children: Vec<Child> = (0..PROCESSES)
        .map(|number| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "parallel::child", "--nocapture", "--test-threads=1"]);
            command.env("TOKENS_FIXTURE", fixture.name()).env("TOKENS_FOLDER", running.folder());
            command.env("TOKENS_NUMBER", number.to_string()).stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in children {
        programs::done(&child.wait_with_output().unwrap());
    }
    for name in (0..PROCESSES).flat_map(|number| (0..SIGNATURES).map(move |index| format!("{number}-{index}"))) {
        judged::verify(running.folder(), &scheme, &format!("{name}.signature"), &format!("{name}.message"));
    }
}

/// Not a test by itself: a process that the others start, told by the environment what to do.
#[test]
fn child() {
    let Ok(name) = std::env::var("TOKENS_FIXTURE") else { return };
    let fixtures: [&dyn Fixture; 5] = [&Software, &SoftHsm, &Kryoptic, &VirtualPiv, &SkfSimulator];
    let fixture = fixtures.into_iter().find(|fixture| fixture.name() == name).unwrap();
    let folder = PathBuf::from(std::env::var("TOKENS_FOLDER").unwrap());
    let number = std::env::var("TOKENS_NUMBER").unwrap();
    // One after the other until each has its login: SoftHSM sees no token, or fails a login, in the moment in which another
    // process writes to it.
    let turn = fs::File::create(folder.join("turn")).unwrap();
    turn.lock().unwrap();
    let mut token = open(&*fixture.provider(&folder));
    token.login(&pin(fixture.pins()[0])).unwrap();
    turn.unlock().unwrap();
    let (key, certificate) = key(&mut *token, KeyUse::Sign);
    let scheme = judged::scheme(certificate.public_key().algorithm());
    for index in 0..SIGNATURES {
        let message = format!("signature {index} of process {number}");
        let digest = certificate.public_key().to_sign(&scheme, message.as_bytes()).unwrap();
        let signature = token.sign_digest(&key, &scheme, &digest).unwrap();
        fs::write(folder.join(format!("{number}-{index}.message")), message).unwrap();
        fs::write(folder.join(format!("{number}-{index}.signature")), signature).unwrap();
    }
}
