//! `bidseal-token-worker MODULE`: loads one PKCS#11 module and does what is asked on the pipe.
//!
//! It holds the loaded library and nothing else; it ends when its standard input does. Vendor modules print, hang and
//! crash: standard output is taken away from them first, and hanging and crashing are the caller's business.

mod failure;
mod hardening;
mod keys;
mod module;
mod objects;
mod token;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use token_worker::{Reply, Request, frame};
use zeroize::Zeroizing;

use module::{Answer, Module};

/// A request with the secrets that followed it.
struct Asked {
    request: Request,
    secrets: Vec<Zeroizing<Vec<u8>>>,
}

fn main() -> ExitCode {
    hardening::harden();
    let Some(path) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: bidseal-token-worker MODULE (started by bidseal; speaks on its standard input and output)");
        return ExitCode::from(2);
    };
    match hardening::take_stdout().and_then(|replies| serve(&path, replies)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(path: &Path, mut replies: File) -> io::Result<()> {
    let asked = read_requests();
    let mut module = match Module::load(path) {
        Ok(module) => module,
        Err(failure) => return frame::send(&mut replies, &Reply::Failed(failure)),
    };
    frame::send(&mut replies, &Reply::Done)?;
    for Asked { request, secrets } in asked {
        match module.answer(&request, &secrets) {
            Ok(Answer::Reply(reply)) => frame::send(&mut replies, &reply)?,
            Ok(Answer::Secret(secret)) => {
                frame::send(&mut replies, &Reply::Secret)?;
                frame::write(&mut replies, &secret)?;
            }
            Err(failure) => frame::send(&mut replies, &Reply::Failed(failure))?,
        }
    }
    Ok(())
}

/// Reads on a thread of its own: when the caller goes away in the middle of a call that hangs, this process must end.
fn read_requests() -> mpsc::Receiver<Asked> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut pipe = io::stdin().lock();
        while let Ok(Some(asked)) = read_request(&mut pipe) {
            if sender.send(asked).is_err() {
                break;
            }
        }
        // No destructor of a hanging module may hold this up.
        std::process::exit(0);
    });
    receiver
}

fn read_request(pipe: &mut dyn io::Read) -> io::Result<Option<Asked>> {
    let Some(request) = frame::receive::<Request>(pipe)? else { return Ok(None) };
    let mut secrets = Vec::new();
    for _ in 0..request.secrets() {
        secrets.push(frame::read(pipe)?.ok_or(io::ErrorKind::UnexpectedEof)?);
    }
    Ok(Some(Asked { request, secrets }))
}
