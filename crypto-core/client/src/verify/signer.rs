//! From what is found about a signer to the facts of a verdict.

use algo::Hash;
use cms::{Problem, SignerReport};
use time::OffsetDateTime;
use x509::{Certificate, ChainState};

use super::{Facts, Judge, Material, SignatureReport, TimeReport, reasons, time as proven};
use crate::{
    consent::rfc3339,
    status::{self, CertificateStatus},
    verdict::{Axes, Chain, ChangesAfter, Coverage, Revocation, SealState},
};

/// The facts of a message's signature over its whole content.
pub(super) fn of_message(
    name: String,
    signer: SignerReport,
    material: &Material<'_>,
    judge: &Judge<'_>,
) -> SignatureReport {
    let facts = Facts {
        intact: signer.intact,
        signature: signer.signature,
        coverage: Coverage::Whole,
        changes_after: ChangesAfter::None,
        reasons: signer.problems.iter().map(Problem::code).collect(),
        certificate: signer.certificate,
        claimed_time: signer.claimed_time,
        value: signer.value,
        timestamp: signer.timestamp,
    };
    judged(name, facts, material, judge)
}

/// Adds what concerns time and certificate: its chain, its use, its revocation.
pub(super) fn judged(name: String, facts: Facts, material: &Material<'_>, judge: &Judge<'_>) -> SignatureReport {
    let Facts { intact, signature, coverage, changes_after, certificate, claimed_time, mut reasons, .. } = facts;
    let stamped = facts.timestamp.map(|token| proven::stamped(&token, &facts.value, judge));
    let stamped = stamped.transpose().unwrap_or_else(|reason| {
        reasons.push(reason);
        None
    });
    let at = stamped.unwrap_or(judge.at);
    let path = certificate.as_ref().map(|leaf| Path::judge(leaf, at, material, judge, &mut reasons));
    let path = path.unwrap_or_default();
    if stamped.is_none() && claimed_time.is_some() {
        reasons.push(reasons::CLAIMED_TIME);
    }
    let certificate = certificate.as_ref();
    let (chain, revocation, seal) = (path.chain, path.revocation, SealState::Absent);
    SignatureReport {
        name,
        signer: certificate.map(|certificate| certificate.subject().to_string()).unwrap_or_default(),
        certificate: certificate
            .map(|certificate| certificate.thumbprint(Hash::Sha256).to_string())
            .unwrap_or_default(),
        time: TimeReport::of(stamped, claimed_time),
        axes: Axes { intact, signature, coverage, changes_after, seal, chain, revocation },
        pages_changed: Vec::new(),
        reasons,
        checked: path.checked,
    }
}

impl TimeReport {
    fn of(stamped: Option<OffsetDateTime>, claimed: Option<OffsetDateTime>) -> Self {
        let source = match (stamped, claimed) {
            (Some(_), _) => "timestamp",
            (None, Some(_)) => "claimed",
            (None, None) => "none",
        };
        Self { value: stamped.or(claimed).map(rfc3339), source }
    }
}

/// What is known about the way to a root.
struct Path {
    chain: Chain,
    revocation: Revocation,
    checked: Vec<CertificateStatus>,
}

impl Default for Path {
    fn default() -> Self {
        Self { chain: Chain::Unknown, revocation: Revocation::NotChecked, checked: Vec::new() }
    }
}

impl Path {
    /// The way to a root at the time that counts; a certificate that is not for signing vouches for nothing.
    fn judge(
        leaf: &Certificate,
        at: OffsetDateTime,
        material: &Material<'_>,
        judge: &Judge<'_>,
        reasons: &mut Vec<&'static str>,
    ) -> Self {
        let intermediates = [material.certificates, &judge.issuers].concat();
        let report = x509::validate(leaf, &intermediates, &judge.roots, at);
        let (mut chain, reason) = match report.state {
            ChainState::Trusted => (Chain::Trusted, None),
            ChainState::Untrusted => (Chain::Untrusted, Some(reasons::UNTRUSTED)),
            ChainState::Expired => (Chain::Expired, Some(reasons::EXPIRED)),
            ChainState::Unknown => (Chain::Unknown, Some(reasons::CHAIN_UNKNOWN)),
        };
        reasons.extend(reason);
        if !leaf.key_usage().can_sign() {
            reasons.push(reasons::KEY_USAGE);
            chain = if chain == Chain::Trusted { Chain::Untrusted } else { chain };
        }
        let online = judge.statuses.online.is_some();
        let (revocation, checked) = if status::can_be_asked(report.state) {
            let checked = judge.statuses.of_path(&report.path, material.embedded, at);
            (status::worst(&checked), checked)
        } else {
            (if online { Revocation::Unknown } else { Revocation::NotChecked }, Vec::new())
        };
        reasons.extend(checked.iter().flat_map(|one| one.reasons.iter().copied()));
        reasons.extend(match revocation {
            Revocation::Good => None,
            Revocation::Revoked => Some(reasons::REVOKED),
            Revocation::Unknown => Some(reasons::REVOCATION_UNKNOWN),
            Revocation::NotChecked => Some(reasons::REVOCATION_NOT_CHECKED),
        });
        Self { chain, revocation, checked: checked.into_iter().filter(CertificateStatus::is_known).collect() }
    }
}
