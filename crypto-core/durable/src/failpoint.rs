//! Named places at which a test kills the program, as a power cut would.

/// The steps of a [`crate::PartFile`], in order; a point's name is `<label>.<step>`.
///
/// `written` lies before the sync, `renamed` before the folder is synced.
pub const POINTS_OF_A_PART: &[&str] = &["created", "written", "synced", "renamed"];

/// The steps of a [`crate::PartDir`], in order.
pub const POINTS_OF_A_DIR: &[&str] = &["created", "synced", "renamed"];

/// Ends the process with SIGKILL when the environment names this point: `BIDSEAL_FAILPOINT=name`, or `name#3` for
/// its third passing. Release builds contain nothing of this.
#[inline]
pub fn failpoint(name: &str) {
    #[cfg(debug_assertions)]
    armed::pass(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// [`failpoint`] for the point `step` of the writer labelled `label`.
#[inline]
pub(crate) fn failpoint_of(label: &str, step: &str) {
    #[cfg(debug_assertions)]
    armed::pass(&format!("{label}.{step}"));
    #[cfg(not(debug_assertions))]
    let _ = (label, step);
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Armed {
        name: String,
        passing: u32,
        passed: AtomicU32,
    }

    pub(super) fn pass(name: &str) {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        let Some(armed) = ARMED.get_or_init(from_environment) else { return };
        if armed.name == name && armed.passed.fetch_add(1, Ordering::SeqCst) + 1 == armed.passing {
            crate::os::die();
        }
    }

    fn from_environment() -> Option<Armed> {
        let text = std::env::var("BIDSEAL_FAILPOINT").ok()?;
        let (name, passing) = match text.split_once('#') {
            Some((name, n)) => (name, n.parse().ok()?),
            None => (text.as_str(), 1),
        };
        Some(Armed { name: name.to_owned(), passing, passed: AtomicU32::new(0) })
    }
}
