//! `wss` beside `ws`, as the person turns it on, renews it and turns it off while the agent runs.

use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use client::Home;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::ports::{self, Bound};
use crate::server::{self, Shared};
use crate::tls::{self, Tls};

/// The certificates with which connections that come now are answered; `None` while it is off.
#[derive(Clone, Default)]
pub(crate) struct Current(Arc<Mutex<Option<Arc<Tls>>>>);

impl Current {
    pub(crate) fn tls(&self) -> Option<Arc<Tls>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, tls: Option<Tls>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tls.map(Arc::new);
    }
}

/// The listeners for `wss`. Their faults are told by `doctor`: pages that can do without are answered all the same.
pub(crate) struct Secure {
    /// Ports in the order they are tried.
    wanted: Vec<u16>,
    current: Current,
    seen: Option<Stamp>,
    /// Bound, and not yet answering.
    bound: Option<Bound>,
    port: Option<u16>,
    answering: Vec<AbortHandle>,
}

/// When the authority was made, and its length: it is written last, so that what is new is whole.
type Stamp = (SystemTime, u64);

impl Secure {
    /// Takes a port where it is on.
    pub(crate) fn of(home: &Home, wanted: Vec<u16>) -> Self {
        let wanted = if wanted.is_empty() { protocol::TLS_PORTS.to_vec() } else { wanted };
        let (current, answering) = (Current::default(), Vec::new());
        let mut secure = Self { wanted, current, seen: None, bound: None, port: None, answering };
        secure.look(home);
        secure
    }

    /// The port, where it is on and one was free.
    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }

    /// Looks at what the person did meanwhile; whether there was something.
    pub(crate) fn look(&mut self, home: &Home) -> bool {
        let stamp =
            fs::metadata(tls::authority_file(home)).ok().and_then(|facts| Some((facts.modified().ok()?, facts.len())));
        if stamp == self.seen {
            return false;
        }
        self.seen = stamp;
        let tls = Tls::of(home).ok().flatten();
        if tls.is_none() {
            self.answering.drain(..).for_each(|listener| listener.abort());
            (self.bound, self.port) = (None, None);
        } else if self.port.is_none() {
            self.bound = ports::bind(&self.wanted).ok();
            self.port = self.bound.as_ref().map(|bound| bound.port);
        }
        self.current.set(tls);
        true
    }

    /// Answers on what was bound.
    ///
    /// # Errors
    /// What the system reports.
    pub(crate) fn answer(&mut self, shared: &Arc<Shared>) -> std::io::Result<()> {
        for listener in self.bound.take().into_iter().flat_map(|bound| bound.listeners) {
            let listener = TcpListener::from_std(listener)?;
            let listening = server::listen(listener, Arc::clone(shared), Some(self.current.clone()));
            self.answering.push(tokio::spawn(listening).abort_handle());
        }
        Ok(())
    }
}
