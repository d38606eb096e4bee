//! Certificates of issuing authorities: known, not trusted. They complete chains and travel with signatures.

use algo::Hash;
use x509::Certificate;

use crate::{Failure, Session, fault, files, home};

/// The label of the failpoints of an issuer's file.
pub(crate) const LABEL: &str = "issuer";

/// Keeps the certificate of an issuing authority.
pub(crate) fn keep(session: &Session<'_>, certificate: &Certificate) -> Result<(), Failure> {
    let folder = session.home.issuers();
    home::make_private(&folder).map_err(|error| fault::open(&folder, &error))?;
    let target = folder.join(format!("{}.pem", certificate.thumbprint(Hash::Sha256)));
    Ok(session.home.parts().replace(&target, LABEL, certificate.to_pem().as_bytes())?)
}

/// All that are known.
pub(crate) fn all(session: &Session<'_>) -> Result<Vec<Certificate>, Failure> {
    let mut known = Vec::new();
    for file in files::in_folder(&session.home.issuers())? {
        known.extend(files::certificates(&file)?);
    }
    Ok(known)
}
