//! Bytes that are wiped when they go out of scope. None of these types can be printed, cloned or serialised.

use thiserror::Error;
use zeroize::Zeroizing;

use crate::{RandomFailure, constant_time_eq, random_bytes};

/// A key or another secret byte string.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// `len` random bytes.
    ///
    /// # Errors
    /// [`RandomFailure`] when the operating system gives no randomness.
    pub fn random(len: usize) -> Result<Self, RandomFailure> {
        let mut bytes = Zeroizing::new(vec![0; len]);
        random_bytes(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// A wiped-on-drop copy of `bytes`, whose own place the caller has to wipe.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self::from(bytes.to_vec())
    }

    /// The bytes. Copies made from them are the caller's to wipe.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    pub(crate) fn into_inner(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<u8>> for Secret {
    /// Takes the buffer over without copying it.
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.expose(), other.expose())
    }
}

impl Eq for Secret {}

/// A PIN must have at least one character: some modules take an empty one as "ask at the reader" or even as success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the PIN is empty")]
pub struct EmptyPin;

/// An empty password protects nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the password is empty")]
pub struct EmptyPassword;

/// A token PIN or PUK as typed, UTF-8. Its buffer never grows, so no stale copy is left behind by a reallocation.
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// Takes over what was typed. A `String` is moved, not copied; a `&str` stays the caller's to wipe.
    ///
    /// # Errors
    /// [`EmptyPin`].
    pub fn new(typed: impl Into<String>) -> Result<Self, EmptyPin> {
        let typed = Zeroizing::new(typed.into());
        if typed.is_empty() { Err(EmptyPin) } else { Ok(Self(typed)) }
    }

    /// The bytes that a token expects.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The same as text.
    #[must_use]
    pub fn expose_str(&self) -> &str {
        &self.0
    }

    /// Number of characters, which is what a PIN policy counts.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }
}

impl PartialEq for Pin {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.expose(), other.expose())
    }
}

impl Eq for Pin {}

/// A password of a file (`.bid`, `.p12`, PDF), UTF-8 exactly as typed.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes over what was typed. A `String` is moved, not copied; a `&str` stays the caller's to wipe.
    ///
    /// # Errors
    /// [`EmptyPassword`].
    pub fn new(typed: impl Into<String>) -> Result<Self, EmptyPassword> {
        let typed = Zeroizing::new(typed.into());
        if typed.is_empty() { Err(EmptyPassword) } else { Ok(Self(typed)) }
    }

    /// The bytes that a key derivation takes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The same as text.
    #[must_use]
    pub fn expose_str(&self) -> &str {
        &self.0
    }

    /// Number of characters.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.expose(), other.expose())
    }
}

impl Eq for Password {}
