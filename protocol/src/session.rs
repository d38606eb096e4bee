//! How a page and the agent meet.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Parameters of [`crate::Method::Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HelloParams {
    /// Random bytes of the page, base64, 44 to 128 characters; the agent signs them.
    pub nonce: String,
}

/// Result of [`crate::Method::Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Hello {
    /// Always `bidseal`.
    pub product: String,
    /// Version of the program.
    pub version: String,
    /// Version of the protocol.
    pub protocol: u32,
    /// Public key of this installation (SubjectPublicKeyInfo, base64); a page pins it at the first approval.
    pub key: String,
    /// ECDSA P-256 with SHA-256, DER, base64, over `bidseal-hello-v1` ‖ SHA-256(origin) ‖ SHA-256(nonce text).
    pub signature: String,
    /// The person has let this page in.
    pub allowed: bool,
}

/// Parameters of [`crate::Method::Connect`]: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConnectParams {}

/// Result of [`crate::Method::Connect`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Connect {
    /// How long the permission holds.
    pub decision: Decision,
}

/// For how long a page may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Until this connection ends.
    Once,
    /// Until the person takes it back.
    Always,
}

/// Parameters of [`crate::Method::Cancel`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// The call that is to end.
    pub id: crate::Id,
}

/// Result of [`crate::Method::Cancel`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Cancelled {
    /// There was such a call, and it has been told to end.
    pub cancelled: bool,
}
