//! Binary values in JSON, as hexadecimal text.

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

/// Bytes that are no secret: nonces, salts, sealed keys, public keys, certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hexadecimal(pub(super) Vec<u8>);

impl Serialize for Hexadecimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hexadecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(&text).map(Self).map_err(|error| D::Error::custom(format!("not hexadecimal: {error}")))
    }
}
