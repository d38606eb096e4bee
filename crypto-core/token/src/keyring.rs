//! The operating system's keyring as the keeper of half of a soft token's protection.
//!
//! Elsewhere than on Linux and Windows there is no keyring, and soft tokens say what that leaves open.

#[cfg(any(target_os = "linux", windows))]
mod store;

use algo::Secret;

/// Keeps small secrets for the logged-in person. Any program of this person can read them: the half guards against
/// copied files, not against malware in the session.
pub trait KeyringHalf: Send + Sync {
    /// The secret under this name; `None` when the keyring answers and has none.
    ///
    /// # Errors
    /// [`KeyringFailed`] when the keyring does not answer or is locked.
    fn read(&self, name: &str) -> Result<Option<Secret>, KeyringFailed>;

    /// Writes or replaces the secret under this name.
    ///
    /// # Errors
    /// [`KeyringFailed`].
    fn write(&self, name: &str, value: &Secret) -> Result<(), KeyringFailed>;

    /// Removes it; a name without a secret is no error.
    ///
    /// # Errors
    /// [`KeyringFailed`].
    fn delete(&self, name: &str) -> Result<(), KeyringFailed>;
}

/// The keyring did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyringFailed(pub String);

/// This platform's keyring; `None` where there is none, or none answers. The session's address comes from the
/// environment that the desktop set up.
#[must_use]
pub fn platform_keyring() -> Option<Box<dyn KeyringHalf>> {
    #[cfg(any(target_os = "linux", windows))]
    {
        store::SystemStore::connect().ok().map(|service| Box::new(service) as Box<dyn KeyringHalf>)
    }
    #[cfg(not(any(target_os = "linux", windows)))]
    {
        None
    }
}
