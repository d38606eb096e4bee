//! From what is found about a signer to the facts of a verdict.

use algo::Hash;
use cms::{Problem, SignerReport};
use x509::{Certificate, ChainState};

use super::{Facts, Judge, SignatureReport, TimeReport, reasons};
use crate::{
    consent::rfc3339,
    verdict::{Axes, Chain, ChangesAfter, Coverage, Revocation, SealState},
};

/// The facts of a message's signature over its whole content.
pub(super) fn of_message(name: String, signer: SignerReport, others: &[Certificate], judge: &Judge) -> SignatureReport {
    let facts = Facts {
        intact: signer.intact,
        signature: signer.signature,
        coverage: Coverage::Whole,
        changes_after: ChangesAfter::None,
        reasons: signer.problems.iter().map(Problem::code).collect(),
        certificate: signer.certificate,
        claimed_time: signer.claimed_time,
    };
    judged(name, facts, others, judge)
}

/// Adds what concerns the certificate: its chain, its use, its revocation.
pub(super) fn judged(name: String, facts: Facts, others: &[Certificate], judge: &Judge) -> SignatureReport {
    let Facts { intact, signature, coverage, changes_after, certificate, claimed_time, mut reasons } = facts;
    let chain = certificate.as_ref().map_or(Chain::Unknown, |leaf| chain(leaf, others, judge, &mut reasons));
    reasons.push(reasons::REVOCATION_NOT_CHECKED);
    if claimed_time.is_some() {
        reasons.push(reasons::CLAIMED_TIME);
    }
    let (seal, revocation) = (SealState::Absent, Revocation::NotChecked);
    let certificate = certificate.as_ref();
    SignatureReport {
        name,
        signer: certificate.map(|certificate| certificate.subject().to_string()).unwrap_or_default(),
        certificate: certificate
            .map(|certificate| certificate.thumbprint(Hash::Sha256).to_string())
            .unwrap_or_default(),
        time: TimeReport {
            value: claimed_time.map(rfc3339),
            source: if claimed_time.is_some() { "claimed" } else { "none" },
        },
        axes: Axes { intact, signature, coverage, changes_after, seal, chain, revocation },
        pages_changed: Vec::new(),
        reasons,
    }
}

/// The way to a root at the time judged; a certificate that is not for signing vouches for nothing.
fn chain(leaf: &Certificate, others: &[Certificate], judge: &Judge, reasons: &mut Vec<&'static str>) -> Chain {
    let intermediates = [others, &judge.issuers].concat();
    let (chain, reason) = match x509::validate(leaf, &intermediates, &judge.roots, judge.at).state {
        ChainState::Trusted => (Chain::Trusted, None),
        ChainState::Untrusted => (Chain::Untrusted, Some(reasons::UNTRUSTED)),
        ChainState::Expired => (Chain::Expired, Some(reasons::EXPIRED)),
        ChainState::Unknown => (Chain::Unknown, Some(reasons::CHAIN_UNKNOWN)),
    };
    reasons.extend(reason);
    if leaf.key_usage().can_sign() {
        return chain;
    }
    reasons.push(reasons::KEY_USAGE);
    if chain == Chain::Trusted { Chain::Untrusted } else { chain }
}
