//! The time that counts for a signature: a time stamp's where one holds, else the verifier's.

use cms::TimeStampToken;
use time::OffsetDateTime;

use super::{Judge, reasons};
use crate::{
    status::{self, Embedded},
    verdict::Revocation,
};

/// Clocks of authority and verifier may differ by so much.
const SKEW: time::Duration = time::Duration::minutes(5);

/// The time of the token over a signature's value.
///
/// The authority must be trusted at the verifier's time too: who holds the key of one that has expired can give any time
/// he likes. The reason says why a token does not count.
pub(super) fn stamped(token: &[u8], value: &[u8], judge: &Judge<'_>) -> Result<OffsetDateTime, &'static str> {
    let token = TimeStampToken::parse(token).map_err(cms::TimeStampProblem::code)?;
    let stamp = token.verify(|hash| hash.digest(value)).map_err(cms::TimeStampProblem::code)?;
    if stamp.time > judge.at + SKEW {
        return Err(reasons::STAMP_LATER);
    }
    let others = [&stamp.certificates[..], &judge.issuers].concat();
    let chain = [stamp.time, judge.at].map(|at| x509::validate(&stamp.certificate, &others, &judge.roots, at));
    if !chain.iter().all(x509::ChainReport::is_trusted) {
        return Err(reasons::STAMP_UNTRUSTED);
    }
    // Only asked where the person wants to go online; an authority that does not answer takes nothing away.
    let checked = judge.statuses.of_path(&chain[1].path, &Embedded::default(), judge.at);
    if status::worst(&checked) == Revocation::Revoked { Err(reasons::STAMP_REVOKED) } else { Ok(stamp.time) }
}
