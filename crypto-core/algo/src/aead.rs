//! Authenticated encryption: SM4-GCM (RFC 8998, GB/T 36624) and AES-256-GCM (NIST SP 800-38D).

use std::sync::{Mutex, OnceLock, PoisonError};

use openssl::{
    cipher::{Cipher, CipherRef},
    cipher_ctx::CipherCtx,
    error::ErrorStack,
};
use thiserror::Error;

use crate::{LibraryFailure, Secret};

/// Length of a nonce in bytes.
pub const NONCE_LEN: usize = 12;
/// Length of the tag that follows the ciphertext, in bytes.
pub const TAG_LEN: usize = 16;

/// An authenticated cipher with a 12-byte nonce and a 16-byte tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aead {
    /// `AEAD_SM4_GCM`, 16-byte key.
    Sm4Gcm,
    /// `AEAD_AES_256_GCM`, 32-byte key.
    Aes256Gcm,
}

impl Aead {
    /// Length of a key in bytes.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Sm4Gcm => 16,
            Self::Aes256Gcm => 32,
        }
    }

    /// The name in the IANA registry of AEAD algorithms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm4Gcm => "AEAD_SM4_GCM",
            Self::Aes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    /// Fetched once: looking a cipher up takes longer than encrypting a chunk.
    fn cipher(self) -> &'static CipherRef {
        static SM4: OnceLock<Cipher> = OnceLock::new();
        static AES: OnceLock<Cipher> = OnceLock::new();
        let (place, name) = match self {
            Self::Sm4Gcm => (&SM4, "SM4-GCM"),
            Self::Aes256Gcm => (&AES, "AES-256-GCM"),
        };
        place.get_or_init(|| Cipher::fetch(None, name, None).expect("the vendored OpenSSL has both GCM ciphers"))
    }
}

/// Encryption was refused or failed. Nothing was written that could be mistaken for ciphertext.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum AeadError {
    /// The key has not the cipher's length.
    #[error("a key of {got} bytes where {expected} are needed")]
    KeyLength {
        /// The cipher's key length.
        expected: usize,
        /// Length of what was given.
        got: usize,
    },
    /// `out` is not exactly [`TAG_LEN`] longer than the plain text.
    #[error("the output buffer has {got} bytes where {expected} are needed")]
    OutputLength {
        /// Length that fits.
        expected: usize,
        /// Length of what was given.
        got: usize,
    },
    /// The library failed.
    #[error(transparent)]
    Library(#[from] LibraryFailure),
}

/// The sealed bytes were not made with this key, nonce and associated data, or were altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the sealed data was altered or does not belong to this key")]
pub struct OpenFailed;

/// A key that any number of threads may use at once. Contexts with the expanded key are kept for the next call, one per
/// thread that was ever inside at the same time.
pub struct AeadKey {
    aead: Aead,
    key: Secret,
    /// SM4 by our own kernels, where they are faster than the library and look nothing up by a secret.
    kernel: Option<kernels::GcmKey>,
    sealing: Mutex<Vec<CipherCtx>>,
    opening: Mutex<Vec<CipherCtx>>,
}

/// Where OpenSSL's SM4 is a table indexed by secret bytes. On ARM it uses the processor's own instructions.
const KERNELS: bool = cfg!(target_arch = "x86_64");

/// What no tag vouches for is handed to nobody. It is no secret of ours but whatever a stranger sent, in memory that the caller
/// reads on: an ordinary write is enough.
fn wiped(out: &mut [u8]) -> OpenFailed {
    out.fill(0);
    OpenFailed
}

impl AeadKey {
    /// Takes a copy of `key`.
    ///
    /// # Errors
    /// [`AeadError::KeyLength`].
    pub fn new(aead: Aead, key: &[u8]) -> Result<Self, AeadError> {
        if key.len() != aead.key_len() {
            return Err(AeadError::KeyLength { expected: aead.key_len(), got: key.len() });
        }
        let kernel = match (aead, key.try_into()) {
            (Aead::Sm4Gcm, Ok(key)) if KERNELS => Some(kernels::GcmKey::new(key)),
            _ => None,
        };
        Ok(Self { aead, key: Secret::copy_of(key), kernel, sealing: Mutex::default(), opening: Mutex::default() })
    }

