//! Fetching the small answers that certificates and time stamps need: revocation lists, OCSP answers, time stamps.
//!
//! An address often comes out of a certificate, which is somebody else's word. So an answer is limited in size and in
//! time, only `http:` and `https:` are spoken, and only addresses of the public internet are asked, wherever the name, a
//! redirection or the name server leads: the address that was checked is the one that is connected to. A person's setting
//! lets private networks in. Nothing here is called unless a person or a setting asked for it.
//!
//! What comes back is unproven bytes. Whoever asked verifies the signature in them; `https:` keeps only the question
//! from being read on the way.

mod address;
mod http;
mod url;

use thiserror::Error;

pub use address::is_public;
pub use http::Http;
pub use url::{Url, UrlError};

/// Who fetches: the network, or a test.
pub trait Fetch: Sync {
    /// Fetches one answer.
    ///
    /// # Errors
    /// [`FetchError`].
    fn fetch(&self, order: &Order<'_>) -> Result<Vec<u8>, FetchError>;
}

/// What is to be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// From where.
    pub url: &'a Url,
    /// What is sent; without it, the address alone is asked for.
    pub body: Option<Body<'a>>,
    /// Most bytes that are taken.
    pub limit: u64,
    /// Most seconds that are waited, from looking up the name to the last byte.
    pub seconds: u64,
}

/// A question that is sent.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    /// Media type, such as `application/ocsp-request`.
    pub media_type: &'a str,
    /// The question itself.
    pub bytes: &'a [u8],
}

/// Why nothing was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The name leads to a private network, or to this computer.
    #[error("{host} is no address of the public internet")]
    Private {
        /// The host that led there.
        host: String,
    },
    /// No answer: no such name, no connection, no secure connection.
    #[error("no answer: {reason}")]
    Unreachable {
        /// What the system says.
        reason: String,
    },
    /// The answer did not come in time.
    #[error("no whole answer within {seconds} s")]
    Slow {
        /// How long was waited.
        seconds: u64,
    },
    /// The answer is longer than allowed.
    #[error("the answer is longer than {limit} bytes")]
    TooLarge {
        /// Most bytes that are taken.
        limit: u64,
    },
    /// The server answered with an error.
    #[error("the server answered {status}")]
    Status {
        /// The status of HTTP.
        status: u16,
    },
}
