//! Windows: the person's own store of roots; Windows itself asks the person before it takes or gives up one.

use client::Home;
use schannel::cert_context::CertContext;
use schannel::cert_store::{CertAdd, CertStore};

use super::{Entry, Places, StoreReport, StoreState};

/// The store's name among the person's own.
const ROOTS: &str = "Root";

pub(super) fn install(_: &Home, _: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    let put = || {
        let certificate = CertContext::new(entry.certificate.der())?;
        CertStore::open_current_user(ROOTS)?.add_cert(&certificate, CertAdd::UseExisting)
    };
    vec![told(if put().is_ok() { StoreState::Installed } else { StoreState::Failed })]
}

pub(super) fn remove(_: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    let deleted = CertStore::open_current_user(ROOTS).map(|store| found(&store, entry).map(CertContext::delete));
    let state = match deleted {
        Ok(None) => StoreState::Absent,
        // Whether it is gone is seen in the store opened anew: Wine 8 says yes and keeps it.
        Ok(Some(Ok(()))) if !is_in(entry) => StoreState::Removed,
        _ => StoreState::Failed,
    };
    vec![told(state)]
}

pub(super) fn look(_: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    vec![told(if is_in(entry) { StoreState::Installed } else { StoreState::Absent })]
}

fn is_in(entry: &Entry<'_>) -> bool {
    CertStore::open_current_user(ROOTS).is_ok_and(|store| found(&store, entry).is_some())
}

fn told(state: StoreState) -> StoreReport {
    StoreReport { kind: "windows", place: format!(r"CurrentUser\{ROOTS}"), state }
}

/// Our authority as it lies in the store, bit for bit.
fn found(store: &CertStore, entry: &Entry<'_>) -> Option<CertContext> {
    store.certs().find(|certificate| certificate.to_der() == entry.certificate.der())
}
