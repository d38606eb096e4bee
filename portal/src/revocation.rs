//! Whether a certificate that has just proved its key was revoked: its authorities are asked, responders first, then lists.
//!
//! Nothing is asked about a certificate that leads to no trusted root: an address in it would be a stranger's. No answer
//! is told as no answer, and what follows from it is the operator's choice.

use clap::ValueEnum;
use fetch::{Body, Fetch, FetchError, Http, Order, Url};
use serde::Serialize;
use time::OffsetDateTime;
use x509::Certificate;
use x509::revocation::{Answer, Crl, OcspRequest, OcspResponse, Question, Status};

use crate::app::App;
use crate::bids::blocking;
use crate::failure::{Failure, forbidden};

/// Most bytes and seconds for an answer about one certificate: somebody waits for it.
const OCSP: (u64, u64) = (256 << 10, 5);
/// Most bytes and seconds for a list.
const LIST: (u64, u64) = (32 << 20, 15);

/// What an operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Policy {
    /// Nobody is asked.
    Off,
    /// A revoked certificate is refused; where nothing can be learned, the visitor is let in and told so.
    Ask,
    /// Only a certificate that its authority calls good is let in.
    Require,
}

/// What is known about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Every authority of the path says good.
    Good,
    /// Nobody was asked.
    NotChecked,
    /// Somebody who had to be asked gave no answer that holds.
    Unknown,
    /// An authority took one of them back.
    Revoked,
}

/// What was learned, and why not more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Learned {
    pub(crate) state: State,
    /// Why answers were not taken, as stable words.
    pub(crate) reasons: Vec<&'static str>,
}

impl State {
    /// The stable word.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::NotChecked => "not_checked",
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
        }
    }
}

/// Asks about a certificate's validated path, and refuses what the operator does not want.
pub(crate) async fn checked(app: &App, path: Vec<Certificate>) -> Result<Learned, Failure> {
    let (policy, network, now) = (app.revocation, app.network, (app.clock)());
    if policy == Policy::Off {
        return Ok(Learned { state: State::NotChecked, reasons: Vec::new() });
    }
    let learned = blocking(move || Ok(ask(&network, &path, now))).await?;
    match (learned.state, policy) {
        (State::Revoked, _) => Err(forbidden("certificate_revoked")),
        (State::Good, _) | (_, Policy::Ask | Policy::Off) => Ok(learned),
        (_, Policy::Require) => Err(forbidden("revocation_unknown")),
    }
}

/// The worst that is known about a path, root last.
fn ask(network: &Http, path: &[Certificate], now: OffsetDateTime) -> Learned {
    let mut reasons = Vec::new();
    let states = path.windows(2).filter(|pair| !pair[0].is_self_issued()).map(|pair| {
        let question = Question { certificate: &pair[0], issuer: &pair[1], at: now, now };
        of_one(network, &question, &mut reasons)
    });
    // A root alone is trusted or not; nobody revokes it.
    let state = states.max().unwrap_or(State::Good);
    Learned { state, reasons }
}

fn of_one(network: &Http, question: &Question<'_>, reasons: &mut Vec<&'static str>) -> State {
    let sources = question.certificate.status_sources();
    if sources.ocsp.is_empty() && sources.crl.is_empty() {
        reasons.push("revocation.no_source");
        return State::Unknown;
    }
    let responders = sources.ocsp.iter().map(|address| (address, responder as Source));
    let lists = sources.crl.iter().map(|address| (address, list as Source));
    for (address, source) in responders.chain(lists) {
        match Url::parse(address).map_err(|_| "network.url").and_then(|url| source(network, &url, question)) {
            Ok(Answer { status: Status::Good, .. }) => return State::Good,
            Ok(Answer { status: Status::Revoked { .. }, .. }) => return State::Revoked,
            Err(reason) => reasons.push(reason),
        }
    }
    State::Unknown
}

type Source = fn(&Http, &Url, &Question<'_>) -> Result<Answer, &'static str>;

fn responder(network: &Http, url: &Url, question: &Question<'_>) -> Result<Answer, &'static str> {
    let nonce = algo::random().map_err(|_| "random.failed")?;
    let request = OcspRequest::new(question.certificate, question.issuer, Some(nonce));
    let body = Body { media_type: "application/ocsp-request", bytes: request.der() };
    let bytes = got(network, &Order { url, body: Some(body), limit: OCSP.0, seconds: OCSP.1 })?;
    let judged = OcspResponse::parse(&bytes).and_then(|answer| answer.judge(question, request.nonce(), &[]));
    judged.map_err(x509::revocation::OcspRefusal::code)
}

fn list(network: &Http, url: &Url, question: &Question<'_>) -> Result<Answer, &'static str> {
    let bytes = got(network, &Order { url, body: None, limit: LIST.0, seconds: LIST.1 })?;
    let judged = Crl::parse(&bytes).and_then(|list| list.judge(question));
    judged.map_err(x509::revocation::CrlRefusal::code)
}

fn got(network: &Http, order: &Order<'_>) -> Result<Vec<u8>, &'static str> {
    network.fetch(order).map_err(|error| match error {
        FetchError::Private { .. } => "network.private",
        FetchError::Slow { .. } => "network.slow",
        FetchError::TooLarge { .. } => "network.too_large",
        FetchError::Status { .. } => "network.status",
        _ => "network.unreachable",
    })
}
