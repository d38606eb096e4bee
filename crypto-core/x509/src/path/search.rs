//! Depth-first search for a path, from the leaf upwards.
//!
//! Rules are checked as the path grows, the cheap ones before the signature, so that every step costs one signature of
//! the budget and no arrangement of cross-signed certificates can cost more. A certificate outside its validity does
//! not end a path: only a path that is otherwise good makes the verdict "expired" rather than "untrusted".

use std::collections::HashSet;

use time::OffsetDateTime;

use super::budget::{Budget, Spent};
use super::name_constraints::check_names;
use super::{ChainProblem, ChainReport, ChainState, DEPTH_CAP, TrustStore};
use crate::certificate::Certificate;
use crate::signature::{SignatureError, SignerId, check_key};

pub(super) struct Search<'a> {
    trust: &'a TrustStore,
    at: OffsetDateTime,
    /// Trusted roots first, then what came with the document, each once.
    candidates: Vec<&'a Certificate>,
    budget: Budget,
    path: Vec<Certificate>,
    signer_ids: Vec<Option<SignerId>>,
    best_failure: Option<ChainReport>,
}

/// The search is over: a trusted path was found, or the budget is spent.
struct Over;

impl<'a> Search<'a> {
    pub(super) fn new(intermediates: &'a [Certificate], trust: &'a TrustStore, at: OffsetDateTime) -> Self {
        let mut seen = HashSet::new();
        let candidates = trust.iter().chain(intermediates).filter(|candidate| seen.insert(*candidate)).collect();
        let (path, signer_ids) = (Vec::new(), Vec::new());
        Self { trust, at, candidates, budget: Budget::new(), path, signer_ids, best_failure: None }
    }

    pub(super) fn run(mut self, leaf: &Certificate) -> ChainReport {
        self.path.push(leaf.clone());
        let trusted = match check_alone(leaf) {
            Err(problem) => {
                self.fail(problem);
                false
            }
            Ok(()) => self.climb().is_err() && self.best_failure.is_none(),
        };
        if trusted {
            return ChainReport {
                state: ChainState::Trusted,
                path: self.path,
                problem: None,
                signer_ids: self.signer_ids,
            };
        }
        let report = self.best_failure.expect("a search that found no trusted path has recorded why");
        // A leaf outside its validity is expired whoever issued it: that is the worse and the surer news.
        match outside_validity(leaf, self.at) {
            Some(problem) if report.state != ChainState::Expired => {
                ChainReport { state: ChainState::Expired, problem: Some(problem), ..report }
            }
            _ => report,
        }
    }

    /// Extends the path by every possible issuer of its last certificate.
    fn climb(&mut self) -> Result<(), Over> {
        let last = self.path.last().expect("the path begins with the leaf").clone();
        if self.trust.contains(&last) {
            return self.arrive();
        }
        let issuers = self.possible_issuers(&last);
        if issuers.is_empty() {
            self.fail(match last.is_self_issued() {
                true => ChainProblem::RootNotTrusted { root: last },
                false => ChainProblem::IssuerMissing { certificate: last },
            });
            return Ok(());
        }
        if self.path.len() == DEPTH_CAP {
            self.fail(ChainProblem::TooDeep);
            return Ok(());
        }
        issuers.into_iter().try_for_each(|issuer| self.try_issuer(&last, issuer))
    }

    fn try_issuer(&mut self, last: &Certificate, issuer: Certificate) -> Result<(), Over> {
        let checked = check_alone(&issuer).and_then(|()| check_authority(&self.path, &issuer, &mut self.budget));
        match checked.and_then(|()| self.budget.signature().map_err(|Spent| ChainProblem::TooMuchWork)) {
            Ok(()) => {}
            Err(ChainProblem::TooMuchWork) => {
                self.best_failure = None;
                self.fail(ChainProblem::TooMuchWork);
                return Err(Over);
            }
            Err(problem) => {
                self.fail(problem);
                return Ok(());
            }
        }
        match last.verify_signed_by(&issuer) {
            Err(error) => {
                self.fail(signature_problem(error, last, &issuer));
                Ok(())
            }
            Ok(signer_id) => {
                self.path.push(issuer);
                self.signer_ids.push(signer_id);
                self.climb()?;
                self.path.pop();
                self.signer_ids.pop();
                Ok(())
            }
        }
    }

