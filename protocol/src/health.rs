//! `GET /health`: the one answer that everybody gets. It says which program this is, and nothing about the person.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The name by which the SDK tells this program from others on the same port.
pub const PRODUCT: &str = "bidseal";
/// Version of the protocol.
pub const VERSION: u32 = 1;

/// The body of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Health {
    /// Always [`PRODUCT`].
    pub product: String,
    /// Version of the protocol.
    pub protocol: u32,
    /// The caller belongs to another user of this machine (status 421): the next port may be the right one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<_>", optional)]
    pub other_user: bool,
}

impl Health {
    /// The answer to the machine's own user, or to another.
    #[must_use]
    pub fn new(other_user: bool) -> Self {
        Self { product: PRODUCT.to_owned(), protocol: VERSION, other_user }
    }
}
