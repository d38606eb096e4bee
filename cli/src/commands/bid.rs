//! `bidseal bid …`

use std::path::Path;

use client::{
    Code, Failure, Online, TimeStamped, TimeStamping,
    bids::{
        answer,
        decrypt::{self, Opener},
        encrypt::{self, EncryptOrder, Encrypted, StatementChoice},
        evidence::{self, EvidenceOrder, Signer},
        inspect::{self, Outside},
        rehearse,
        responses::{self, Responses},
        twin, verify as verify_bid,
    },
    verdict::Verdict,
    verify::VerifyOrder,
};

use super::{Shell, ledger, verify};
use crate::{
    args::{self, Bid, Encrypt},
    outcome::Outcome,
};

pub(super) fn run(shell: &Shell, command: Bid) -> Result<Outcome, Failure> {
    match command {
        Bid::Encrypt(command) => make(shell, &command),
        Bid::Open(command) => answered(shell, &command),
        Bid::Decrypt(command) => {
            let session = shell.session(&command.modules)?;
            let opened = match &command.opener.key {
                Some(key) if !command.responses.is_empty() => {
                    let responses = Responses { files: &command.responses, key };
                    responses::decrypt(&session, &command.bid, &command.output, &responses)
                }
                _ => decrypt::decrypt(&session, &command.bid, &command.output, opener(&command.opener)),
            };
            let opened = opened.inspect_err(|failure| offer_evidence(shell, &command.bid, failure))?;
            let facts = numbers(&command.output, opened.files.len() as u64, opened.size);
            Ok(Outcome::new(&opened, fill(shell, "out.bid.opened", &facts)))
        }
        Bid::Inspect { bid } => {
            let outside = inspect::inspect(&bid)?;
            Ok(Outcome::new(&outside, told(shell, &outside)))
        }
        Bid::Rehearse { bid, opener: by, modules } => {
            let done = rehearse::rehearse(&shell.session(&modules)?, &bid, opener(&by))?;
            let mut facts = numbers(&bid, done.files, done.size).to_vec();
            facts.push(("threshold", done.committee.unwrap_or_default().to_string()));
            let told = if done.committee.is_some() { "out.bid.part_right" } else { "out.bid.rehearsal" };
            Ok(Outcome::new(&done, fill(shell, told, &facts)))
        }
        Bid::Verify { bid, statement, twin, judged } => {
            let order =
                VerifyOrder { file: &bid, signature: statement.as_deref(), trust: &judged.trust, at: judged.at };
            let network = shell.network();
            let online = judged.online.then_some(Online(&network));
            let report = verify_bid::verify_asking(&shell.session_without_modules()?, &order, online)?;
            let report = match &twin {
                Some(folder) => twin::verify(&shell.session_without_modules()?, &order, folder, report)?,
                None => report,
            };
            let is_equal = twin.is_some() && report.verdict != Verdict::Invalid;
            let told = is_equal.then(|| shell.words.get("out.bid.twin_equal"));
            Ok(verify::outcome(shell, &report).told_first(told))
        }
        Bid::Evidence(command) => explain(shell, &command),
        Bid::Ledger(command) => ledger::run(shell, command),
    }
}

fn opener(options: &args::Opener) -> Opener<'_> {
    match (&options.key, options.password) {
        (_, true) => Opener::Password,
        (Some(key), false) => Opener::Key(key),
        (None, false) => Opener::AnyKey,
    }
}

/// The holder's answer, with what makes the clock doubtful.
fn answered(shell: &Shell, command: &args::Open) -> Result<Outcome, Failure> {
    let session = shell.session(&command.modules)?;
    let by = opener(&command.opener);
    let made = answer::answer_file(&session, &command.bid, &command.to, &command.output, by, shell.force);
    let made = made.inspect_err(|failure| offer_evidence(shell, &command.bid, failure))?;
    let facts = [
        ("path", command.output.display().to_string()),
        ("platform", client::printable(&made.platform.holder)),
        ("threshold", made.threshold.unwrap_or_default().to_string()),
    ];
    let told = if made.alone { "out.bid.answered" } else { "out.bid.answered_part" };
    let mut lines = vec![fill(shell, told, &facts)];
    let warnings = made.warnings.iter().map(|warning| format!("consent.warning.{warning}"));
    lines.extend(warnings.map(|key| shell.person.words.text(&key, &[]).trim_start().to_owned()));
    Ok(Outcome::new(&made, lines.join("\n")))
}

