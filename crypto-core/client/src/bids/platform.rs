//! Which platform a bid names, and whether it is time for it.

use std::path::Path;

use bid::{CertificateHash, Claims};
use time::{Duration, OffsetDateTime};
use x509::Certificate;

use crate::{
    Code, Failure, Session,
    consent::{holder, rfc3339},
    fault, issuers, ledger, trust,
};

/// No chain of certificates is longer.
const LONGEST_CHAIN: usize = 8;
/// Openings take place on their day. One that is asked for so much later may be asked for by a clock that was set forward.
const LONG_AFTER: Duration = Duration::days(30);

/// Refuses a certificate that is neither the one that a bid names nor below it.
///
/// # Errors
/// [`Code::BidPlatformOther`]
pub(super) fn check(
    session: &Session<'_>,
    path: &Path,
    named: &CertificateHash,
    certificate: &Certificate,
    above: &[Certificate],
) -> Result<(), Failure> {
    let mut known = above.to_vec();
    known.extend(issuers::all(session)?);
    known.extend(trust::all(session)?);
    if is_below(certificate, named, &known, LONGEST_CHAIN) {
        return Ok(());
    }
    Err(fault::at(Code::BidPlatformOther, path).with("holder", holder(certificate)))
}

fn is_below(certificate: &Certificate, named: &CertificateHash, known: &[Certificate], steps: usize) -> bool {
    if named.is_of(certificate) {
        return true;
    }
    let issued = |issuer: &&Certificate| {
        issuer.is_ca()
            && issuer.subject() == certificate.issuer()
            && issuer.der() != certificate.der()
            && certificate.verify_signed_by(issuer).is_ok()
    };
    steps > 0 && known.iter().filter(issued).any(|issuer| is_below(issuer, named, known, steps - 1))
}

/// Refuses before the opening time; tells what makes the clock doubtful.
///
/// # Errors
/// [`Code::BidTooEarly`]
pub(super) fn check_time(session: &Session<'_>, path: &Path, claims: &Claims) -> Result<Vec<&'static str>, Failure> {
    let now = session.clock.now();
    let opens_at = claims.opens_at.expect("bids that name no time were refused");
    if now < opens_at {
        let failure = fault::at(Code::BidTooEarly, path);
        return Err(failure.with("opens_at", rfc3339(opens_at)).with("now", rfc3339(now)));
    }
    Ok(doubts(now, opens_at, ledger::latest_record(session.home)))
}

/// What speaks against the clock: this computer has recorded later moments, or the opening is long past.
fn doubts(now: OffsetDateTime, opens_at: OffsetDateTime, recorded: Option<OffsetDateTime>) -> Vec<&'static str> {
    let behind = recorded.is_some_and(|recorded| now + Duration::seconds(1) < recorded);
    let ahead = now - opens_at > LONG_AFTER;
    [(behind, "clock_behind"), (ahead, "clock_ahead")]
        .into_iter()
        .filter_map(|(holds, word)| holds.then_some(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_clock_is_doubtful_when_it_ran_backwards_or_the_opening_is_long_past() {
        let opens_at = datetime!(2026-12-01 01:30 UTC);
        let after = |days| opens_at + Duration::days(days);
        assert_eq!(doubts(after(1), opens_at, None), [""; 0]);
        assert_eq!(doubts(after(1), opens_at, Some(after(0))), [""; 0]);
        assert_eq!(doubts(after(1), opens_at, Some(after(2))), ["clock_behind"]);
        assert_eq!(doubts(after(31), opens_at, Some(after(40))), ["clock_behind", "clock_ahead"]);
    }
}
