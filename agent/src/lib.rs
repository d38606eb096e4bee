//! The localhost agent: web pages ask here for what only the person's keys can do.
//!
//! A request passes the [`gate`] (this machine, this user, this host, a page over https), the person's permission for
//! its origin ([`permissions`]), and for each use of a key the person's consent, which the program around the agent asks
//! for ([`Shell`]). Bytes travel as [`documents`], calls as JSON-RPC messages; what was asked and answered stands in the
//! journal before the answer leaves.

mod batches;
mod bids;
mod caller;
mod calls;
mod connection;
mod crowd;
pub mod doctor;
mod documents;
mod gate;
mod holder;
mod installation;
mod link;
mod message;
mod operations;
mod origin;
mod patience;
mod permissions;
mod policy;
mod ports;
mod quota;
mod running;
mod secure;
mod server;
mod shell;
mod socket;
pub mod tls;
mod transfer;
mod voices;

use std::sync::Arc;
use std::time::Duration;

use client::{Code, Failure};
use tokio::net::TcpListener;

pub use link::Wake;
pub use origin::{Origin, OriginError};
pub use permissions::{Answer, Standing};
pub use running::Endpoint;
pub use shell::Shell;

use ports::Bound;
use running::{Only, Start};
use secure::Secure;
use server::Shared;

/// Between two looks at whether the person wants it to end.
const LOOK: Duration = Duration::from_millis(250);

/// What a start is to be like.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Ports in the order they are tried; empty means those of the protocol.
    pub ports: Vec<u16>,
    /// Ports for `wss` where the person has turned it on; empty means those of the protocol.
    pub tls_ports: Vec<u16>,
    /// Pages that are let in for this run.
    pub allowed: Vec<Origin>,
    /// Take `http://localhost` too, for developers of pages.
    pub developer: bool,
}

/// Every page about which the person has said something.
///
/// # Errors
/// [`Code::SettingsMalformed`].
pub fn origins(home: &client::Home) -> Result<Vec<(Origin, Standing)>, Failure> {
    Ok(permissions::Permissions::of(home).all()?.into_iter().collect())
}

/// The file with what the person said about pages.
#[must_use]
pub fn origins_file(home: &client::Home) -> std::path::PathBuf {
    permissions::file(home)
}

/// Forgets what the person said about a page; whether there was something.
///
/// # Errors
/// As [`origins`], and what writing reports.
pub fn forget_origin(home: &client::Home, origin: &Origin) -> Result<bool, Failure> {
    let permissions = permissions::Permissions::of(home);
    let known = permissions.standing(origin)?.is_some();
    permissions.set(origin, None).map(|()| known)
}

/// An agent that listens, and has not begun to answer.
pub struct Agent {
    shared: Arc<Shared>,
    bound: Bound,
    secure: Secure,
    _only: Only,
}

/// Where this agent listens now.
fn endpoint(bound: &Bound, secure: &Secure) -> Endpoint {
    Endpoint { port: bound.port, tls_port: secure.port(), pid: std::process::id() }
}

/// What became of a start.
pub enum Started {
    /// This is the agent now.
    Agent(Box<Agent>),
    /// Another one of this person is; where it listens, if it has got that far.
    Running(Option<Endpoint>),
}

impl Agent {
    /// Becomes the agent of the shell's home, unless there is one already.
    ///
    /// # Errors
    /// [`Code::AgentPorts`], [`Code::AgentFailed`], and what the home folder reports.
    pub fn start(shell: Box<dyn Shell>, options: Options) -> Result<Started, Failure> {
        let only = match running::start(shell.home())? {
            Start::Second(endpoint) => return Ok(Started::Running(endpoint)),
            Start::First(only) => only,
        };
        // Documents of an agent that was killed.
        let _ = std::fs::remove_dir_all(server::folder(shell.home()));
        let wanted = if options.ports.is_empty() { protocol::PORTS.to_vec() } else { options.ports };
        let bound = ports::bind(&wanted)?;
        let secure = Secure::of(shell.home(), options.tls_ports);
        running::note(shell.home(), &endpoint(&bound, &secure))?;
        let shared = Arc::new(Shared::new(shell, options.developer, options.allowed)?);
        Ok(Started::Agent(Box::new(Self { shared, bound, secure, _only: only })))
    }

    /// The port for `wss` and `https`, where the person has turned it on and a port was free.
    #[must_use]
    pub fn tls_port(&self) -> Option<u16> {
        self.secure.port()
    }

    /// The port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.bound.port
    }

    /// Answers until `stop` says so; then every connection is closed.
    ///
    /// # Errors
    /// [`Code::AgentFailed`] when the system does not let it listen.
    pub fn run(mut self, stop: impl Fn() -> bool) -> Result<(), Failure> {
        let failed =
            |error: std::io::Error| Failure::new(Code::AgentFailed).with("reason", client::system_reason(&error));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        runtime.block_on(async {
            for listener in self.bound.listeners.drain(..) {
                let listener = TcpListener::from_std(listener).map_err(failed)?;
                tokio::spawn(server::listen(listener, Arc::clone(&self.shared), None));
            }
            self.secure.answer(&self.shared).map_err(failed)?;
            let mut seen = self.shared.permissions.stamp();
            while !stop() {
                tokio::time::sleep(LOOK).await;
                let stamp = self.shared.permissions.stamp();
                if stamp != seen {
                    seen = stamp;
                    self.shared.enforce();
                }
                self.follow_secure();
            }
            Ok::<_, Failure>(())
        })?;
        // Whoever waits for the person or the disk is not waited for.
        runtime.shutdown_background();
        Ok(())
    }

    /// Secure connections follow what the person does with them. Whatever of it fails, other pages are still answered.
    fn follow_secure(&mut self) {
        let home = self.shared.shell.home();
        if self.secure.look(home) && self.secure.answer(&self.shared).is_ok() {
            let _ = running::note(home, &endpoint(&self.bound, &self.secure));
        }
    }
}
