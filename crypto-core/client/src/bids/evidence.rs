//! Why a bid did not open: facts for the platform and the supervisors, without anything secret.
//!
//! The bundle is a ZIP of `evidence.json`, the bidder's signature over it, statement and receipt. It holds no PIN, no
//! plain byte, no name of a file inside the bid and no path of this computer.

mod findings;

use std::path::{Path, PathBuf};

use algo::Hash;
use cms::Content;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Catalogue, CertificateReport, ConsentRequest, DocumentFacts, Failure, Operation, Purpose, Session, archive,
    certificates::{self, Held},
    consent, files,
    key::{self, Way},
    ledger::BidReport,
    output, pins, select,
};

use findings::Findings;

/// What is to be explained, and who signs.
#[derive(Clone, Debug)]
pub struct EvidenceOrder<'a> {
    /// The bid that did not open.
    pub bid: &'a Path,
    /// Its statement, else the one beside it or the one in the ledger.
    pub statement: Option<&'a Path>,
    /// The platform's receipt, else the one in the ledger.
    pub receipt: Option<&'a Path>,
    /// The archive to be written.
    pub output: &'a Path,
    /// Who signs it.
    pub signer: Signer<'a>,
    /// Replace an existing archive.
    pub force: bool,
}

/// Who signs the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer<'a> {
    /// The bidder's signing certificate, if it is here.
    Automatic,
    /// This certificate.
    By(&'a str),
    /// Nobody: the token itself may be what fails.
    Nobody,
}

/// An archive that was written.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// The archive.
    #[serde(serialize_with = "crate::path_text::path")]
    pub output: PathBuf,
    /// Whose part failed: `file`, `key`, `token`, `clock`, `platform`, `computer`, or `none` where nothing was found.
    pub part: &'static str,
    /// Everything that was found, the most telling first, as part and code.
    pub findings: Vec<Finding>,
    /// Whose signature it bears; none where no signing certificate is here.
    pub signed: Option<CertificateReport>,
    /// The files in it.
    pub contents: Vec<&'static str>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Whose part.
    pub part: &'static str,
    /// A code of docs/errors.md, or `root_differs`, `receipt_differs`, `before_opening`, `clock_behind`.
    pub code: String,
}

/// Examines the bid, its keys, the tokens and the clock anew, and writes what was found.
///
/// # Errors
/// Only what keeps the archive from being written or signed; a bid that cannot be read is what it tells of.
pub fn evidence(session: &Session<'_>, order: &EvidenceOrder<'_>, words: &Catalogue) -> Result<Evidence, Failure> {
    files::open(order.bid)?;
    output::check_output(order.output, &[order.bid], order.force)?;
    let part = session.home.parts().create(order.output, output::LABEL)?;
    let found = Findings::of(session, order)?;
    let signer = signer(session, order.signer, found.entry.as_ref())?;
    let document = document(session, &found, signer.as_ref());
    let text = format!("{document:#}").into_bytes();
    let signature = signer.as_ref().map(|held| sign(session, held, &text)).transpose()?;

    let readme = words.text("evidence.readme", &[]);
    let mut contents: Vec<(&'static str, &[u8])> = vec![("README.txt", readme.as_bytes()), ("evidence.json", &text)];
    contents.extend(signature.as_deref().map(|bytes| ("evidence.json.p7s", bytes)));
    contents.extend(found.statement.as_deref().map(|bytes| ("statement.p7s", bytes)));
    contents.extend(found.receipt.as_deref().map(|bytes| ("receipt", bytes)));
    output::finish(part, order.output, &[&archive::archive(&contents)], output::replace(order.force))?;
    Ok(Evidence {
        output: order.output.to_owned(),
        part: found.part().name(),
        contents: contents.iter().map(|(name, _)| *name).collect(),
        signed: signer.map(|held| CertificateReport::of(&held.certificate).on(&held.token.label)),
        findings: found.found,
    })
}

/// Everything that was found, as one document.
fn document(session: &Session<'_>, found: &Findings, signer: Option<&Held>) -> Value {
    let sha256 = |bytes: &Vec<u8>| Hash::Sha256.digest(bytes).to_string();
    json!({
        "schema": 1,
        "kind": "bidseal.evidence",
        "made_at": consent::rfc3339(session.clock.now()),
        "program": {
            "name": "bidseal", "version": env!("CARGO_PKG_VERSION"),
            "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
        },
        "part": found.part().name(),
        "findings": found.found,
        "bid": found.file,
        "keys": { "needed": found.needed, "here": found.here },
        "tokens": found.tokens,
        "clock": found.clock,
        "ledger": found.entry,
        "statement_sha256": found.statement.as_ref().map(sha256),
        "receipt_sha256": found.receipt.as_ref().map(sha256),
        "signed_by": signer.map(|held| CertificateReport::of(&held.certificate)),
    })
}

/// The signing certificate of the bid's own holder, else the only one here.
fn signer(session: &Session<'_>, wanted: Signer<'_>, entry: Option<&BidReport>) -> Result<Option<Held>, Failure> {
    match wanted {
        Signer::Nobody => return Ok(None),
        Signer::By(selector) => return certificates::with_key(session, selector, Purpose::Sign).map(Some),
        Signer::Automatic => {}
    }
    let now = session.clock.now();
    // A token that fails is what the evidence is about: then nobody signs.
    let all = certificates::held(session).unwrap_or_default().held;
    let signers: Vec<Held> =
        all.into_iter().filter(|held| select::check(&held.certificate, Purpose::Sign, now).is_ok()).collect();
    let holder = entry.and_then(|entry| entry.recipients.first()).map(|first| first.holder.as_str());
    if let Some(own) = signers.iter().find(|held| Some(consent::holder(&held.certificate).as_str()) == holder) {
        return Ok(Some(own.clone()));
    }
    match &signers[..] {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        _ => Err(select::ambiguous("--sign", signers.iter().map(|held| &held.certificate))),
    }
}

/// Has the person consent to what the document says, and signs it.
fn sign(session: &Session<'_>, held: &Held, text: &[u8]) -> Result<Vec<u8>, Failure> {
    let way = Way::of(&held.certificate)?;
    let hash = way.suite.hash();
    let digest = hash.digest(text);
    let facts = DocumentFacts::digested("evidence.json", text.len() as u64, hash, &digest, None);
    let request = ConsentRequest::new(Operation::Sign, Some(&held.certificate), vec![facts]);
    let consented = consent::ask(session.consent, &request)?;
    let now = Some(session.clock.now());
    let builder = way.builder(&held.certificate).content(Content::Detached(digest)).signing_time(now);
    let builder = builder.chain(&certificates::chain_of(session, held)?);
    key::signed(builder, held, &mut pins::login(session, &held.token)?, &consented)
}
