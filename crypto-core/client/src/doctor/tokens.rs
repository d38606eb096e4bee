//! The tokens that are here: PIN state and certificates.

use time::{Duration, OffsetDateTime};
use token::{Token, TokenRef};

use crate::{
    Finding, FindingCode, Source,
    consent::{holder, rfc3339},
    watch,
};

/// Days before its end from which a certificate is named: authorities renew in the last three months.
const SOON: i64 = 30;

/// A token with what was found at it.
#[derive(Clone, Debug)]
pub(super) struct Examination {
    /// Which token it is.
    pub(super) token: TokenRef,
    /// Maker, model and serial number; empty where it does not answer.
    pub(super) facts: [String; 3],
    /// What was found.
    pub(super) findings: Vec<Finding>,
}

pub(super) fn look_at(sources: &[Source], tokens: &[TokenRef], now: OffsetDateTime) -> Vec<Examination> {
    tokens.iter().map(|token| examination(sources, token, now)).collect()
}

fn examination(sources: &[Source], token: &TokenRef, now: OffsetDateTime) -> Examination {
    let mut of_kind = sources.iter().filter(|source| source.name() == token.provider);
    let opened = of_kind.find_map(|source| match source.open(token) {
        Err(token::TokenError::None) => None,
        other => Some(other),
    });
    let unreadable = |reason: serde_json::Value| {
        Finding::new(FindingCode::TokenUnreadable).with("token", token.label.as_str()).with("reason", reason)
    };
    let (facts, findings) = match opened {
        None => (Default::default(), vec![unreadable("removed".into())]),
        Some(Err(error)) => {
            let failure = crate::fault::token(&token.label, error);
            (Default::default(), vec![unreadable(watch::reason(&failure))])
        }
        Some(Ok(mut opened)) => {
            let pin = watch::token_finding(&token.label, token.provider, &mut *opened);
            let facts = opened.info().map(|info| [info.manufacturer, info.model, info.serial]).unwrap_or_default();
            let findings = std::iter::once(pin).chain(certificates(&mut *opened, token, now)).collect();
            (facts, findings)
        }
    };
    Examination { token: token.clone(), facts, findings }
}

fn certificates(opened: &mut dyn Token, token: &TokenRef, now: OffsetDateTime) -> Vec<Finding> {
    let Ok(containers) = opened.containers() else { return Vec::new() };
    let all: Vec<_> =
        containers.iter().flat_map(|container| container.keys()).filter_map(|key| key.certificate.as_ref()).collect();
    if all.is_empty() {
        return vec![Finding::new(FindingCode::CertificateNone).with("token", token.label.as_str())];
    }
    let mut findings: Vec<Finding> = all.into_iter().filter_map(|certificate| validity(certificate, now)).collect();
    findings.dedup();
    findings
}

fn validity(certificate: &x509::Certificate, now: OffsetDateTime) -> Option<Finding> {
    let (from, to) = certificate.validity();
    let of_holder = |code| Finding::new(code).with("holder", holder(certificate));
    if now > to {
        return Some(of_holder(FindingCode::CertificateExpired).with("until", rfc3339(to)));
    }
    if now < from {
        return Some(of_holder(FindingCode::CertificateNotYetValid).with("from", rfc3339(from)));
    }
    let left = to - now;
    let soon =
        || of_holder(FindingCode::CertificateEndsSoon).with("until", rfc3339(to)).with("days", left.whole_days());
    (left < Duration::days(SOON)).then(soon)
}
