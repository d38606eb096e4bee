//! The roots a person trusts: one file each in the home folder's `trust/`.

use std::path::{Path, PathBuf};

use algo::Hash;
use x509::{Certificate, TrustStore};

use crate::{CertificateReport, Code, Failure, Purpose, Session, consent::holder, fault, files, home, issuers, select};

/// The label of the failpoints of a root's file.
pub(crate) const LABEL: &str = "trust";

/// A root with the file it lies in.
struct Root {
    certificate: Certificate,
    file: PathBuf,
}

impl AsRef<Certificate> for Root {
    fn as_ref(&self) -> &Certificate {
        &self.certificate
    }
}

/// Every trusted root.
///
/// # Errors
/// What reading the folder reports.
pub fn list(session: &Session<'_>) -> Result<Vec<CertificateReport>, Failure> {
    Ok(roots(&session.home.trust())?.iter().map(|root| CertificateReport::of(&root.certificate)).collect())
}

/// Trusts the roots of a file; one that is trusted already stays so. Issuing certificates that stand beside a root are
/// kept for completing chains, and not trusted by themselves.
///
/// # Errors
/// [`Code::TrustNotRoot`] when one of them may not issue certificates, or none is a root; then none is added.
pub fn add(session: &Session<'_>, file: &Path) -> Result<Vec<CertificateReport>, Failure> {
    let all = files::certificates(file)?;
    let (roots, others): (Vec<_>, Vec<_>) = all.iter().partition(|certificate| certificate.is_self_issued());
    let wrong = all.iter().find(|certificate| !certificate.is_ca()).or(all.first().filter(|_| roots.is_empty()));
    if let Some(wrong) = wrong {
        return Err(fault::at(Code::TrustNotRoot, file).with("holder", holder(wrong)));
    }
    for issuer in others {
        issuers::keep(session, issuer)?;
    }
    let folder = session.home.trust();
    home::make_private(&folder).map_err(|error| fault::open(&folder, &error))?;
    for root in &roots {
        let target = folder.join(format!("{}.pem", root.thumbprint(Hash::Sha256)));
        session.home.parts().replace(&target, LABEL, root.to_pem().as_bytes())?;
    }
    Ok(roots.into_iter().map(CertificateReport::of).collect())
}

/// Trusts a root no longer.
///
/// # Errors
/// [`Code::TrustNotFound`], [`Code::CertAmbiguous`].
pub fn remove(session: &Session<'_>, selector: &str) -> Result<CertificateReport, Failure> {
    let roots = roots(&session.home.trust())?;
    let found = select::choose(roots, selector, Purpose::Any, session.clock.now()).map_err(|failure| {
        let unknown = failure.code() == Code::CertNotFound;
        if unknown { Failure::new(Code::TrustNotFound).with("selector", selector) } else { failure }
    })?;
    std::fs::remove_file(&found.file).map_err(|error| durable::WriteError::from_io(&found.file, error))?;
    Ok(CertificateReport::of(&found.certificate))
}

/// Every trusted root as a certificate.
pub(crate) fn all(session: &Session<'_>) -> Result<Vec<Certificate>, Failure> {
    Ok(roots(&session.home.trust())?.into_iter().map(|root| root.certificate).collect())
}

/// The roots of the home folder and of further folders. A further one must be there: a verdict by other roots than those
/// that were named would mislead.
pub(crate) fn store(session: &Session<'_>, further: &[PathBuf]) -> Result<TrustStore, Failure> {
    let mut certificates = Vec::new();
    further.iter().try_for_each(|folder| files::check_folder(folder))?;
    for folder in further.iter().chain([&session.home.trust()]) {
        certificates.extend(roots(folder)?.into_iter().map(|root| root.certificate));
    }
    Ok(TrustStore::from_certificates(certificates))
}

/// The certificates above `leaf`, up to its root, as far as they are known here.
pub(crate) fn chain_above(
    session: &Session<'_>,
    leaf: &Certificate,
    others: &[Certificate],
) -> Result<Vec<Certificate>, Failure> {
    let others = [others, &issuers::all(session)?].concat();
    let report = x509::validate(leaf, &others, &store(session, &[])?, session.clock.now());
    Ok(report.path.into_iter().filter(|certificate| certificate.der() != leaf.der()).collect())
}

fn roots(folder: &Path) -> Result<Vec<Root>, Failure> {
    let mut roots = Vec::new();
    for file in files::in_folder(folder)? {
        roots.extend(
            files::certificates(&file)?.into_iter().map(|certificate| Root { certificate, file: file.clone() }),
        );
    }
    Ok(roots)
}
