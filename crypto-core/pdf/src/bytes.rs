//! The bytes of a document, shared and never changed.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;

use spool::Spool;

/// What a document is made of: bytes in memory, or a private file that the system reads where it is looked at.
#[derive(Clone)]
pub struct Bytes {
    store: Store,
    len: usize,
}

#[derive(Clone)]
enum Store {
    Memory(Arc<Vec<u8>>),
    File(Arc<Spool>),
}

impl Bytes {
    /// The first `len` of them, or all if there are fewer; nothing is copied.
    pub(crate) fn prefix(&self, len: usize) -> Self {
        Self { store: self.store.clone(), len: len.min(self.len) }
    }

    /// A copy with `tail` behind them, where they are themselves.
    pub(crate) fn followed_by(&self, tail: &[u8]) -> io::Result<Self> {
        match &self.store {
            Store::File(spool) if self.len == spool.as_ref().as_ref().len() => Ok(spool.followed_by(tail)?.into()),
            _ => Ok([self, tail].concat().into()),
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let all: &[u8] = match &self.store {
            Store::Memory(bytes) => bytes,
            Store::File(spool) => spool.as_ref().as_ref(),
        };
        &all[..self.len]
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self { len: bytes.len(), store: Store::Memory(Arc::new(bytes)) }
    }
}

impl From<Spool> for Bytes {
    fn from(spool: Spool) -> Self {
        Self { len: spool.as_ref().len(), store: Store::File(Arc::new(spool)) }
    }
}
