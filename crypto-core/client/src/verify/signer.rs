//! From what `cms` says about a signer to the facts of a verdict.

use algo::Hash;
use cms::{Problem, SignerReport};
use x509::{Certificate, ChainState};

use super::{Judge, SignatureReport, TimeReport, reasons};
use crate::{
    consent::rfc3339,
    verdict::{Axes, Chain, ChangesAfter, Coverage, Revocation, SealState},
};

/// The facts of a message's signature over its whole content.
pub(crate) fn report(name: String, signer: &SignerReport, others: &[Certificate], judge: &Judge) -> SignatureReport {
    let mut reasons: Vec<&'static str> = signer.problems.iter().map(Problem::code).collect();
    let chain = signer.certificate.as_ref().map_or(Chain::Unknown, |leaf| chain(leaf, others, judge, &mut reasons));
    reasons.push(reasons::REVOCATION_NOT_CHECKED);
    if signer.claimed_time.is_some() {
        reasons.push(reasons::CLAIMED_TIME);
    }
    let axes = Axes {
        intact: signer.intact,
        signature: signer.signature,
        coverage: Coverage::Whole,
        changes_after: ChangesAfter::None,
        seal: SealState::Absent,
        chain,
        revocation: Revocation::NotChecked,
    };
    let certificate = signer.certificate.as_ref();
    SignatureReport {
        name,
        signer: certificate.map(|certificate| certificate.subject().to_string()).unwrap_or_default(),
        certificate: certificate
            .map(|certificate| certificate.thumbprint(Hash::Sha256).to_string())
            .unwrap_or_default(),
        time: TimeReport {
            value: signer.claimed_time.map(rfc3339),
            source: if signer.claimed_time.is_some() { "claimed" } else { "none" },
        },
        axes,
        pages_changed: Vec::new(),
        reasons,
    }
}

/// The way to a root at the time judged; a certificate that is not for signing vouches for nothing.
fn chain(leaf: &Certificate, others: &[Certificate], judge: &Judge, reasons: &mut Vec<&'static str>) -> Chain {
    let (chain, reason) = match x509::validate(leaf, others, &judge.roots, judge.at).state {
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
