//! What crosses the wire between a web page and the agent: `bidseal.v1`, JSON-RPC 2.0 over a WebSocket.
//!
//! Types only, no I/O. Every parameter object refuses members it does not know: there is no place for a PIN, a path or
//! a URL in any of them.

mod error;
mod health;
mod method;
mod rpc;

pub use error::{RemoteError, RpcCode};
pub use health::{Health, PRODUCT, VERSION};
pub use method::{
    CertificateInfo, Certificates, CertificatesParams, Close, Connect, ConnectParams, Decision, Document, Hello,
    HelloParams, Login, LoginParams, Method, OpenDocument, OpenedDocument, Place, Seal, SealParams, Sealed, SignParams,
    Signed, VerifyParams,
};
pub use rpc::{Id, Incoming, Notification, Reply};

/// The WebSocket subprotocol of this version.
pub const SUBPROTOCOL: &str = "bidseal.v1";
/// Longest message in bytes; documents go by HTTP.
pub const MAX_MESSAGE: usize = 64 << 10;
/// Ports for `ws` and `http`, in the order they are tried.
pub const PORTS: [u16; 3] = [18651, 28651, 31651];
