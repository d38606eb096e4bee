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
    // The store stays open until after: it is written when it is closed.
    let store = CertStore::open_current_user(ROOTS);
    let state = match store.as_ref().map(|store| found(store, entry).map(CertContext::delete)) {
        Ok(None) => StoreState::Absent,
        Ok(Some(Ok(()))) => StoreState::Removed,
        Ok(Some(Err(_))) | Err(_) => StoreState::Failed,
    };
    vec![told(state)]
}

pub(super) fn look(_: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    let is_in = CertStore::open_current_user(ROOTS).is_ok_and(|store| found(&store, entry).is_some());
    vec![told(if is_in { StoreState::Installed } else { StoreState::Absent })]
}

fn told(state: StoreState) -> StoreReport {
    StoreReport { kind: "windows", place: format!(r"CurrentUser\{ROOTS}"), state }
}

/// Our authority as it lies in the store, bit for bit.
fn found(store: &CertStore, entry: &Entry<'_>) -> Option<CertContext> {
    store.certs().find(|certificate| certificate.to_der() == entry.certificate.der())
}
