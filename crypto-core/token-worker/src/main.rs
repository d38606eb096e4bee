//! `bidseal-token-worker MODULE [skf]`: loads one PKCS#11 or SKF module and does what is asked on the pipe.
//!
//! It holds the loaded library and nothing else; it ends when its standard input does. Vendor modules print, hang and
//! crash: standard output is taken away from them first, and hanging and crashing are the caller's business.

mod failure;
mod hardening;
mod keys;
mod module;
mod objects;
mod opensc;
mod raw;
mod skf;
mod token;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use token_worker::{Failure, FailureKind, Reply, Request, frame};
use zeroize::Zeroizing;

use module::Module;

/// What goes back to the caller.
enum Answer {
    Reply(Reply),
    Secret(Zeroizing<Vec<u8>>),
}

/// The loaded module, by its interface.
enum Host {
    Pkcs11(Module),
    Skf(Box<skf::Module>),
}

/// A request with the secrets that followed it.
struct Asked {
    request: Request,
    secrets: Vec<Zeroizing<Vec<u8>>>,
}

fn main() -> ExitCode {
    hardening::harden();
    let mut arguments = std::env::args_os().skip(1);
    let (path, interface) = (arguments.next().map(PathBuf::from), arguments.next());
    let (Some(path), true) = (path, interface.as_ref().is_none_or(|interface| interface == "skf")) else {
        eprintln!(
            "usage: bidseal-token-worker MODULE [skf] (started by bidseal; speaks on its standard input and output)"
        );
        return ExitCode::from(2);
    };
    let is_skf = interface.is_some();
    opensc::let_puk_unblock(&path);
    match hardening::take_stdout().and_then(|replies| serve(|| Host::load(&path, is_skf), replies)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

impl Host {
    fn load(path: &Path, is_skf: bool) -> Result<Self, Failure> {
        if is_skf {
            skf::Module::load(path).map(|module| Self::Skf(Box::new(module)))
        } else {
            Module::load(path).map(Self::Pkcs11)
        }
    }

    fn answer(&mut self, request: &Request, secrets: &[Zeroizing<Vec<u8>>]) -> Result<Answer, Failure> {
        match (self, request) {
            (Self::Skf(module), Request::Skf(request)) => module.answer(request, secrets),
            (Self::Pkcs11(module), request) => module.answer(request, secrets),
            (Self::Skf(_), _) => Err(failure::own(FailureKind::NotSupported, "not a request of this interface")),
        }
    }
}

fn serve(load: impl FnOnce() -> Result<Host, Failure>, mut replies: File) -> io::Result<()> {
    let asked = read_requests();
    let mut module = match load() {
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