    /// Which cipher this is a key of.
    #[must_use]
    pub fn aead(&self) -> Aead {
        self.aead
    }

    /// Encrypts `plain` into `out`: ciphertext, then the tag. A nonce may be used once under a key.
    ///
    /// # Errors
    /// [`AeadError::OutputLength`] unless `out` is [`TAG_LEN`] longer than `plain`.
    pub fn seal(&self, nonce: &[u8; NONCE_LEN], aad: &[u8], plain: &[u8], out: &mut [u8]) -> Result<(), AeadError> {
        let expected = plain.len() + TAG_LEN;
        if out.len() != expected {
            return Err(AeadError::OutputLength { expected, got: out.len() });
        }
        let (cipher, tag) = out.split_at_mut(plain.len());
        if let Some(kernel) = &self.kernel {
            tag.copy_from_slice(&kernel.seal(nonce, aad, plain, cipher));
            return Ok(());
        }
        self.seal_parts(nonce, aad, plain, cipher, tag).map_err(|failure| LibraryFailure::from(failure).into())
    }

    /// Decrypts `sealed` (ciphertext, then tag) into `out`, which is [`TAG_LEN`] shorter. If that fails, `out` is zeroed.
    ///
    /// # Errors
    /// [`OpenFailed`] for every reason, wrong lengths included.
    pub fn open(&self, nonce: &[u8; NONCE_LEN], aad: &[u8], sealed: &[u8], out: &mut [u8]) -> Result<(), OpenFailed> {
        let Some((cipher, tag)) = sealed.split_last_chunk::<TAG_LEN>().filter(|(cipher, _)| cipher.len() == out.len())
        else {
            return Err(wiped(out));
        };
        if let Some(kernel) = &self.kernel {
            return kernel.open(nonce, aad, cipher, tag, out).map_err(|kernels::OpenFailed| wiped(out));
        }
        self.open_parts(nonce, aad, cipher, tag, out).map_err(|_| wiped(out))
    }

    fn seal_parts(
        &self,
        nonce: &[u8],
        aad: &[u8],
        plain: &[u8],
        cipher: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), ErrorStack> {
        let mut context = match take(&self.sealing) {
            Some(context) => context,
            None => {
                let mut context = CipherCtx::new()?;
                context.encrypt_init(Some(self.aead.cipher()), Some(self.key.expose()), None)?;
                context
            }
        };
        context.encrypt_init(None, None, Some(nonce))?;
        run(&mut context, aad, plain, cipher)?;
        context.tag(tag)?;
        put(&self.sealing, context);
        Ok(())
    }

    fn open_parts(
        &self,
        nonce: &[u8],
        aad: &[u8],
        cipher: &[u8],
        tag: &[u8],
        plain: &mut [u8],
    ) -> Result<(), ErrorStack> {
        let mut context = match take(&self.opening) {
            Some(context) => context,
            None => {
                let mut context = CipherCtx::new()?;
                context.decrypt_init(Some(self.aead.cipher()), Some(self.key.expose()), None)?;
                context
            }
        };
        context.decrypt_init(None, None, Some(nonce))?;
        context.set_tag(tag)?;
        run(&mut context, aad, cipher, plain)?;
        put(&self.opening, context);
        Ok(())
    }
}

/// Associated data, data, final block: for opening, the last step is where the tag is compared.
fn run(context: &mut CipherCtx, aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), ErrorStack> {
    if !aad.is_empty() {
        context.cipher_update(aad, None)?;
    }
    if !input.is_empty() {
        context.cipher_update(input, Some(output))?;
    }
    context.cipher_final(&mut [])?;
    Ok(())
}

// A panic elsewhere cannot leave these lists inconsistent, so a poisoned lock is used on. A context whose use failed
// is not put back.
fn take(contexts: &Mutex<Vec<CipherCtx>>) -> Option<CipherCtx> {
    contexts.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn put(contexts: &Mutex<Vec<CipherCtx>>, context: CipherCtx) {
    contexts.lock().unwrap_or_else(PoisonError::into_inner).push(context);
}
