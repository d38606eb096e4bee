//! Opening an envelope with a key that may live on a token: one operation of the key per recipient.

use std::fmt;

use algo::{OpenKey, Secret, WrappedContent, cbc_decrypt};

use super::parse::{EncryptedKey, Enveloped};

/// The envelope could not be opened. Why is not told: a wrong key, wrong padding and altered content look the same,
/// because every difference would help whoever sends envelopes to learn about the key.
pub struct OpenFailed<E> {
    fault: Option<E>,
}

impl<E> OpenFailed<E> {
    /// What the place of the key said, if it was asked and answered with an error: to tell the person at the machine
    /// that a token was removed or a PIN is wanted. It must not reach whoever sent the envelope.
    pub fn into_fault(self) -> Option<E> {
        self.fault
    }
}

impl<E> fmt::Debug for OpenFailed<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenFailed")
    }
}

impl<E> fmt::Display for OpenFailed<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the envelope cannot be opened with this key")
    }
}

impl<E> std::error::Error for OpenFailed<E> {}

impl Enveloped {
    /// Opens the envelope: tries its recipients in order, the first that opens counts.
    ///
    /// # Errors
    /// [`OpenFailed`], one and the same for every reason.
    pub fn open<K: OpenKey + ?Sized>(&self, key: &mut K) -> Result<Secret, OpenFailed<K::Error>> {
        let mut fault = None;
        for recipient in self.recipients() {
            match self.open_one(&recipient.encrypted_key, key) {
                Ok(content) => return Ok(content),
                Err(said) => fault = said.or(fault),
            }
        }
        Err(OpenFailed { fault })
    }

    fn open_one<K: OpenKey + ?Sized>(
        &self,
        encrypted_key: &EncryptedKey,
        key: &mut K,
    ) -> Result<Secret, Option<K::Error>> {
        let (cipher, iv) = self.content_cipher.ok_or(None)?;
        if let EncryptedKey::Transport { transport, wrapped } = encrypted_key {
            let content = WrappedContent { transport: *transport, wrapped, cipher, iv: &iv, content: &self.encrypted };
            if let Some(opened) = key.decrypt_content(&content) {
                return opened.map_err(Some);
            }
        }
        let content_key = match encrypted_key {
            EncryptedKey::Transport { transport, wrapped } => key.unwrap_key(*transport, wrapped).map_err(Some),
            EncryptedKey::Agreement(agreement) => agreement.open(key),
            EncryptedKey::Unknown => return Err(None),
        };
        // Where the key did not open, some other key decrypts: a refusal takes as long as a failure (RFC 3218 §2.3).
        let (content_key, fault) = match content_key {
            Ok(content_key) => (content_key, Ok(())),
            Err(said) => (Secret::random(cipher.key_len()).map_err(|_| None)?, Err(said)),
        };
        let content = cbc_decrypt(cipher, content_key.expose(), &iv, &self.encrypted);
        fault?;
        content.map_err(|_| None)
    }
}
