//! Whether a certificate was revoked: certificate revocation lists (RFC 5280 §5) and OCSP (RFC 6960).
//!
//! Everything here is parsing and judging. Who fetches lists and answers, and from where, is decided by the caller;
//! [`Certificate::status_sources`](crate::Certificate) tells where the certificate says they are. What is not a clear
//! answer to the [`Question`] is a refusal with a name of its own, never "good": a list of another scope, a delta list, an
//! answer about another certificate, one that is too old, one that the authority did not sign.
//!
//! An answer speaks for the time asked about when it was given at or after that time, or when that time lies before its
//! nextUpdate. It is trusted as far as the certificate of the issuer in the question is: validate the path first.

mod crl;
pub(crate) mod ocsp;
mod sources;
mod window;

use std::fmt;

use time::OffsetDateTime;

use crate::certificate::Certificate;

pub use crl::{Crl, CrlRefusal};
pub use ocsp::{OcspRefusal, OcspRequest, OcspResponse};
pub use sources::StatusSources;
pub use window::Untimely;

/// What is to be known.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// About whom.
    pub certificate: &'a Certificate,
    /// Who issued it; its path has been validated.
    pub issuer: &'a Certificate,
    /// The time for which the answer shall speak.
    pub at: OffsetDateTime,
    /// The clock: no answer from the future is taken.
    pub now: OffsetDateTime,
}

/// What the authority says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not revoked at the time asked about.
    Good,
    /// Revoked at that time.
    Revoked {
        /// Since when: the revocation, or the earlier time from which on the key is held to be compromised.
        since: OffsetDateTime,
        /// Why, where it is said.
        reason: Option<Reason>,
    },
}

/// An answer that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it says.
    pub status: Status,
    /// When it was known to be so.
    pub this_update: OffsetDateTime,
    /// When there will be newer information, where it is said.
    pub next_update: Option<OffsetDateTime>,
}

/// CRLReason (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// unspecified.
    Unspecified,
    /// keyCompromise.
    KeyCompromise,
    /// cACompromise.
    AuthorityCompromise,
    /// affiliationChanged.
    AffiliationChanged,
    /// superseded.
    Superseded,
    /// cessationOfOperation.
    CessationOfOperation,
    /// certificateHold.
    Hold,
    /// privilegeWithdrawn.
    PrivilegeWithdrawn,
    /// aACompromise.
    AttributeAuthorityCompromise,
}

impl Reason {
    /// Every reason with its number. 7 is unused; 8, removeFromCRL, stands in delta lists only.
    const ALL: [(u8, Self, &'static str); 9] = [
        (0, Self::Unspecified, "unspecified"),
        (1, Self::KeyCompromise, "key_compromise"),
        (2, Self::AuthorityCompromise, "ca_compromise"),
        (3, Self::AffiliationChanged, "affiliation_changed"),
        (4, Self::Superseded, "superseded"),
        (5, Self::CessationOfOperation, "cessation_of_operation"),
        (6, Self::Hold, "certificate_hold"),
        (9, Self::PrivilegeWithdrawn, "privilege_withdrawn"),
        (10, Self::AttributeAuthorityCompromise, "aa_compromise"),
    ];

    /// The stable word, such as `key_compromise`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().2
    }

    /// The reason of this stable word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.2 == name).map(|row| row.1)
    }

    /// Content of the ENUMERATED.
    pub(crate) fn number(self) -> u8 {
        self.row().0
    }

    fn row(self) -> (u8, Self, &'static str) {
        *Self::ALL.iter().find(|row| row.1 == self).expect("the table has every reason")
    }

    /// Reads the content of the ENUMERATED.
    fn from_content(content: &[u8]) -> Option<Self> {
        let [number] = content else { return None };
        Self::ALL.iter().find(|row| row.0 == *number).map(|row| row.1)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Answer {
    /// The answer for the time asked about: a revocation that came later leaves the certificate good until then.
    fn at(self, question: &Question<'_>) -> Self {
        match self.status {
            Status::Revoked { since, .. } if since > question.at => Self { status: Status::Good, ..self },
            _ => self,
        }
    }
}
