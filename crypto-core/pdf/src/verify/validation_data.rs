//! The document security store `/DSS` (ISO 32000-2, 12.8.4.3; EN 319 142-1, 5.4): what others put in for later checks.
//!
//! Anybody may add to it, so it proves nothing by itself: certificates, OCSP answers and lists are judged by their own
//! signatures. What cannot be read is left out.

use crate::document::Document;
use crate::read::{Dictionary, View};

/// Longest stream taken, in bytes.
const LONGEST: usize = 8 << 20;
/// Most streams of one kind.
const MOST: usize = 256;

/// What the store holds, each in DER. Not judged here.
#[derive(Clone, Debug, Default)]
pub struct ValidationData {
    /// `/Certs`.
    pub certificates: Vec<Vec<u8>>,
    /// `/OCSPs`.
    pub ocsp: Vec<Vec<u8>>,
    /// `/CRLs`.
    pub crls: Vec<Vec<u8>>,
}

impl Document {
    /// The document security store as it stands now; empty where there is none.
    #[must_use]
    pub fn validation_data(&self) -> ValidationData {
        let view = self.file.current();
        let store = view.catalog().ok().and_then(|catalog| view.get(catalog.node.dictionary()?, "DSS").ok().flatten());
        let Some(store) = store.as_ref().and_then(|store| store.dictionary()) else { return ValidationData::default() };
        ValidationData {
            certificates: streams(view, store, "Certs"),
            ocsp: streams(view, store, "OCSPs"),
            crls: streams(view, store, "CRLs"),
        }
    }
}

fn streams(view: View<'_>, store: &Dictionary, key: &str) -> Vec<Vec<u8>> {
    let list = view.get(store, key).ok().flatten();
    let ids = list.iter().filter_map(|list| list.array()).flatten().filter_map(|node| node.reference()).take(MOST);
    let objects = ids.filter_map(|id| view.object(id).ok().flatten());
    objects.filter_map(|object| view.decoded(&object, LONGEST).ok()).collect()
}
