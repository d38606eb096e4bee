//! Every case of an external test set that is not run as it stands, with the reason. A reason that excludes nothing any
//! more fails its test, so this list cannot go stale.

/// Why a case does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// AES-128-GCM and AES-192-GCM are in no suite.
    KeySizeNotInAnySuite,
    /// GCM is offered with a 12-byte nonce only (RFC 8998, SP 800-38D §5.2.1.1); the type of the parameter says so.
    NonceNotTwelveBytes,
    /// OAEP with a label: no CMS profile uses one, so there is no parameter for it.
    OaepLabel,
    /// RFC 3394 defines wrapping for 16 bytes and more; Wycheproof leaves shorter keys open ("acceptable"). Refused here.
    ShortWrappedKey,
    /// A PKCS#1 v1.5 signature whose DigestInfo lacks the NULL; RFC 8017 §A.2.4 lets verifiers accept it. Refused here.
    DigestInfoWithoutNull,
    /// Explicit or damaged curve parameters that Wycheproof leaves open ("acceptable"). Refused here, whatever they say.
    UnnamedOrDamagedCurve,
}

/// Counts the cases of a test set: those that ran, and the excluded ones by reason.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    ran: usize,
    excluded: std::collections::BTreeMap<Reason, usize>,
}

impl Tally {
    /// Notes that a case was run and judged.
    pub(crate) fn run(&mut self) {
        self.ran += 1;
    }

    /// Notes that a case does not apply.
    pub(crate) fn exclude(&mut self, reason: Reason) {
        *self.excluded.entry(reason).or_default() += 1;
    }

    /// Fails unless at least `least` cases ran and each of `reasons`, and no other, excluded something.
    pub(crate) fn finish(self, least: usize, reasons: &[Reason]) {
        assert!(self.ran >= least, "only {} cases ran", self.ran);
        assert_eq!(self.excluded.keys().copied().collect::<Vec<_>>(), reasons, "{self:?}");
    }
}
