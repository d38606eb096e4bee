//! The twin 备份标书: written with the bid, kept by the bidder, and compared with the bid when a fallback is called.

use std::path::{Path, PathBuf};

use bid::{Prepared, SignedTwin, TWIN_KEY, TWIN_MANIFEST, TwinDifference, TwinError, TwinKey, TwinManifest};
use cms::{SignedContent, SignedData};

use super::{faults, statement, watch};
use crate::{
    Code, Failure, Operation, Session,
    certificates::Held,
    fault, files,
    pins::LoggedIn,
    verdict::Verdict,
    verify::{self, VerifyOrder, VerifyReport, cms_message, reasons},
};

/// The list of a million files, signed.
const LONGEST_MANIFEST: u64 = 64 << 20;

/// A twin that is complete, on the disk, and waits for the bid to get its name.
pub(super) struct Twin {
    pub(super) signed: SignedTwin,
    pub(super) target: PathBuf,
}

/// Writes the twin of a bid that lies on the disk, and has its list signed.
pub(super) fn make(
    session: &Session<'_>,
    target: &Path,
    prepared: &Prepared,
    signer: &Held,
    opened: Option<&mut LoggedIn>,
) -> Result<Twin, Failure> {
    let draft = prepared
        .twin(session.home.parts(), target, &mut watch(session))
        .map_err(|error| faults::decrypt(target, error))?;
    let now = session.clock.now();
    let manifest = draft.manifest(prepared.sealed().statement(now).bid, now);
    let content = manifest.to_der().ok_or_else(|| Failure::new(Code::Internal).with("reason", "clock"))?;
    let message = statement::signed(
        session,
        Operation::ListTwin,
        signer,
        opened,
        &content,
        vec![statement::document(&files::name(target), prepared.sealed())],
    )?;
    Ok(Twin { signed: draft.with_list(&message)?, target: target.to_owned() })
}

/// Proves that the twin in the folder `twin` is equal to the bid at `order.file`, and was signed before the opening. The
/// result joins `report`, which is the one on the bid itself.
///
/// # Errors
/// A twin that cannot be read. One that is not equal is no error but a verdict.
pub fn verify(
    session: &Session<'_>,
    order: &VerifyOrder<'_>,
    twin: &Path,
    report: VerifyReport,
) -> Result<VerifyReport, Failure> {
    if report.verdict == Verdict::Invalid && report.reasons.contains(&reasons::TAMPERED) {
        return Ok(report);
    }
    let place = twin.join(TWIN_MANIFEST);
    let malformed = |error: &dyn std::fmt::Display| {
        fault::at(Code::CmsMalformed, &place).with("reason", crate::detailed("not_cms", error))
    };
    let data = SignedData::parse(&files::whole(&place, LONGEST_MANIFEST)?).map_err(|error| malformed(&error))?;
    let content = data.content().ok_or_else(|| malformed(&"no_content"))?;
    let manifest = TwinManifest::from_der(content).map_err(|error| malformed(&error))?;
    let key = TwinKey::from_bytes(&files::small(&twin.join(TWIN_KEY))?);

    let judge = verify::judge(session, order, None)?;
    let signed = cms_message::report(&data, SignedContent::Embedded, &judge);
    let mut found = signed_by_another(&report, &signed);
    found.extend(signed_late(session, order, &manifest)?);
    found.extend(difference(session, order, twin, key.as_ref(), &manifest)?);
    Ok(joined(report, signed, found))
}

/// Whoever signed the bid's statement signs its twin.
fn signed_by_another(report: &VerifyReport, signed: &VerifyReport) -> Vec<&'static str> {
    let certificate = |report: &VerifyReport| report.signatures.first().map(|one| one.certificate.clone());
    match (certificate(report), certificate(signed)) {
        (_, None) => vec![reasons::NO_SIGNATURE],
        (Some(of_bid), Some(of_twin)) if of_bid != of_twin => vec![reasons::TWIN_FOREIGN],
        _ => Vec::new(),
    }
}

/// A list that was made when the bids were open already proves nothing.
fn signed_late(
    session: &Session<'_>,
    order: &VerifyOrder<'_>,
    manifest: &TwinManifest,
) -> Result<Option<&'static str>, Failure> {
    let envelope = bid::inspect(order.file).map_err(|error| faults::open(order.file, error))?;
    let deadline = envelope.metadata().claims.opens_at.unwrap_or_else(|| session.clock.now());
    Ok((manifest.made.time >= deadline).then_some(reasons::TWIN_LATE))
}

fn difference(
    session: &Session<'_>,
    order: &VerifyOrder<'_>,
    twin: &Path,
    key: Option<&TwinKey>,
    manifest: &TwinManifest,
) -> Result<Option<&'static str>, Failure> {
    let path = order.file;
    let envelope = bid::inspect(path).map_err(|error| faults::open(path, error))?;
    let root = envelope.tree_root(&mut watch(session)).map_err(|error| faults::decrypt(path, error))?;
    let (Some(key), true) = (key, manifest.is_about(&root)) else { return Ok(Some(reasons::TWIN_FOREIGN)) };
    match envelope.compare_twin(key, manifest, twin, &mut watch(session)) {
        Ok(()) => Ok(None),
        Err(TwinError::Differs(TwinDifference::Foreign)) => Ok(Some(reasons::TWIN_FOREIGN)),
        Err(TwinError::Differs(_)) => Ok(Some(reasons::TWIN_ALTERED)),
        Err(TwinError::Decrypt(error)) => Err(faults::decrypt(path, error)),
        Err(TwinError::Read { path, source }) => Err(fault::open(&path, &source)),
        Err(TwinError::Open(error)) => Err(faults::open(path, error)),
        Err(other) => Err(Failure::new(Code::Internal).with("reason", other.to_string())),
    }
}

/// Both reports in one: the worse verdict counts.
fn joined(mut report: VerifyReport, signed: VerifyReport, mut found: Vec<&'static str>) -> VerifyReport {
    let is_bad = !found.is_empty() || [report.verdict, signed.verdict].contains(&Verdict::Invalid);
    let is_good = [report.verdict, signed.verdict] == [Verdict::Valid; 2];
    report.verdict = match (is_bad, is_good) {
        (true, _) => Verdict::Invalid,
        (false, true) => Verdict::Valid,
        (false, false) => Verdict::Unknown,
    };
    found.dedup();
    report.reasons.extend(found);
    report.signatures.extend(signed.signatures.into_iter().map(|mut one| {
        one.name = "twin".into();
        one
    }));
    report
}
