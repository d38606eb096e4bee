//! Whether a bid is the one that was sealed: its tree, and the bidder's statement over its root.

use std::path::Path;

use bid::{DecryptError, OpenError, StatementContent, TreeRoot};
use cms::{SignedContent, SignedData};

use super::{faults, statement, watch};
use crate::{
    Code, Failure, Online, Session, fault, files,
    verdict::Verdict,
    verify::{Judge, VerifyOrder, VerifyReport, cms_message, judge, reasons},
};

/// Verifies the bid at `order.file` with the statement at `order.signature`, else the one beside it.
///
/// # Errors
/// A file that cannot be read. An altered bid is no error but a verdict.
pub fn verify(session: &Session<'_>, order: &VerifyOrder<'_>) -> Result<VerifyReport, Failure> {
    verify_asking(session, order, None)
}

/// The same; with the network, the authorities are asked whether certificates were revoked.
///
/// # Errors
/// As [`verify`].
pub fn verify_asking(
    session: &Session<'_>,
    order: &VerifyOrder<'_>,
    online: Option<Online<'_>>,
) -> Result<VerifyReport, Failure> {
    check(session, order.file, order.signature, &judge(session, order, online)?)
}

pub(crate) fn check(
    session: &Session<'_>,
    path: &Path,
    named: Option<&Path>,
    judge: &Judge<'_>,
) -> Result<VerifyReport, Failure> {
    files::check_input(path)?;
    let Some(root) = tree_root(session, path)? else { return Ok(tampered()) };
    let beside = statement::place(path);
    match named.or_else(|| beside.is_file().then_some(&*beside)) {
        Some(place) => with_statement(place, &root, judge),
        None => {
            let report = VerifyReport::of("bid", Vec::new());
            Ok(VerifyReport { reasons: vec![reasons::NO_STATEMENT], ..report })
        }
    }
}

/// The recomputed root; none for a bid that does not fit together.
fn tree_root(session: &Session<'_>, path: &Path) -> Result<Option<TreeRoot>, Failure> {
    let envelope = match bid::inspect(path) {
        Err(OpenError::Tampered(_) | OpenError::NotABid) => return Ok(None),
        other => other.map_err(|error| faults::open(path, error))?,
    };
    match envelope.tree_root(&mut watch(session)) {
        Err(DecryptError::Tampered(_)) => Ok(None),
        other => other.map(Some).map_err(|error| faults::decrypt(path, error)),
    }
}

fn tampered() -> VerifyReport {
    let report = VerifyReport::of("bid", Vec::new());
    VerifyReport { verdict: Verdict::Invalid, reasons: vec![reasons::TAMPERED], ..report }
}

fn with_statement(place: &Path, root: &TreeRoot, judge: &Judge<'_>) -> Result<VerifyReport, Failure> {
    let malformed = |error: &dyn std::fmt::Display| {
        fault::at(Code::CmsMalformed, place).with("reason", crate::detailed("not_cms", error))
    };
    let data = SignedData::parse(&files::small(place)?).map_err(|error| malformed(&error))?;
    let content = data.content().ok_or_else(|| malformed(&"no_content"))?;
    let stated = StatementContent::from_der(content).map_err(|error| malformed(&error))?;
    let mut report = VerifyReport { kind: "bid", ..cms_message::report(&data, SignedContent::Embedded, judge) };
    if stated.check(root).is_err() {
        report.verdict = Verdict::Invalid;
        report.reasons.push(reasons::STATEMENT_OTHER);
        for signature in &mut report.signatures {
            signature.axes.intact = false;
        }
    }
    Ok(report)
}
