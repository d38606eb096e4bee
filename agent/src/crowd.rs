//! How many may stand at the door: when it is full, whoever came first and said nothing has to go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

/// Connections at once. Each takes a descriptor and some kilobytes.
const MOST: usize = 512;

/// Those who stand at the door and have not spoken yet, oldest first, and how many there are in all.
#[derive(Default)]
pub(crate) struct Crowd(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    next: u64,
    present: usize,
    silent: BTreeMap<u64, Option<AbortHandle>>,
}

/// One connection; leaves when the last of its handles is dropped.
#[derive(Clone)]
pub(crate) struct Guest(Arc<Place>);

struct Place {
    number: u64,
    crowd: Arc<Mutex<Inside>>,
}

impl Crowd {
    /// Lets one more in; if that is too many, the one that has been silent longest goes.
    pub(crate) fn enter(&self) -> Guest {
        let mut inside = lock(&self.0);
        inside.next += 1;
        inside.present += 1;
        let number = inside.next;
        if inside.present > MOST
            && let Some((_, Some(oldest))) = inside.silent.pop_first()
        {
            oldest.abort();
        }
        inside.silent.insert(number, None);
        Guest(Arc::new(Place { number, crowd: Arc::clone(&self.0) }))
    }
}

impl Guest {
    /// Gives the handle by which the connection can be ended while it is silent.
    pub(crate) fn seated(&self, handle: AbortHandle) {
        if let Some(place) = lock(&self.0.crowd).silent.get_mut(&self.0.number) {
            *place = Some(handle);
        }
    }

    /// A whole request has come: this is no half-open connection.
    pub(crate) fn spoke(&self) {
        lock(&self.0.crowd).silent.remove(&self.0.number);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = lock(&self.crowd);
        inside.present -= 1;
        inside.silent.remove(&self.number);
    }
}

fn lock(inside: &Mutex<Inside>) -> MutexGuard<'_, Inside> {
    inside.lock().unwrap_or_else(PoisonError::into_inner)
}