    /// The path ends in a trusted root and keeps every rule; only the dates are left.
    fn arrive(&mut self) -> Result<(), Over> {
        match self.path.iter().find_map(|certificate| outside_validity(certificate, self.at)) {
            Some(problem) => {
                self.fail(problem);
                Ok(())
            }
            None => {
                self.best_failure = None;
                Err(Over)
            }
        }
    }

    /// Certificates already in the path are left out, also under other bytes: the same name and key again can only lead
    /// in a circle.
    fn possible_issuers(&self, last: &Certificate) -> Vec<Certificate> {
        let named = self.candidates.iter().filter(|candidate| candidate.subject() == last.issuer());
        let fitting = named.filter(|candidate| key_ids_agree(last, candidate));
        let new = fitting.filter(|candidate| !self.path.iter().any(|earlier| same_entity(earlier, candidate)));
        new.map(|candidate| Certificate::clone(candidate)).collect()
    }

    /// Keeps the most telling failure: an otherwise good path that is only out of date, then a broken rule, then a
    /// path that could not be completed; of equals the first.
    fn fail(&mut self, problem: ChainProblem) {
        let rank = |state: ChainState| match state {
            ChainState::Trusted | ChainState::Expired => 2,
            ChainState::Untrusted => 1,
            ChainState::Unknown => 0,
        };
        let state = problem.state();
        if self.best_failure.as_ref().is_none_or(|best| rank(best.state) < rank(state)) {
            let (path, signer_ids) = (self.path.clone(), self.signer_ids.clone());
            self.best_failure = Some(ChainReport { state, path, problem: Some(problem), signer_ids });
        }
    }
}

/// Rules that one certificate keeps or breaks by itself.
fn check_alone(certificate: &Certificate) -> Result<(), ChainProblem> {
    if let Some(oid) = certificate.extensions().unknown_critical() {
        return Err(ChainProblem::UnknownCriticalExtension { certificate: certificate.clone(), oid });
    }
    match check_key(certificate.public_key()) {
        Err(SignatureError::WeakKey { bits }) => Err(ChainProblem::WeakKey { certificate: certificate.clone(), bits }),
        _ => Ok(()),
    }
}

/// Rules for a certificate that issued the last one of `below` (RFC 5280 §6.1.4 (k)–(n), §6.1.3 (b), (c)).
fn check_authority(below: &[Certificate], issuer: &Certificate, budget: &mut Budget) -> Result<(), ChainProblem> {
    if !issuer.is_ca() {
        return Err(ChainProblem::NotAnAuthority { issuer: issuer.clone() });
    }
    if !issuer.key_usage().can_certify() {
        return Err(ChainProblem::MayNotCertify { issuer: issuer.clone() });
    }
    // Self-issued links between an authority's own keys do not count (RFC 5280 §4.2.1.9).
    let found = below.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
    match issuer.path_len() {
        Some(allowed) if found > usize::from(allowed) => {
            Err(ChainProblem::PathLength { issuer: issuer.clone(), allowed, found })
        }
        _ => check_names(below, issuer, budget),
    }
}

fn outside_validity(certificate: &Certificate, at: OffsetDateTime) -> Option<ChainProblem> {
    let (not_before, not_after) = certificate.validity();
    if certificate.is_valid_at(at) {
        return None;
    }
    let certificate = certificate.clone();
    Some(match at < not_before {
        true => ChainProblem::NotYetValid { certificate, not_before },
        false => ChainProblem::Expired { certificate, not_after },
    })
}

fn signature_problem(error: SignatureError, last: &Certificate, issuer: &Certificate) -> ChainProblem {
    let certificate = last.clone();
    match error {
        SignatureError::Wrong => ChainProblem::WrongSignature { certificate },
        SignatureError::Weak(hash) => ChainProblem::WeakSignature { certificate, hash },
        SignatureError::WeakKey { bits } => ChainProblem::WeakKey { certificate: issuer.clone(), bits },
        SignatureError::OtherKey | SignatureError::AlgorithmsDiffer => ChainProblem::AlgorithmMismatch { certificate },
        SignatureError::UnknownAlgorithm => ChainProblem::UnknownAlgorithm { certificate },
    }
}

fn same_entity(a: &Certificate, b: &Certificate) -> bool {
    a == b || a.subject() == b.subject() && a.public_key().spki() == b.public_key().spki()
}

/// Key identifiers are a hint that may be missing; where both are given and differ, the key is another one.
fn key_ids_agree(certificate: &Certificate, issuer: &Certificate) -> bool {
    match (certificate.authority_key_id(), issuer.subject_key_id()) {
        (Some(wanted), Some(found)) => wanted == found,
        _ => true,
    }
}
