//! `bidseal pin …`

use client::{
    Failure,
    pins::{self, Activated},
    tokens::PinReport,
};
use serde_json::json;

use super::Shell;
use crate::{
    args::{OfToken, Pin},
    outcome::Outcome,
};

pub(super) fn run(shell: &Shell, command: Pin) -> Result<Outcome, Failure> {
    match command {
        Pin::Verify(of) => report(shell, "out.pin.right", &of, pins::verify),
        Pin::Change(of) => report(shell, "out.pin.changed", &of, pins::change),
        Pin::Unblock(of) => report(shell, "out.pin.unblocked", &of, pins::unblock),
        Pin::Activate(of) => {
            let Activated { puk, pin } = pins::activate(&shell.session(&of.modules)?, of.token.as_deref())?;
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

type UseCase = fn(&client::Session<'_>, Option<&str>) -> Result<PinReport, Failure>;

fn report(shell: &Shell, said: &str, of: &OfToken, use_case: UseCase) -> Result<Outcome, Failure> {
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
