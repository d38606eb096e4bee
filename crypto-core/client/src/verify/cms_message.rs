//! Signed messages: `.p7m` with their content, `.p7s` beside it.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::Path,
};

use algo::{Digest, Hash};
use cms::{SignedContent, SignedData};

use super::{Judge, Material, VerifyReport, signer};
use crate::{Code, Failure, Session, detail, fault, files, status::Embedded};

/// A message that carries its content.
pub(super) fn attached(file: &Path, judge: &Judge<'_>) -> Result<VerifyReport, Failure> {
    let bytes = files::whole(file, files::DOCUMENT)?;
    let data = SignedData::parse(&bytes).map_err(|_| fault::at(Code::VerifyKind, file))?;
    if data.content().is_none() {
        return Err(fault::at(Code::VerifyContentMissing, file));
    }
    Ok(report(&data, SignedContent::Embedded, judge))
}

/// A document and the signature beside it.
pub(super) fn detached(
    session: &Session<'_>,
    file: &Path,
    signature: &Path,
    judge: &Judge<'_>,
) -> Result<VerifyReport, Failure> {
    let malformed = |error| fault::at(Code::CmsMalformed, signature).with("reason", detail::message(&error));
    let data = SignedData::parse(&files::small(signature)?).map_err(malformed)?;
    // A few signers may hash in different ways; the document is read once for each way.
    let mut digests: BTreeMap<Hash, Digest> = BTreeMap::new();
    for hash in data.signers().filter_map(|signer| signer.digest_needed()) {
        if let Entry::Vacant(place) = digests.entry(hash) {
            place.insert(files::digest(file, hash, session)?.1);
        }
    }
    let nothing = |hash: Hash| hash.digest(&[]);
    let digest = |hash: Hash| digests.get(&hash).copied().unwrap_or_else(|| nothing(hash));
    Ok(report(&data, SignedContent::DetachedDigest(&digest), judge))
}

/// The report on every signer of a message.
pub(crate) fn report(data: &SignedData, content: SignedContent<'_>, judge: &Judge<'_>) -> VerifyReport {
    let carried = data.revocation();
    let embedded = Embedded::of(&carried.crls, &carried.ocsp);
    let material = Material { certificates: data.certificates(), embedded: &embedded };
    let signers = data.signers().enumerate();
    let reports = signers
        .map(|(number, one)| signer::of_message((number + 1).to_string(), one.verify(content), &material, judge));
    VerifyReport::of("cms", reports.collect())
}
