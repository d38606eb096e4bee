//! The reasons that this crate gives; those of a CMS message are named by `cms` itself.

pub(crate) const NO_SIGNATURE: &str = "verify.no_signature";
pub(crate) const PARTIAL: &str = "verify.partial";
pub(crate) const CHANGED: &str = "verify.changed";
pub(crate) const UNTRUSTED: &str = "verify.untrusted";
pub(crate) const CHAIN_UNKNOWN: &str = "verify.chain_unknown";
pub(crate) const EXPIRED: &str = "verify.expired";
pub(crate) const KEY_USAGE: &str = "verify.key_usage";
pub(crate) const REVOCATION_NOT_CHECKED: &str = "verify.revocation_not_checked";
pub(crate) const REVOCATION_UNKNOWN: &str = "verify.revocation_unknown";
pub(crate) const REVOKED: &str = "verify.revoked";
pub(crate) const STAMP_LATER: &str = "timestamp.later";
pub(crate) const STAMP_UNTRUSTED: &str = "timestamp.untrusted";
pub(crate) const STAMP_REVOKED: &str = "timestamp.revoked";
pub(crate) const CLAIMED_TIME: &str = "verify.claimed_time";
pub(crate) const TAMPERED: &str = "bid.tampered";
pub(crate) const NO_STATEMENT: &str = "bid.no_statement";
pub(crate) const TWIN_ALTERED: &str = "bid.twin_altered";
pub(crate) const TWIN_FOREIGN: &str = "bid.twin_foreign";
pub(crate) const TWIN_LATE: &str = "bid.twin_late";
pub(crate) const STATEMENT_OTHER: &str = "bid.statement_other";
