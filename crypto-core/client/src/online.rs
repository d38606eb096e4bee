//! The network, and the addresses that are asked over it.
//!
//! A use case gets the network only with an order of the person's that asked for it, so no other can reach it.

use std::fmt;

use fetch::{Fetch, FetchError, Url, UrlError};

use crate::{Code, Failure};

/// The network, given by a shell where the person asked for it.
#[derive(Clone, Copy)]
pub struct Online<'a>(pub &'a dyn Fetch);

impl fmt::Debug for Online<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Online")
    }
}

/// An address as a person typed it.
pub(crate) fn address(text: &str) -> Result<Url, Failure> {
    let reason = |error| match error {
        UrlError::Scheme => "not_http",
        UrlError::UserName => "user_name",
        _ => "not_an_address",
    };
    Url::parse(text).map_err(|error| Failure::new(Code::NetworkUrl).with("url", text).with("reason", reason(error)))
}

/// What the network reported about an address.
pub(crate) fn failed(url: &Url, error: FetchError) -> Failure {
    let failure = |code| Failure::new(code).with("url", url.as_str());
    match error {
        FetchError::Private { host } => failure(Code::NetworkPrivate).with("host", host),
        FetchError::Slow { seconds } => failure(Code::NetworkSlow).with("seconds", seconds),
        FetchError::TooLarge { limit } => failure(Code::NetworkTooLarge).with("limit", limit),
        FetchError::Status { status } => failure(Code::NetworkStatus).with("status", status),
        FetchError::Unreachable { reason } => {
            failure(Code::NetworkUnreachable).with("reason", crate::detailed("not_reached", reason))
        }
        other => failure(Code::NetworkUnreachable).with("reason", crate::detailed("not_reached", other)),
    }
}

/// The same as a reason of a verdict.
pub(crate) const fn reason(error: &FetchError) -> &'static str {
    match error {
        FetchError::Private { .. } => "network.private",
        FetchError::Slow { .. } => "network.slow",
        FetchError::TooLarge { .. } => "network.too_large",
        FetchError::Status { .. } => "network.status",
        _ => "network.unreachable",
    }
}
