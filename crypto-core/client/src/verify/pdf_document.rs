//! Signed PDF documents.

use std::path::Path;

use ::pdf::verify::{self as judged, SignatureFacts};
use x509::Certificate;

use super::{Facts, Judge, Material, SignatureReport, VerifyReport, signer};
use crate::{
    Code, Failure, Session, detail, fault, files, pdfs,
    status::Embedded,
    verdict::{ChangesAfter, Coverage},
};

/// The report on every signature of a document, asking for its password if it has one.
pub(super) fn report(session: &Session<'_>, file: &Path, judge: &Judge<'_>) -> Result<VerifyReport, Failure> {
    let bytes = files::document(session.home, file)?;
    let (document, _) = pdfs::open(session, file, &bytes)?;
    let found = judged::verify(&document)
        .map_err(|damage| fault::at(Code::PdfDamaged, file).with("reason", detail::damage(&damage)))?;
    let carried = document.validation_data();
    let embedded = Embedded::of(&carried.crls, &carried.ocsp);
    let others = carried.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect::<Vec<_>>();
    Ok(VerifyReport::of("pdf", found.into_iter().map(|facts| one(facts, &others, &embedded, judge)).collect()))
}

fn one(facts: SignatureFacts, others: &[Certificate], embedded: &Embedded, judge: &Judge<'_>) -> SignatureReport {
    let (coverage, changes_after) = (coverage(facts.coverage), changes(facts.changes_after));
    let mut reasons: Vec<&'static str> = facts.problems.iter().map(judged::Problem::code).collect();
    if coverage == Coverage::Partial {
        reasons.push(super::reasons::PARTIAL);
    }
    if changes_after == ChangesAfter::Other {
        reasons.push(super::reasons::CHANGED);
    }
    let stated = Facts {
        intact: facts.intact,
        signature: facts.signature,
        coverage,
        changes_after,
        certificate: facts.certificate,
        claimed_time: facts.claimed_time,
        value: facts.value,
        timestamp: facts.timestamp,
        reasons,
    };
    let certificates = [&facts.certificates, others].concat();
    let material = Material { certificates: &certificates, embedded };
    let report = signer::judged(facts.name, stated, &material, judge);
    SignatureReport { pages_changed: facts.pages_changed, ..report }
}

const fn coverage(coverage: judged::Coverage) -> Coverage {
    match coverage {
        judged::Coverage::Whole => Coverage::Whole,
        judged::Coverage::Revision => Coverage::Revision,
        judged::Coverage::Partial => Coverage::Partial,
    }
}

const fn changes(changes: judged::ChangesAfter) -> ChangesAfter {
    match changes {
        judged::ChangesAfter::None => ChangesAfter::None,
        judged::ChangesAfter::Timestamp => ChangesAfter::Timestamp,
        judged::ChangesAfter::Dss => ChangesAfter::Dss,
        judged::ChangesAfter::Signature => ChangesAfter::Signature,
        judged::ChangesAfter::Form => ChangesAfter::Form,
        judged::ChangesAfter::Other => ChangesAfter::Other,
    }
}