fn make(shell: &Shell, command: &Encrypt) -> Result<Outcome, Failure> {
    let order = EncryptOrder {
        inputs: &command.inputs,
        output: &command.output,
        to: &command.to,
        host: &command.host,
        committee: &command.committee,
        threshold: command.threshold,
        password: command.password,
        meta: command.meta.as_deref(),
        statement: match (&command.statement, command.no_statement) {
            (_, true) => StatementChoice::Refused,
            (Some(certificate), false) => StatementChoice::By(certificate),
            (None, false) => StatementChoice::Automatic,
        },
        twin: command.twin.as_deref(),
        force: shell.force,
    };
    let network = shell.network();
    let tsa = command.tsa.as_deref().map(|url| TimeStamping::at(url, Online(&network))).transpose()?;
    let (made, time) = encrypt::encrypt_with_time(&shell.session(&command.modules)?, &order, tsa.as_ref())?;
    Ok(made_outcome(shell, &made, time))
}

/// A bid that was made; a time stamp that was not is told as the failure that it is, beside the bid.
fn made_outcome(shell: &Shell, made: &Encrypted, time: Option<Result<TimeStamped, Failure>>) -> Outcome {
    let mut text = made_text(shell, made);
    let (time, failure) = match time {
        Some(Ok(time)) => (Some(time), None),
        Some(Err(failure)) => (None, Some(failure)),
        None => return Outcome::new(made, text),
    };
    if let Some(time) = &time {
        let facts = [("time", time.time.clone()), ("authority", client::printable(&time.authority))];
        text = format!("{text}\n{}", fill(shell, "out.bid.timestamp", &facts));
    }
    Outcome::new(&Timed { made, timestamp: time }, text).failed(failure)
}

/// The report on a bid for whose statement a time stamp was wanted.
#[derive(serde::Serialize)]
struct Timed<'a> {
    #[serde(flatten)]
    made: &'a Encrypted,
    timestamp: Option<TimeStamped>,
}

/// After a failed opening the person learns that its cause can be proved. Scripts read the code.
fn offer_evidence(shell: &Shell, bid: &Path, failure: &Failure) {
    let groups = ["bid.", "cert.", "token.", "cms."];
    let can_be_proved = groups.iter().any(|group| failure.code().as_str().starts_with(group));
    // A mistyped PIN or a choice that is still to be made is nobody's fault but soon mended.
    let soon_mended = matches!(failure.code(), Code::TokenPinWrong | Code::CertAmbiguous | Code::BidPasswordWrong);
    if can_be_proved && !soon_mended && !shell.person.json {
        eprintln!("{}", shell.words.fill("out.bid.offer_evidence", &[("path", &bid.display().to_string())]));
    }
}

fn explain(shell: &Shell, command: &args::Evidence) -> Result<Outcome, Failure> {
    let order = EvidenceOrder {
        bid: &command.bid,
        statement: command.statement.as_deref(),
        receipt: command.receipt.as_deref(),
        output: &command.output,
        signer: match (&command.sign, command.unsigned) {
            (_, true) => Signer::Nobody,
            (Some(certificate), false) => Signer::By(certificate),
            (None, false) => Signer::Automatic,
        },
        force: shell.force,
    };
    let made = evidence::evidence(&shell.session(&command.modules)?, &order, shell.person.words)?;
    let part = shell.words.get(&format!("out.part.{}", made.part)).to_owned();
    let causes: Vec<_> = made.findings.iter().map(|finding| shell.person.words.cause(&finding.code)).collect();
    let facts = [
        ("path", made.output.display().to_string()),
        ("part", part),
        ("causes", causes.join(shell.words.get("out.list"))),
    ];
    let signed = if made.signed.is_some() { "out.evidence.signed" } else { "out.evidence.unsigned" };
    let text = format!("{}\n{}", fill(shell, "out.evidence.made", &facts), shell.words.get(signed));
    Ok(Outcome::new(&made, text))
}

