//! `bidseal pin …`

use std::{path::Path, time::Duration};

use client::{
    Failure, Session,
    pins::{self, Activated},
    tokens::PinReport,
    vouchers,
};
use serde_json::json;

use super::Shell;
use crate::{
    args::{OfToken, Pin, Unblock},
    outcome::Outcome,
};

pub(super) fn run(shell: &Shell, command: Pin) -> Result<Outcome, Failure> {
    match command {
        Pin::Verify(of) => report(shell, "out.pin.right", &of, pins::verify),
        Pin::Change(new) => {
            let change =
                |session: &Session<'_>, token: Option<&str>| pins::change(session, token, new.recovery.as_deref());
            report(shell, "out.pin.changed", &new.of, change)
        }
        Pin::Unblock(unblock) => unblocked(shell, &unblock),
        Pin::Activate(new) => {
            let (session, token) = (shell.session(&new.of.modules)?, new.of.token.as_deref());
            let Activated { puk, pin } = pins::activate(&session, token, new.recovery.as_deref())?;
            // The one secret that this program ever prints: it is made to be written down, and kept nowhere.
            let puk = puk.as_ref().map(algo::Pin::expose_str);
            let text = match puk {
                Some(puk) => shell.words.fill("out.pin.activated_puk", &[("puk", puk)]),
                None => shell.words.get("out.pin.activated").to_owned(),
            };
            Ok(Outcome::new(&json!({ "puk": puk, "pin": pin }), text))
        }
    }
}

/// By the unlock code, or by the certificate authority: half of the way, or all of it.
fn unblocked(shell: &Shell, Unblock { request, response, of }: &Unblock) -> Result<Outcome, Failure> {
    match (request, response) {
        (Some(output), None) => {
            let session = shell.session(&of.modules)?;
            client::check_place(&shell.home, output, &[], shell.force)?;
            let file = vouchers::request(&session, of.token.as_deref())?;
            client::write_output(&session, output, &file, shell.force)?;
            let path = output.display().to_string();
            Ok(Outcome::new(&json!({ "output": path }), shell.words.fill("out.pin.requested", &[("path", &path)])))
        }
        (Some(output), Some(file)) => exchanged(shell, output, file, of),
        (None, Some(file)) => {
            report(shell, "out.pin.unblocked", of, |session, token| vouchers::unblock(session, token, file))
        }
        (None, None) => report(shell, "out.pin.unblocked", of, pins::unblock),
    }
}

/// Writes the request and waits, with the key held, until the voucher lies at `file`.
fn exchanged(shell: &Shell, output: &Path, file: &Path, of: &OfToken) -> Result<Outcome, Failure> {
    client::check_place(&shell.home, output, &[], shell.force)?;
    // A voucher that lies there already answers an earlier request.
    client::check_output(file, &[output], false)?;
    report(shell, "out.pin.unblocked", of, |session, token| {
        let send = |bytes: &[u8]| {
            client::write_output(session, output, bytes, shell.force)?;
            let paths = [("path", output.display().to_string()), ("voucher", file.display().to_string())];
            let paths: Vec<_> = paths.iter().map(|(name, path)| (*name, path.as_str())).collect();
            shell.person.tell(&shell.words.fill("out.pin.waiting", &paths));
            Ok(())
        };
        vouchers::exchange(session, token, send, file, || waited_for(shell, file))
    })
}

/// Ends when the file is there and as long as it was a moment ago: what copies it may write it in pieces.
fn waited_for(shell: &Shell, file: &Path) -> Result<(), Failure> {
    const MOMENT: Duration = Duration::from_millis(300);
    let mut before = None;
    loop {
        let now = std::fs::metadata(file).ok().map(|facts| facts.len()).filter(|len| *len > 0);
        if now.is_some() && now == before {
            return Ok(());
        }
        before = now;
        std::thread::sleep(MOMENT);
        if client::Progress::cancelled(&shell.bar) {
            return Err(Failure::new(client::Code::UserCancelled));
        }
    }
}

fn report(
    shell: &Shell,
    said: &str,
    of: &OfToken,
    use_case: impl Fn(&Session<'_>, Option<&str>) -> Result<PinReport, Failure>,
) -> Result<Outcome, Failure> {
    let pin = use_case(&shell.session(&of.modules)?, of.token.as_deref())?;
    Ok(Outcome::new(&json!({ "pin": pin }), format!("{} {}", shell.words.get(said), state(shell, &pin))))
}

/// The state of a PIN, for people.
pub(super) fn state(shell: &Shell, pin: &PinReport) -> String {
    if pin.is_default == Some(true) {
        return shell.words.get("out.pin.default").to_owned();
    }
    let remaining = pin.remaining.map_or_else(|| "?".to_owned(), |remaining| remaining.to_string());
    shell.words.fill(&format!("out.pin.state.{}", pin.state), &[("remaining", &remaining)])
}
