//! One agent for each home: a lock that dies with its holder, and a note that says where the holder listens.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;

use client::{Code, Failure, Home};
use serde::{Deserialize, Serialize};

const LABEL: &str = "agent";

/// Where a running agent listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The port for `ws` and `http`, on 127.0.0.1 and ::1.
    pub port: u16,
    /// The port for `wss` and `https`, if that is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_port: Option<u16>,
    /// Its process.
    pub pid: u32,
}

/// The right to be the agent of a home.
pub(crate) struct Only {
    _locked: File,
}

/// What a start found.
pub(crate) enum Start {
    /// Nobody else is the agent.
    First(Only),
    /// Another is; where it listens, if it has got that far.
    Second(Option<Endpoint>),
}

/// Tries to become the agent of a home.
pub(crate) fn start(home: &Home) -> Result<Start, Failure> {
    let failed = |error: io::Error| Failure::new(Code::AgentFailed).with("reason", client::system_reason(&error));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(home.path().join("agent.lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Start::First(Only { _locked: file })),
        Err(TryLockError::WouldBlock) => Ok(Start::Second(noted(home))),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Notes where this agent listens, for others of this user.
pub(crate) fn note(home: &Home, endpoint: &Endpoint) -> Result<(), Failure> {
    let bytes = serde_json::to_vec(endpoint).expect("two numbers always serialise");
    Ok(home.parts().replace(&home.path().join("agent.json"), LABEL, &bytes)?)
}

/// Where the agent of a home listens, if one runs.
pub(crate) fn endpoint(home: &Home) -> Option<Endpoint> {
    let file = OpenOptions::new().write(true).open(home.path().join("agent.lock")).ok()?;
    matches!(file.try_lock(), Err(TryLockError::WouldBlock)).then(|| noted(home))?
}

fn noted(home: &Home) -> Option<Endpoint> {
    serde_json::from_slice(&fs::read(home.path().join("agent.json")).ok()?).ok()
}
