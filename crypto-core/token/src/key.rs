//! One key of a token as the algorithm crates want it.

use algo::{Digest, KeyTransport, OpenKey, PublicKey, Secret, SignDigest, SignatureScheme, WrappedContent};

use crate::{Capability, KeyId, Token, TokenError};

/// A key that stays on its token: signs digests and opens envelopes through the token's calls.
pub struct TokenKey<'t> {
    token: &'t mut dyn Token,
    key: KeyId,
}

impl<'t> TokenKey<'t> {
    /// This key of a token that is logged in.
    pub fn new(token: &'t mut dyn Token, key: KeyId) -> Self {
        Self { token, key }
    }

    /// The key's name.
    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.key
    }
}

impl SignDigest for TokenKey<'_> {
    type Error = TokenError;

    fn sign_digest(&mut self, scheme: &SignatureScheme, digest: &Digest) -> Result<Vec<u8>, TokenError> {
        self.token.sign_digest(&self.key, scheme, digest)
    }
}

impl OpenKey for TokenKey<'_> {
    type Error = TokenError;

    fn unwrap_key(&mut self, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, TokenError> {
        self.token.unwrap_key(&self.key, transport, wrapped)
    }

    fn agree(&mut self, peer: &PublicKey) -> Result<Secret, TokenError> {
        self.token.agree(&self.key, peer)
    }

    fn decrypt_content(&mut self, content: &WrappedContent<'_>) -> Option<Result<Secret, TokenError>> {
        match self.token.decrypt_content(&self.key, content) {
            Err(TokenError::NotSupported(Capability::DecryptContent)) => None,
            opened => Some(opened),
        }
    }
}
