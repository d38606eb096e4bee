//! Certificates on keys, and the roots that the person trusts.

use client::{Failure, Online, certificates, status};
use fetch::Http;
use protocol::screens::{Certificate, CertificateStatus};

use super::verdicts::say_reasons;
use crate::{
    Desk,
    told::{self, shown},
};

pub(super) fn import(desk: &Desk, token: &str, file: u32) -> Result<usize, Failure> {
    let path = desk.files.path(file)?;
    Ok(certificates::import(&desk.session(), Some(token), &path)?.len())
}

pub(super) fn export(desk: &Desk, sha256: &str, chain: bool, output: u32) -> Result<(), Failure> {
    let (session, path) = (desk.session(), desk.files.path(output)?);
    let pem = certificates::export(&session, &named(sha256), chain)?;
    // The system's dialog has asked whether an existing file may be replaced.
    client::write_output(&session, &path, pem.as_bytes(), true)
}

/// The person has pressed a button that says that the network is asked.
pub(super) fn status(desk: &Desk, sha256: &str) -> Result<CertificateStatus, Failure> {
    let network = Http::new(desk.home.settings().allow_private_addresses);
    let mut report = told::json(status::status(&desk.session(), &named(sha256), Online(&network))?)?;
    say_reasons(&mut report, desk.words());
    if let Some(checked) = report["checked"].as_array_mut() {
        checked.iter_mut().for_each(|one| say_reasons(one, desk.words()));
    }
    shown(report)
}

pub(super) fn trusted(desk: &Desk) -> Result<Vec<Certificate>, Failure> {
    shown(client::trust::list(&desk.session())?)
}

pub(super) fn trust(desk: &Desk, file: u32) -> Result<Vec<Certificate>, Failure> {
    let path = desk.files.path(file)?;
    shown(client::trust::add(&desk.session(), &path)?)
}

pub(super) fn distrust(desk: &Desk, sha256: &str) -> Result<Certificate, Failure> {
    shown(client::trust::remove(&desk.session(), &named(sha256))?)
}

/// A thumbprint as the use cases take it.
pub(super) fn named(sha256: &str) -> String {
    format!("sha256:{sha256}")
}
