//! The sealing statement (封装证明): what the bidder signs about a bid, `OUT.bid.p7s` beside it.

use crate::envelope::digest;
use crate::limits::{HASH_LEN, VERSION};
use crate::metadata::generalized_time;
use crate::{Profile, Sealed, TreeRoot};
use algo::Digest;
use der::asn1::{GeneralizedTime, OctetString};
use der::{Decode, Encode, Sequence};
use time::OffsetDateTime;

/// The content of a statement. It is signed as CMS SignedData with attached content of the family's type `data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementContent {
    /// The bid that is meant.
    pub bid: TreeRoot,
    /// When the bidder says it was sealed; whole seconds. A claim, unless a time stamp proves it.
    pub time: OffsetDateTime,
}

/// A statement could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Not the DER of a statement.
    #[error("this is no sealing statement")]
    Malformed,
    /// A statement of a later version, or about a profile that is not known here.
    #[error("the sealing statement needs a newer program")]
    Version,
}

/// The statement is about another bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealing statement is about another bid")]
pub struct OtherBid;

/// `StatementContent ::= SEQUENCE`, see docs/bid-format.md.
#[derive(Sequence)]
pub(crate) struct StatementDer {
    version: u64,
    profile: u16,
    header_hash: OctetString,
    root: OctetString,
    payload_length: u64,
    file_length: u64,
    time: GeneralizedTime,
}

impl Sealed {
    /// What to sign about this bid.
    #[must_use]
    pub fn statement(&self, time: OffsetDateTime) -> StatementContent {
        let Self { profile, root, header_hash, payload_len, file_len, .. } = *self;
        StatementContent { bid: TreeRoot { profile, header_hash, root, payload_len, file_len }, time }
    }
}

impl StatementContent {
    /// The bytes to be signed as content.
    ///
    /// # Errors
    /// `None` when the time is before 1970 or after 9999.
    #[must_use]
    pub fn to_der(&self) -> Option<Vec<u8>> {
        self.structure()?.to_der().ok()
    }

    pub(crate) fn structure(&self) -> Option<StatementDer> {
        let octets = |digest: &Digest| OctetString::new(digest.as_ref()).ok();
        Some(StatementDer {
            version: VERSION,
            profile: self.bid.profile.number(),
            header_hash: octets(&self.bid.header_hash)?,
            root: octets(&self.bid.root)?,
            payload_length: self.bid.payload_len,
            file_length: self.bid.file_len,
            time: generalized_time(self.time)?,
        })
    }

    /// Reads the content of a statement whose signature was verified.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn from_der(der: &[u8]) -> Result<Self, StatementError> {
        Self::of_structure(&StatementDer::from_der(der).map_err(|_| StatementError::Malformed)?)
    }

    pub(crate) fn of_structure(statement: &StatementDer) -> Result<Self, StatementError> {
        let profile = Profile::from_number(statement.profile).ok_or(StatementError::Version)?;
        if statement.version != VERSION {
            return Err(StatementError::Version);
        }
        let hash = |octets: &OctetString| {
            <[u8; HASH_LEN]>::try_from(octets.as_bytes())
                .map(|bytes| digest(&bytes))
                .map_err(|_| StatementError::Malformed)
        };
        let bid = TreeRoot {
            profile,
            header_hash: hash(&statement.header_hash)?,
            root: hash(&statement.root)?,
            payload_len: statement.payload_length,
            file_len: statement.file_length,
        };
        Ok(Self { bid, time: OffsetDateTime::UNIX_EPOCH + statement.time.to_unix_duration() })
    }

    /// Compares the statement with what was recomputed from a file by [`crate::Envelope::tree_root`].
    ///
    /// # Errors
    /// [`OtherBid`].
    pub fn check(&self, recomputed: &TreeRoot) -> Result<(), OtherBid> {
        if self.bid == *recomputed { Ok(()) } else { Err(OtherBid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn sample() -> StatementContent {
        let bid = TreeRoot {
            profile: Profile::Sm,
            header_hash: digest(&[1; 32]),
            root: digest(&[2; 32]),
            payload_len: 70_000,
            file_len: 78_000,
        };
        StatementContent { bid, time: datetime!(2026-11-20 09:30:00 UTC) }
    }

    #[test]
    fn what_is_written_is_read_and_every_other_byte_is_not_the_same_statement() {
        let der = sample().to_der().unwrap();
        assert_eq!(StatementContent::from_der(&der), Ok(sample()));
        for at in 0..der.len() {
            let mut altered = der.clone();
            altered[at] ^= 1;
            assert_ne!(StatementContent::from_der(&altered), Ok(sample()), "byte {at}");
        }
    }

    #[test]
    fn a_statement_about_another_bid_does_not_fit() {
        let TreeRoot { payload_len, .. } = sample().bid;
        assert_eq!(sample().check(&sample().bid), Ok(()));
        assert_eq!(sample().check(&TreeRoot { payload_len: payload_len + 1, ..sample().bid }), Err(OtherBid));
        assert_eq!(sample().check(&TreeRoot { root: digest(&[3; 32]), ..sample().bid }), Err(OtherBid));
    }
}
