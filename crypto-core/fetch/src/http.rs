//! HTTP/1.1 through `ureq`, with every limit set.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use crate::address::is_public;
use crate::{Fetch, FetchError, Order};

/// Authorities move their lists; nobody moves them more often.
const MOST_REDIRECTS: u32 = 3;

/// Longest head of an answer, in bytes.
const HEAD: usize = 16 << 10;

/// Which addresses may be asked.
type Rule = fn(IpAddr) -> bool;

/// The network.
#[derive(Clone, Copy)]
pub struct Http {
    allowed: Rule,
}

impl Http {
    /// Asks addresses of the public internet only; with `allow_private`, also those of private networks and of this
    /// computer.
    #[must_use]
    pub const fn new(allow_private: bool) -> Self {
        Self { allowed: if allow_private { |_| true } else { is_public } }
    }

    /// Asks the addresses that a rule of the caller's allows.
    #[must_use]
    pub const fn with_rule(allowed: fn(IpAddr) -> bool) -> Self {
        Self { allowed }
    }
}

impl Fetch for Http {
    fn fetch(&self, order: &Order<'_>) -> Result<Vec<u8>, FetchError> {
        let refused = Refused::default();
        let resolver = Checked { names: DefaultResolver::default(), allowed: self.allowed, refused: refused.clone() };
        let agent = Agent::with_parts(configuration(order), DefaultConnector::default(), resolver);
        ask(&agent, order).map_err(|error| refused.take().unwrap_or_else(|| told(error, order)))
    }
}

fn configuration(order: &Order<'_>) -> Config {
    let tls = TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::PlatformVerifier).build();
    Config::builder()
        .timeout_global(Some(Duration::from_secs(order.seconds)))
        .max_redirects(MOST_REDIRECTS)
        .max_response_header_size(HEAD)
        // A proxy would connect to addresses that nobody here has checked.
        .proxy(None)
        .user_agent("bidseal")
        .accept("*/*")
        .tls_config(tls)
        .build()
}

fn ask(agent: &Agent, order: &Order<'_>) -> Result<Vec<u8>, Error> {
    let mut answer = match order.body {
        Some(body) => agent.post(order.url.as_str()).content_type(body.media_type).send(body.bytes)?,
        None => agent.get(order.url.as_str()).call()?,
    };
    answer.body_mut().with_config().limit(order.limit).read_to_vec()
}

fn told(error: Error, order: &Order<'_>) -> FetchError {
    match error {
        Error::StatusCode(status) => FetchError::Status { status },
        Error::Timeout(_) => FetchError::Slow { seconds: order.seconds },
        Error::BodyExceedsLimit(_) => FetchError::TooLarge { limit: order.limit },
        other => FetchError::Unreachable { reason: other.to_string() },
    }
}

/// The host that was refused, carried past the library's own errors.
#[derive(Clone, Default)]
struct Refused(Arc<Mutex<Option<String>>>);

impl Refused {
    fn set(&self, host: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(host.to_owned());
    }

    fn take(&self) -> Option<FetchError> {
        let host = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        host.map(|host| FetchError::Private { host })
    }
}

/// Looks names up and keeps only addresses that may be asked: each connection, that of a redirection too, goes to one of
/// them and to no later answer of a name server.
struct Checked {
    names: DefaultResolver,
    allowed: Rule,
    refused: Refused,
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Checked")
    }
}

impl Resolver for Checked {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        found.iter().filter(|address| (self.allowed)(address.ip())).for_each(|address| kept.push(*address));
        if kept.is_empty() {
            self.refused.set(uri.host().unwrap_or_default());
            return Err(Error::HostNotFound);
        }
        Ok(kept)
    }
}
