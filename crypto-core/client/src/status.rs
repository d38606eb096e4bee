//! Whether certificates were revoked: from what a document carries, from answers kept here, from their authorities.

mod ask;
mod kept;

use algo::Hash;
use serde::Serialize;
use time::OffsetDateTime;
use x509::revocation::{Answer, Crl, OcspResponse, Question, Status};
use x509::{Certificate, ChainState};

use crate::{
    CertificateReport, Failure, Home, Online, Session, certificates,
    consent::{holder, rfc3339},
    issuers, trust,
    verdict::Revocation,
    verify::reasons,
};

/// What `cert status` tells.
#[derive(Clone, Debug, Serialize)]
pub struct StatusReport {
    /// The certificate asked about.
    pub certificate: CertificateReport,
    /// The worst of the path's.
    pub status: Revocation,
    /// Each certificate of the path below the root, that asked about first.
    pub checked: Vec<CertificateStatus>,
    /// Why nothing could be asked at all.
    pub reasons: Vec<&'static str>,
}

/// What was learned about one certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateStatus {
    /// Whose it is.
    pub holder: String,
    /// Its serial number.
    pub serial: String,
    /// SHA-256 of the certificate.
    pub sha256: String,
    /// What is known.
    pub status: Revocation,
    /// `ocsp` or `crl`.
    pub source: Option<&'static str>,
    /// `document`, `kept` or `network`.
    pub from: Option<&'static str>,
    /// The address that was asked.
    pub url: Option<String>,
    /// When it was known to be so.
    pub this_update: Option<String>,
    /// When there will be newer information.
    pub next_update: Option<String>,
    /// Since when it is revoked.
    pub revoked_since: Option<String>,
    /// Why, such as `key_compromise`.
    pub revoked_for: Option<&'static str>,
    /// Why an answer was not taken, in the order of asking.
    pub reasons: Vec<&'static str>,
}

/// Asks whether a certificate, on a token or in a file, is revoked now.
///
/// # Errors
/// As finding the certificate reports. An authority that does not answer is no error but the status "unknown".
pub fn status(session: &Session<'_>, selector: &str, online: Online<'_>) -> Result<StatusReport, Failure> {
    let (certificate, token) = certificates::find_any(session, selector)?;
    let now = session.clock.now();
    let chain = x509::validate(&certificate, &issuers::all(session)?, &trust::store(session, &[])?, now);
    let report = CertificateReport::of(&certificate);
    let report = token.map_or(report.clone(), |token| report.on(&token.label));
    if !can_be_asked(chain.state) {
        let reasons = vec![reasons::CHAIN_UNKNOWN];
        return Ok(StatusReport { certificate: report, status: Revocation::Unknown, checked: Vec::new(), reasons });
    }
    let statuses = Statuses { home: session.home, now, online: Some(online) };
    let checked = statuses.of_path(&chain.path, &Embedded::default(), now);
    Ok(StatusReport { certificate: report, status: worst(&checked), checked, reasons: Vec::new() })
}

/// Only an authority that is trusted can be believed about its certificates; that one of them has expired says nothing
/// against that.
pub(crate) const fn can_be_asked(chain: ChainState) -> bool {
    matches!(chain, ChainState::Trusted | ChainState::Expired)
}

/// The axis of a verdict: the worst that is known about a path.
pub(crate) fn worst(checked: &[CertificateStatus]) -> Revocation {
    let rank = |status: Revocation| match status {
        Revocation::Good => 0,
        Revocation::NotChecked => 1,
        Revocation::Unknown => 2,
        Revocation::Revoked => 3,
    };
    // A root alone is trusted or not; nobody revokes it.
    checked.iter().map(|one| one.status).max_by_key(|status| rank(*status)).unwrap_or(Revocation::Good)
}

/// Revocation information that came with a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Embedded {
    crls: Vec<Crl>,
    ocsp: Vec<OcspResponse>,
}

impl Embedded {
    /// What can be read of it; the rest answers nothing.
    pub(crate) fn of<'a>(
        crls: impl IntoIterator<Item = &'a Vec<u8>>,
        ocsp: impl IntoIterator<Item = &'a Vec<u8>>,
    ) -> Self {
        Self {
            crls: crls.into_iter().filter_map(|der| Crl::parse(der).ok()).collect(),
            ocsp: ocsp.into_iter().filter_map(|der| OcspResponse::parse(der).ok()).collect(),
        }
    }
}

/// Where statuses are learned.
#[derive(Clone, Copy)]
pub(crate) struct Statuses<'a> {
    pub(crate) home: &'a Home,
    pub(crate) now: OffsetDateTime,
    pub(crate) online: Option<Online<'a>>,
}

impl Statuses<'_> {
    /// The status at `at` of every certificate of a validated path, leaf first, but the root.
    pub(crate) fn of_path(
        &self,
        path: &[Certificate],
        embedded: &Embedded,
        at: OffsetDateTime,
    ) -> Vec<CertificateStatus> {
        let pairs = path.windows(2).filter(|pair| !pair[0].is_self_issued());
        pairs.map(|pair| self.of_one(&pair[0], &pair[1], embedded, at)).collect()
    }

    fn of_one(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        embedded: &Embedded,
        at: OffsetDateTime,
    ) -> CertificateStatus {
        let question = Question { certificate, issuer, at, now: self.now };
        let mut found = CertificateStatus::unasked(certificate);
        if !found.ask_embedded(&question, embedded)
            && let Some(online) = self.online
        {
            ask::over_network(&mut found, self.home, online, &question);
        }
        found
    }
}

impl CertificateStatus {
    fn unasked(certificate: &Certificate) -> Self {
        Self {
            holder: holder(certificate),
            serial: certificate.serial().to_string(),
            sha256: certificate.thumbprint(Hash::Sha256).to_string(),
            status: Revocation::NotChecked,
            source: None,
            from: None,
            url: None,
            this_update: None,
            next_update: None,
            revoked_since: None,
            revoked_for: None,
            reasons: Vec::new(),
        }
    }

    /// Whether anything was asked about it.
    pub(crate) fn is_known(&self) -> bool {
        self.status != Revocation::NotChecked
    }

    /// Whether what the document carries answers.
    fn ask_embedded(&mut self, question: &Question<'_>, embedded: &Embedded) -> bool {
        for response in &embedded.ocsp {
            match response.judge(question, None, &embedded.crls) {
                Ok(answer) => return self.learn(&answer, "ocsp", "document", None),
                Err(refusal) => self.note(refusal.code()),
            }
        }
        for list in &embedded.crls {
            match list.judge(question) {
                Ok(answer) => return self.learn(&answer, "crl", "document", None),
                Err(refusal) => self.note(refusal.code()),
            }
        }
        // Documents carry what concerns other certificates too; that was no answer to be told about.
        self.reasons.clear();
        false
    }

    fn learn(&mut self, answer: &Answer, source: &'static str, from: &'static str, url: Option<&str>) -> bool {
        self.source = Some(source);
        self.from = Some(from);
        self.url = url.map(ToOwned::to_owned);
        self.this_update = Some(rfc3339(answer.this_update));
        self.next_update = answer.next_update.map(rfc3339);
        self.status = Revocation::Good;
        if let Status::Revoked { since, reason } = answer.status {
            self.status = Revocation::Revoked;
            self.revoked_since = Some(rfc3339(since));
            self.revoked_for = reason.map(x509::revocation::Reason::name);
        }
        true
    }

    fn note(&mut self, reason: &'static str) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}
