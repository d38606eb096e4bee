//! Hash functions: SHA-2 (FIPS 180-4), SM3 (GB/T 32905), and SHA-1 for reading old signatures only.

use std::{fmt, io, sync::OnceLock};

use openssl::{
    hash::MessageDigest,
    md::{Md, MdRef},
    md_ctx::MdCtx,
};
use thiserror::Error;

use crate::constant_time_eq;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hash {
    /// SHA-1: recognised, verified where a caller's policy still allows it, never used for a new signature.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SM3, 256 bits.
    Sm3,
}

/// Fewer messages than this are hashed sooner one after the other with the processor's own instruction.
const FEW: usize = 8;

impl Hash {
    /// Every hash function that is known here.
    pub const ALL: [Self; 5] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512, Self::Sm3];

    /// The hash of `data`.
    #[must_use]
    pub fn digest(self, data: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(data);
        hasher.finish()
    }

    /// The hash of each message, which is the concatenation of its two pieces. SM3, and SHA-256 where vectors are wide enough, take
    /// messages of equal length many at a time, which is faster than one after the other.
    ///
    /// # Panics
    /// When `out` has not one place for each message.
    pub fn digests(self, messages: &[[&[u8]; 2]], out: &mut [Digest]) {
        assert_eq!(messages.len(), out.len(), "each message has its place");
        let path = kernels::Path::best();
        let mut digests = Vec::new();
        if self == Self::Sm3 && path != kernels::Path::Portable {
            digests.resize(messages.len(), [0; kernels::DIGEST_LEN]);
            kernels::digests(path, messages, &mut digests);
        } else if self == Self::Sha256 && messages.len() >= FEW && kernels::sha256::is_available() {
            digests.resize(messages.len(), [0; kernels::DIGEST_LEN]);
            kernels::sha256::digests(messages, &mut digests);
        }
        if digests.len() == messages.len() {
            for (out, digest) in out.iter_mut().zip(digests) {
                *out = Digest::zero(digest.len());
                out.as_mut().copy_from_slice(&digest);
            }
            return;
        }
        for (out, pieces) in out.iter_mut().zip(messages) {
            let mut hasher = self.hasher();
            pieces.iter().for_each(|piece| hasher.update(piece));
            *out = hasher.finish();
        }
    }

    /// A hasher that takes data piece by piece.
    ///
    /// # Panics
    /// When there is no memory for a context of a few hundred bytes.
    #[must_use]
    pub fn hasher(self) -> Hasher {
        let mut context = MdCtx::new().expect("allocating a digest context fails only without memory");
        context.digest_init(self.md()).expect("a fetched digest can be initialised");
        Hasher { hash: self, context }
    }

    /// Length of the output in bytes.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 | Self::Sm3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The usual name, as standards write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sm3 => "SM3",
        }
    }

    /// OpenSSL's object, fetched once: an implicit fetch at every use would cost more than hashing a tree node.
    pub(crate) fn md(self) -> &'static MdRef {
        static FETCHED: OnceLock<[Md; 5]> = OnceLock::new();
        let fetch = |hash: Self| Md::fetch(None, hash.name(), None).expect("the vendored OpenSSL has SHA and SM3");
        &FETCHED.get_or_init(|| Self::ALL.map(fetch))[self as usize]
    }

    /// The same for those parts of OpenSSL that take the older type.
    pub(crate) fn message_digest(self) -> MessageDigest {
        match self {
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
            Self::Sm3 => MessageDigest::sm3(),
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Hashes data piece by piece.
pub struct Hasher {
    hash: Hash,
    context: MdCtx,
}

impl Hasher {
    /// Adds `data`.
    ///
    /// # Panics
    /// Never: an initialised digest takes any data.
    pub fn update(&mut self, data: &[u8]) {
        self.context.digest_update(data).expect("an initialised digest takes any data");
    }

    /// The hash of all that was added.
    ///
    /// # Panics
    /// Never: an initialised digest has a result.
    #[must_use]
    pub fn finish(mut self) -> Digest {
        let mut digest = Digest::zero(self.hash.output_len());
        self.context.digest_final(digest.as_mut()).expect("the buffer has the digest's length");
        digest
    }

    /// Which function this computes.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }
}

impl io::Write for Hasher {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.update(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The output of a hash function or of an HMAC, 20 to 64 bytes. Equality takes constant time, so a MAC can be compared
/// like any other value.
#[derive(Clone, Copy)]
pub struct Digest {
    bytes: [u8; 64],
    len: usize,
}

/// No hash function known here has an output of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} bytes are not the length of a digest")]
pub struct DigestLength(pub usize);

impl Digest {
    /// A digest that was computed elsewhere.
    ///
    /// # Errors
    /// [`DigestLength`] when no hash function has an output of this length.
    pub fn new(bytes: &[u8]) -> Result<Self, DigestLength> {
        if !Hash::ALL.iter().any(|hash| hash.output_len() == bytes.len()) {
            return Err(DigestLength(bytes.len()));
        }
        let mut digest = Self::zero(bytes.len());
        digest.as_mut().copy_from_slice(bytes);
        Ok(digest)
    }

    pub(crate) fn zero(len: usize) -> Self {
        Self { bytes: [0; 64], len }
    }

    /// Length in bytes.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a digest is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.as_ref(), other.as_ref())
    }
}

impl Eq for Digest {}

impl std::hash::Hash for Digest {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}

impl fmt::Display for Digest {
    /// Lower-case hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}
