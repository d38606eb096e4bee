//! Bids: encrypted, rehearsed, opened, explained; and their ledger.

use std::path::{Path, PathBuf};

use client::{
    Code, Failure, Session,
    bids::{
        decrypt::{self, Opener},
        encrypt::{self, StatementChoice},
        evidence::{self, EvidenceOrder, Signer},
        inspect, rehearse,
    },
    ledger::{self, BidReport},
};
use protocol::screens::{Bid, Decrypted, EncryptOrder, Encrypted, EvidenceMade, Outside, Rehearsed, Room};

use super::certificates::named;
use crate::{Desk, internal, told::shown};

pub(super) fn list(desk: &Desk, all: bool) -> Result<Vec<Bid>, Failure> {
    ledger::list(&desk.session(), all)?.iter().map(|bid| told(desk, bid)).collect()
}

fn told(desk: &Desk, report: &BidReport) -> Result<Bid, Failure> {
    let missing = report.missing.iter().map(|missing| {
        let facts: Vec<_> = missing.facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // The command line tells its command; a screen has a button.
        let key = if missing.what == "no_receipt" {
            "desk.no_receipt".to_owned()
        } else {
            format!("missing.{}", missing.what)
        };
        client::printable(&desk.words().text(&key, &facts))
    });
    Ok(Bid { missing_told: missing.collect(), ..shown(report)? })
}

pub(super) fn encrypt(desk: &Desk, order: &EncryptOrder) -> Result<Encrypted, Failure> {
    let session = desk.session();
    let (inputs, output) = (desk.files.paths(&order.inputs)?, desk.files.path(order.output)?);
    let to: Vec<String> = order.to.iter().map(|sha256| named(sha256)).collect();
    let host: Vec<String> = desk.files.paths(&order.host)?.iter().map(|path| path.display().to_string()).collect();
    let twin = order.twin.map(|id| desk.files.path(id)).transpose()?;
    let tender = TenderFile::write(&session, &order.tender)?;
    let made = encrypt::encrypt(
        &session,
        &encrypt::EncryptOrder {
            inputs: &inputs,
            output: &output,
            to: &to,
            host: &host,
            committee: &[],
            threshold: None,
            password: order.password,
            meta: Some(&tender.0),
            statement: if order.statement { StatementChoice::Automatic } else { StatementChoice::Refused },
            twin: twin.as_deref(),
            force: false,
        },
    )?;
    let gone = || Failure::new(Code::InputNotFound).with("path", made.output.display().to_string());
    let bid = desk.files.existing(made.output.clone()).ok_or_else(gone)?;
    Ok(Encrypted {
        bid,
        size: made.size,
        files: made.files,
        profile: made.profile.to_owned(),
        root: made.root.clone(),
        rehearsed: made.rehearsed,
        statement: made.statement.as_deref().map(file_name),
        twin: made.twin.as_deref().map(|folder| client::printable(&folder.display().to_string())),
    })
}

/// What goes in, and what is free where it goes.
pub(super) fn room(desk: &Desk, inputs: &[u32], output: Option<u32>) -> Result<Room, Failure> {
    let inputs = desk.files.paths(inputs)?;
    let target = output.map(|id| desk.files.path(id)).transpose()?;
    let beside = target.as_ref().or(inputs.first()).and_then(|path| path.parent()).unwrap_or(Path::new("."));
    let unknown = |_| Failure::new(Code::InputNotFound).with("path", beside.display().to_string());
    let free = durable::free_space(beside).map_err(unknown)?;
    Ok(Room { content: inputs.iter().map(|path| size_below(path)).sum(), free })
}

/// Bytes of a file, or of all files below a folder. Links are not followed: a bid holds none.
fn size_below(path: &Path) -> u64 {
    match std::fs::symlink_metadata(path) {
        Ok(facts) if facts.is_dir() => {
            let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
            entries.map(|entry| size_below(&entry.path())).sum()
        }
        Ok(facts) => facts.len(),
        Err(_) => 0,
    }
}

/// The description of a tender, as the use case reads it, as long as it is needed.
struct TenderFile(PathBuf);

impl TenderFile {
    fn write(session: &Session<'_>, tender: &protocol::screens::Tender) -> Result<Self, Failure> {
        let number = session.clock.elapsed().as_nanos();
        let path = session.home.path().join(format!("tender-{}-{number}.json", std::process::id()));
        let text = serde_json::to_vec(tender).map_err(internal)?;
        client::write_output(session, &path, &text, false)?;
        Ok(Self(path))
    }
}

impl Drop for TenderFile {
    fn drop(&mut self) {
        // It holds nothing that the bid does not show to anybody.
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(super) fn inspect(desk: &Desk, bid: u32) -> Result<Outside, Failure> {
    shown(inspect::inspect(&desk.files.path(bid)?)?)
}

pub(super) fn rehearse(desk: &Desk, bid: u32, password: bool) -> Result<Rehearsed, Failure> {
    shown(rehearse::rehearse(&desk.session(), &desk.files.path(bid)?, opener(password))?)
}

pub(super) fn decrypt(desk: &Desk, bid: u32, folder: u32, password: bool) -> Result<Decrypted, Failure> {
    let (bid, folder) = (desk.files.path(bid)?, desk.files.path(folder)?);
    shown(decrypt::decrypt(&desk.session(), &bid, &folder, opener(password))?)
}

const fn opener(password: bool) -> Opener<'static> {
    if password { Opener::Password } else { Opener::AnyKey }
}

pub(super) fn explain(desk: &Desk, bid: u32, output: u32, signed: bool) -> Result<EvidenceMade, Failure> {
    let (bid, output) = (desk.files.path(bid)?, desk.files.path(output)?);
    let signer = if signed { Signer::Automatic } else { Signer::Nobody };
    let order = EvidenceOrder { bid: &bid, statement: None, receipt: None, output: &output, signer, force: true };
    let words = desk.words();
    let made = evidence::evidence(&desk.session(), &order, words)?;
    let findings = made.findings.iter().map(|finding| finding.code.to_owned());
    Ok(EvidenceMade {
        output: client::printable(&made.output.display().to_string()),
        part: made.part.to_owned(),
        signed: made.signed.is_some(),
        findings: findings.collect(),
    })
}

pub(super) fn receive(desk: &Desk, id: &str, file: u32) -> Result<Bid, Failure> {
    told(desk, &ledger::receive(&desk.session(), id, &desk.files.path(file)?)?)
}

/// A cleared bid no longer protects its key: the person confirms it in a window of its own.
pub(super) fn clear(desk: &Desk, id: &str) -> Result<Bid, Failure> {
    let session = desk.session();
    let found = ledger::show(&session, id)?;
    let past = found.state == "opened" || found.seconds_left.is_some_and(|left| left <= 0);
    desk.person.clear(&found.title(desk.words()), past)?;
    told(desk, &ledger::clear(&session, &found)?)
}

fn file_name(path: &Path) -> String {
    client::printable(&path.file_name().unwrap_or_default().to_string_lossy())
}
