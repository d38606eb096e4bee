//! Systems whose trust stores are not known: nothing is put in.

use client::Home;

use super::{Entry, Places, StoreReport};

pub(super) fn install(_: &Home, _: &Places, _: &Entry<'_>) -> Vec<StoreReport> {
    Vec::new()
}

pub(super) fn remove(_: &Places, _: &Entry<'_>) -> Vec<StoreReport> {
    Vec::new()
}

pub(super) fn look(_: &Places, _: &Entry<'_>) -> Vec<StoreReport> {
    Vec::new()
}
