//! A failure inside OpenSSL that no input explains: out of memory, a broken build, no random source.

use openssl::error::ErrorStack;
use thiserror::Error;

/// The cryptographic library failed for a reason that lies in the machine, not in the input.
#[derive(Debug, Clone, Error)]
#[error("the cryptographic library failed: {0}")]
pub struct LibraryFailure(#[from] ErrorStack);
