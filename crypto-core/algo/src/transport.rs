//! How a short key is encrypted to a public key, and the trait of private keys that open it again.

use thiserror::Error;

use crate::{Cbc, Hash, LibraryFailure, PublicKey, Secret};

/// An encryption of a short key to a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// RSAES-OAEP (RFC 8017 §7.1), MGF1 with the same hash, empty label.
    RsaOaep(Hash),
    /// RSAES-PKCS1-v1_5 (RFC 8017 §7.2). Opening never reports bad padding: what comes out then is random.
    RsaPkcs1,
    /// SM2 (GM/T 0003.4), written as GM/T 0009 DER; raw `C1C3C2` and `C1C2C3` are read too.
    Sm2,
}

/// A key could not be encrypted.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum WrapError {
    /// The recipient's key is of another kind.
    #[error("this encryption does not fit the recipient's key")]
    TransportMismatch,
    /// What is to be wrapped is too short or too long for this key.
    #[error("{got} bytes cannot be wrapped under this key")]
    Length {
        /// Length of what was given.
        got: usize,
    },
    /// The library failed.
    #[error(transparent)]
    Library(#[from] LibraryFailure),
}

/// The key could not be opened. The reason is not told: every difference would help an attacker who guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the wrapped key cannot be opened with this key")]
pub struct UnwrapFailed;

/// Content under a key that is wrapped itself: all that a token needs which lets no content key out.
#[derive(Debug, Clone, Copy)]
pub struct WrappedContent<'a> {
    /// How the content key is wrapped.
    pub transport: KeyTransport,
    /// The wrapped content key.
    pub wrapped: &'a [u8],
    /// The content's cipher.
    pub cipher: Cbc,
    /// Its initialisation vector.
    pub iv: &'a [u8; 16],
    /// The content, padded and encrypted.
    pub content: &'a [u8],
}

/// A private key that opens key envelopes, wherever it lives.
pub trait OpenKey {
    /// What can go wrong there.
    type Error;

    /// Opens what [`PublicKey::wrap`] or another program made.
    ///
    /// # Errors
    /// As the place of the key defines.
    fn unwrap_key(&mut self, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, Self::Error>;

    /// ECDH (SP 800-56A): the x-coordinate of the shared point, as long as a field element.
    ///
    /// # Errors
    /// As the place of the key defines.
    fn agree(&mut self, peer: &PublicKey) -> Result<Secret, Self::Error>;

    /// Opens the content where the key lives, if the content key cannot leave that place; `None` where it can, by
    /// [`OpenKey::unwrap_key`].
    ///
    /// # Errors
    /// As the place of the key defines.
    fn decrypt_content(&mut self, content: &WrappedContent<'_>) -> Option<Result<Secret, Self::Error>> {
        let _ = content;
        None
    }
}
