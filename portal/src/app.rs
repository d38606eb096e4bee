//! What every request of the portal shares.

use std::path::PathBuf;

use fetch::Http;
use sqlx::AnyPool;
use time::OffsetDateTime;
use x509::TrustStore;

use crate::Serve;
use crate::bids::Filling;
use crate::pages::Pages;
use crate::platform::Platform;
use crate::revocation::Policy;
use crate::store;

/// Where the agent listens by the protocol.
const AGENT_PORTS: [u16; 3] = [18651, 28651, 31651];
/// The same over TLS.
const AGENT_TLS_PORTS: [u16; 3] = [18652, 28652, 31652];

/// The portal.
pub(crate) struct App {
    pub(crate) database: AnyPool,
    pub(crate) data: PathBuf,
    pub(crate) origin: String,
    pub(crate) agent_ports: AgentPorts,
    pub(crate) revocation: Policy,
    pub(crate) network: Http,
    /// Bids whose next slice is being written.
    pub(crate) filling: Filling,
    pub(crate) trust: TrustStore,
    pub(crate) platform: Platform,
    pub(crate) pages: Pages,
    /// The portal's own clock decides about deadlines.
    pub(crate) clock: fn() -> OffsetDateTime,
}

/// Where pages look for the agent.
#[derive(Clone, Debug)]
pub(crate) struct AgentPorts {
    pub(crate) plain: Vec<u16>,
    pub(crate) secure: Vec<u16>,
}

impl AgentPorts {
    fn of(options: &Serve) -> Self {
        let own = !options.agent_ports.is_empty() || !options.agent_tls_ports.is_empty();
        if own {
            return Self { plain: options.agent_ports.clone(), secure: options.agent_tls_ports.clone() };
        }
        Self { plain: AGENT_PORTS.to_vec(), secure: AGENT_TLS_PORTS.to_vec() }
    }
}

/// Why the portal does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the trusted roots: {0}")]
    Trust(#[from] x509::TrustError),
    #[error("{0}: {1}")]
    File(PathBuf, String),
    #[error("the origin must be https://…, or http://localhost:PORT to try it, without a slash at its end")]
    Origin,
}

impl App {
    pub(crate) async fn start(options: Serve) -> Result<Self, StartError> {
        check_origin(&options.origin)?;
        let ports = AgentPorts::of(&options);
        let pages = Pages::load(&options.web, &ports)?;
        std::fs::create_dir_all(options.data.join("bids"))?;
        let clock = OffsetDateTime::now_utc;
        Ok(Self {
            database: store::open(&options.data).await?,
            platform: Platform::load(&options.data)?,
            trust: TrustStore::load_dir(&options.trust)?,
            data: options.data,
            origin: options.origin,
            agent_ports: ports,
            revocation: options.revocation,
            network: Http::new(options.allow_private_addresses),
            filling: Filling::default(),
            pages,
            clock,
        })
    }

    /// Seconds since 1970, as the database keeps moments.
    pub(crate) fn now(&self) -> i64 {
        (self.clock)().unix_timestamp()
    }
}

fn check_origin(origin: &str) -> Result<(), StartError> {
    let local = origin.strip_prefix("http://localhost:");
    let fits = origin.strip_prefix("https://").or(local).is_some_and(|host| !host.is_empty() && !host.contains('/'));
    if fits { Ok(()) } else { Err(StartError::Origin) }
}
