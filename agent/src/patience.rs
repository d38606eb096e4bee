//! How often a page may try what costs something: tickets that open nothing, questions that the person answers with no.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::origin::Origin;

/// After the last of too many tries; fewer are forgotten after as long.
const PAUSE: Duration = Duration::from_mins(1);
/// Pages that are counted at once; who makes up more of them makes the oldest forgotten.
const MOST_PAGES: usize = 1024;

/// Tries of each page that came to nothing.
pub(crate) struct Patience {
    most: u32,
    tries: Mutex<HashMap<Origin, Tries>>,
}

/// How many, and when the last one was.
#[derive(Clone, Copy)]
struct Tries {
    count: u32,
    last: Duration,
}

impl Patience {
    /// Bears so many tries of a page before it has to wait.
    pub(crate) fn of(most: u32) -> Self {
        Self { most, tries: Mutex::default() }
    }

    /// How long a page has to wait by now, if it has to.
    pub(crate) fn wait(&self, origin: &Origin, now: Duration) -> Option<Duration> {
        let tries = self.tries().get(origin).copied()?;
        let left = PAUSE.checked_sub(now.saturating_sub(tries.last)).filter(|left| !left.is_zero());
        left.filter(|_| tries.count >= self.most)
    }

    /// How many tries a page may make.
    pub(crate) fn most(&self) -> u32 {
        self.most
    }

    /// Counts a try that came to nothing.
    pub(crate) fn strain(&self, origin: &Origin, now: Duration) {
        let mut all = self.tries();
        all.retain(|_, tries| now.saturating_sub(tries.last) < PAUSE);
        let count = all.get(origin).map_or(0, |tries| tries.count);
        while count == 0 && all.len() >= MOST_PAGES {
            let oldest = all.iter().min_by_key(|(_, tries)| tries.last).map(|(origin, _)| origin.clone());
            oldest.and_then(|origin| all.remove(&origin));
        }
        all.insert(origin.clone(), Tries { count: count.saturating_add(1), last: now });
    }

    /// Forgets what a page tried.
    pub(crate) fn calm(&self, origin: &Origin) {
        self.tries().remove(origin);
    }

    fn tries(&self) -> MutexGuard<'_, HashMap<Origin, Tries>> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn origin(text: &str) -> Origin {
        Origin::parse(text, false).unwrap()
    }

    #[test]
    fn a_page_waits_a_minute_after_too_many_tries_and_others_do_not() {
        let (patience, a, b) = (Patience::of(3), origin("https://a.example"), origin("https://b.example"));
        for second in 0..3 {
            assert_eq!(patience.wait(&a, SECOND * second), None);
            patience.strain(&a, SECOND * second);
        }
        assert_eq!(patience.wait(&a, SECOND * 2), Some(PAUSE));
        assert_eq!(patience.wait(&a, SECOND * 61), Some(SECOND));
        assert_eq!(patience.wait(&b, SECOND * 3), None);
        assert_eq!(patience.wait(&a, SECOND * 62), None);
        patience.strain(&a, SECOND * 62);
        assert_eq!(patience.wait(&a, SECOND * 62), None, "it begins anew");
    }

    #[test]
    fn what_was_forgiven_or_is_long_ago_does_not_count() {
        let (patience, page) = (Patience::of(2), origin("https://a.example"));
        patience.strain(&page, SECOND);
        patience.calm(&page);
        patience.strain(&page, SECOND);
        patience.strain(&page, SECOND * 61);
        assert_eq!(patience.wait(&page, SECOND * 61), None);
        patience.strain(&page, SECOND * 62);
        assert!(patience.wait(&page, SECOND * 62).is_some());
    }

    #[test]
    fn pages_that_are_made_up_take_no_memory() {
        let patience = Patience::of(1);
        for number in 0..5000 {
            patience.strain(&origin(&format!("https://p{number}.example")), Duration::from_millis(number));
        }
        assert_eq!(patience.tries().len(), MOST_PAGES);
        assert!(patience.wait(&origin("https://p4999.example"), SECOND * 5).is_some());
    }
}
