//! What crosses the wire between a web page and the agent: `bidseal.v1`, JSON-RPC 2.0 over a WebSocket.
//!
//! Types only, no I/O. Every parameter object refuses members it does not know: there is no place for a PIN, a path or
//! a URL in any of them.

mod batch;
mod bid;
mod certificate;
mod document;
mod error;
mod health;
mod method;
mod news;
mod rpc;
pub mod screens;
mod session;
mod signing;
mod typescript;

pub use batch::{Batch, BatchItem, BatchResumeParams, BatchSealParams, BatchSignParams, BatchUpload};
pub use bid::{
    BidContent, BidContents, BidDecryptParams, BidDecrypted, BidEncryptParams, BidEncrypted, BidFile, BidMeta,
    BidOpenParams, BidOpened,
};
pub use certificate::{CertificateInfo, Certificates, CertificatesParams};
pub use document::{Close, Document, OpenDocument, OpenedDocument};
pub use error::{ErrorData, RemoteError, RpcCode};
pub use health::{Health, PRODUCT, VERSION};
pub use method::Method;
pub use news::{BatchNews, ConsentNews, Progress};
pub use rpc::{Id, Incoming, Notification, Reply};
pub use session::{Cancel, Cancelled, Connect, ConnectParams, Decision, Hello, HelloParams};
pub use signing::{Login, LoginParams, Place, Seal, SealParams, Sealed, SignParams, Signed, VerifyParams};
pub use typescript::typescript;

/// The WebSocket subprotocol of this version.
pub const SUBPROTOCOL: &str = "bidseal.v1";
/// Longest message in bytes; documents go by HTTP.
pub const MAX_MESSAGE: usize = 64 << 10;
/// Items of a batch: as many as one answer holds.
pub const MAX_BATCH: usize = 100;
/// Ports for `ws` and `http`, in the order they are tried.
pub const PORTS: [u16; 3] = [18651, 28651, 31651];
/// Ports for `wss` and `https`, when the person has turned them on.
pub const TLS_PORTS: [u16; 3] = [18652, 28652, 31652];
