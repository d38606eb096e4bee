//! `bidseal verify`, and how every verdict is shown.

use client::{
    Failure, Online, Turn,
    verdict::{self, Verdict},
    verify::{self, SignatureReport, VerifyOrder, VerifyReport},
};

use super::Shell;
use crate::{args::Verify, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: &Verify) -> Result<Outcome, Failure> {
    let order = VerifyOrder {
        file: &command.file,
        signature: command.signature.as_deref(),
        trust: &command.judged.trust,
        at: command.judged.at,
    };
    let network = shell.network();
    let online = command.judged.online.then_some(Online(&network));
    Ok(outcome(shell, &verify::verify_asking(&shell.session_without_modules()?, &order, online)?))
}

/// A verdict; anything but valid is exit 1.
pub(super) fn outcome(shell: &Shell, report: &VerifyReport) -> Outcome {
    let mut lines = vec![shell.words.get(verdict_key(report.verdict)).to_owned()];
    lines.extend(report.reasons.iter().map(|reason| told(shell, reason)));
    for signature in &report.signatures {
        lines.push(one(shell, signature));
        lines.extend(signature.reasons.iter().map(|reason| told(shell, reason)));
    }
    let exit = if report.verdict == Verdict::Valid { 0 } else { Turn::Refused.exit() };
    Outcome::new(report, lines.join("\n")).exit(exit)
}

const fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "out.verify.valid",
        Verdict::Unknown => "out.verify.unknown",
        Verdict::Invalid => "out.verify.invalid",
    }
}

fn one(shell: &Shell, signature: &SignatureReport) -> String {
    let time = signature.time.value.as_deref().unwrap_or("–");
    let facts = [
        ("signer", client::printable(&signature.signer)),
        ("verdict", shell.words.get(verdict_key(verdict::of(&signature.axes))).to_owned()),
        ("time", time.to_owned()),
        ("source", shell.words.get(&format!("out.time.{}", signature.time.source)).to_owned()),
    ];
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    shell.words.fill("out.verify.signature", &facts)
}

pub(super) fn told(shell: &Shell, reason: &str) -> String {
    let (message, hint) = shell.person.words.reason(reason);
    shell.words.fill("out.verify.reason", &[("message", message), ("hint", hint)])
}
