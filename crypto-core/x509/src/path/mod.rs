//! Certification paths: from a certificate to a root that this installation trusts (RFC 5280 §6).

mod budget;
mod name_constraints;
mod report;
mod search;
mod trust;

use time::OffsetDateTime;

use crate::certificate::Certificate;

pub use report::{ChainProblem, ChainReport, ChainState};
pub use trust::{Skipped, TrustError, TrustStore};

/// Most certificates in a path, leaf and root included.
pub const DEPTH_CAP: usize = 8;

/// Most signatures checked for one answer: cross-signed certificates could otherwise be arranged so that trying every
/// path takes for ever.
pub const SIGNATURE_BUDGET: usize = 100;

/// Looks for a path from `leaf` over `intermediates` to a root in `trust` that was valid at `at`, and reports the best
/// one found.
///
/// Checked for every certificate: the signature with the issuer's key, strength and kind of algorithm and key, validity
/// at `at`, critical extensions; for every issuer, roots included: basicConstraints, keyCertSign, path length, name
/// constraints. Revocation and the leaf's own key usage are the caller's to check.
#[must_use]
pub fn validate(
    leaf: &Certificate,
    intermediates: &[Certificate],
    trust: &TrustStore,
    at: OffsetDateTime,
) -> ChainReport {
    search::Search::new(intermediates, trust, at).run(leaf)
}
