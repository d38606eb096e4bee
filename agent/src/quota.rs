//! How much of the disk a page may use, over all its connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use client::{Code, Failure};

use crate::origin::Origin;

/// Bytes of all documents of one page: what it sends and what is made for it.
const MOST_BYTES: u64 = 64 << 30;

/// What every page uses.
#[derive(Default)]
pub(crate) struct Quotas(Mutex<HashMap<Origin, Weak<Quota>>>);

/// What one page uses.
#[derive(Default)]
pub(crate) struct Quota {
    bytes: Mutex<u64>,
}

/// A part of a page's quota; given back when it is dropped.
pub(crate) struct Share {
    bytes: u64,
    quota: Arc<Quota>,
}

impl Quotas {
    /// The quota of a page, the same for all its connections.
    pub(crate) fn of(&self, origin: &Origin) -> Arc<Quota> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, quota| quota.strong_count() > 0);
        if let Some(quota) = all.get(origin).and_then(Weak::upgrade) {
            return quota;
        }
        let quota = Arc::new(Quota::default());
        all.insert(origin.clone(), Arc::downgrade(&quota));
        quota
    }
}

impl Quota {
    /// Takes a part.
    ///
    /// # Errors
    /// [`Code::WebLimit`].
    pub(crate) fn take(self: &Arc<Self>, bytes: u64) -> Result<Share, Failure> {
        let mut used = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = used.checked_add(bytes).filter(|sum| *sum <= MOST_BYTES);
        *used = sum.ok_or_else(|| Failure::new(Code::WebLimit).with("what", "bytes").with("limit", MOST_BYTES))?;
        Ok(Share { bytes, quota: Arc::clone(self) })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        *self.quota.bytes.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_one_page_share_and_those_of_another_do_not() {
        let origin = |text: &str| Origin::parse(text, false).unwrap();
        let quotas = Quotas::default();
        let (first, second) = (quotas.of(&origin("https://a.example")), quotas.of(&origin("https://a.example")));
        let most = first.take(MOST_BYTES).unwrap();
        assert_eq!(second.take(1).err().map(|failure| failure.code()), Some(Code::WebLimit));
        assert!(quotas.of(&origin("https://b.example")).take(MOST_BYTES).is_ok());
        drop(most);
        let all = second.take(MOST_BYTES).unwrap();
        assert!(first.take(u64::MAX).is_err());
        drop((all, first, second));
        assert!(quotas.of(&origin("https://a.example")).take(MOST_BYTES).is_ok());
    }
}