fn made_text(shell: &Shell, made: &Encrypted) -> String {
    let facts = numbers(&made.output, made.files, made.size);
    let rehearsed = match (made.rehearsed, made.threshold) {
        (false, _) => "out.bid.never_rehearsed",
        (true, None) => "out.bid.rehearsed",
        (true, Some(_)) => "out.bid.part_rehearsed",
    };
    let mut lines = vec![fill(shell, "out.bid.made", &facts), fill(shell, rehearsed, &facts)];
    if let Some(statement) = &made.statement {
        lines.push(shell.words.fill("out.bid.statement", &[("path", &statement.display().to_string())]));
    }
    if let Some(twin) = &made.twin {
        lines.push(shell.words.fill("out.bid.twin", &[("path", &twin.display().to_string())]));
    }
    lines.join("\n")
}

fn numbers(path: &Path, files: u64, size: u64) -> [(&'static str, String); 3] {
    [("path", path.display().to_string()), ("files", files.to_string()), ("size", size.to_string())]
}

fn fill(shell: &Shell, key: &str, facts: &[(&str, String)]) -> String {
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    shell.words.fill(key, &facts)
}

/// What somebody else wrote, or a dash.
fn stated(text: &str) -> String {
    if text.is_empty() { "–".into() } else { client::printable(text) }
}

/// The outside of a bid, for people. All of it was written by somebody else.
fn told(shell: &Shell, outside: &Outside) -> String {
    let facts = [
        ("profile", shell.words.get(&format!("out.profile.{}", outside.profile)).to_owned()),
        ("size", outside.size.to_string()),
        ("files", outside.files.to_string()),
        ("project", stated(&outside.project)),
        ("lot", stated(&outside.lot)),
        ("bidder", stated(&outside.bidder)),
        ("credit_code", stated(&outside.credit_code)),
        ("opens_at", outside.opens_at.clone().unwrap_or_else(|| "–".into())),
    ];
    let mut lines = vec![fill(shell, "out.bid.outside", &facts)];
    lines.extend(platform(shell, outside));
    lines.push(openers(shell, outside));
    lines.extend(outside.recipients.iter().map(|recipient| {
        let role = shell.words.get(&format!("out.role.{}", recipient.role)).to_owned();
        let facts = [
            ("role", role),
            ("label", client::printable(&recipient.label)),
            ("serial", recipient.serial.to_uppercase()),
        ];
        fill(shell, "out.bid.slot", &facts)
    }));
    lines.push(shell.words.get("out.bid.unproved").to_owned());
    lines.join("\n")
}

/// The platform that the bid names.
fn platform(shell: &Shell, outside: &Outside) -> Option<String> {
    let named = outside.platform_origin.is_some() || outside.platform_cert.is_some();
    let facts = [
        ("origin", stated(outside.platform_origin.as_deref().unwrap_or_default())),
        ("certificate", stated(outside.platform_cert.as_deref().unwrap_or_default())),
    ];
    named.then(|| fill(shell, "out.bid.platform", &facts))
}

/// Whether those who follow open it each alone, or only together.
fn openers(shell: &Shell, outside: &Outside) -> String {
    let members = outside.recipients.iter().filter(|recipient| recipient.role == "committee").count();
    let facts = |threshold: u8| [("threshold", threshold.to_string()), ("members", members.to_string())];
    match outside.threshold {
        Some(threshold) => fill(shell, "out.bid.together", &facts(threshold)),
        None => shell.words.get("out.bid.alone").to_owned(),
    }
}
