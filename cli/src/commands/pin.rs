//! `bidseal pin …`

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

/// By the unlock code, or half of the way by the certificate authority.
fn unblocked(shell: &Shell, Unblock { request, response, of }: &Unblock) -> Result<Outcome, Failure> {
    if let Some(output) = request {
        let session = shell.session(&of.modules)?;
        client::check_output(output, &[], shell.force)?;
        let file = vouchers::request(&session, of.token.as_deref())?;
        client::write_output(&session, output, &file, shell.force)?;
        let path = output.display().to_string();
        return Ok(Outcome::new(&json!({ "output": path }), shell.words.fill("out.pin.requested", &[("path", &path)])));
    }
    match response {
        Some(file) => report(shell, "out.pin.unblocked", of, |session, token| vouchers::unblock(session, token, file)),
        None => report(shell, "out.pin.unblocked", of, pins::unblock),
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
