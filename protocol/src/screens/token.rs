//! Keys and certificates.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Told;

/// The tokens that are here, and the modules that were asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Tokens {
    /// Every token.
    pub tokens: Vec<Token>,
    /// Every module.
    pub modules: Vec<Module>,
    /// The first failure of what the person chose.
    pub failure: Option<Told>,
}

/// A vendor module and how it fared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Module {
    /// Its file.
    pub module: String,
    /// How many tokens it shows.
    pub tokens: usize,
    /// Why it does not work.
    pub failure: Option<Told>,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Token {
    /// What people call it.
    pub label: String,
    /// Kind of token.
    pub provider: String,
    /// Serial number (设备号).
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// Model name.
    pub model: String,
    /// The suite it was made for.
    pub suite: Option<String>,
    /// What it can do.
    pub capabilities: Vec<String>,
    /// The state of its PIN.
    pub pin: Pin,
    /// The rules of its certificate authority.
    pub policy: Option<Policy>,
    /// Limits of its protection.
    pub warnings: Vec<String>,
    /// Its keys.
    pub keys: Vec<Key>,
}

/// The state of a PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Pin {
    /// A PIN has been set.
    pub initialised: bool,
    /// The initial PIN is still in force.
    pub is_default: Option<bool>,
    /// Tries of a fresh counter.
    pub max: Option<u32>,
    /// Tries left.
    pub remaining: Option<u32>,
    /// `ok`, `low`, `final_try`, `locked` or `unknown`.
    pub state: String,
    /// Fewest and most characters of a new PIN.
    pub length: (usize, usize),
}

/// The rules of a certificate authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Policy {
    /// The authority.
    pub authority: String,
    /// The PIN that all its keys come with.
    pub initial: Option<String>,
    /// Fewest and most characters of a new PIN.
    pub length: (usize, usize),
    /// What a new PIN must have.
    pub classes: Vec<String>,
    /// Tries of a fresh counter.
    pub tries: Option<u32>,
    /// How a locked key is unlocked.
    pub unblock: Vec<String>,
    /// Whether this was seen on a key.
    pub confirmed: bool,
}

/// One key of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Key {
    /// Name of its container.
    pub container: String,
    /// `sign` or `encrypt`.
    #[serde(rename = "use")]
    pub key_use: String,
    /// Its algorithm.
    pub algorithm: String,
    /// Its certificate, once imported.
    pub certificate: Option<Certificate>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Certificate {
    /// Whom it was issued to.
    pub holder: String,
    /// The whole subject name.
    pub subject: String,
    /// The issuer's whole name.
    pub issuer: String,
    /// Serial number (证书号), hexadecimal.
    pub serial: String,
    /// SHA-256 thumbprint.
    pub sha256: String,
    /// SM3 thumbprint.
    pub sm3: String,
    /// Algorithm of its key.
    pub algorithm: String,
    /// May sign.
    pub can_sign: bool,
    /// May be encrypted to.
    pub can_encrypt: bool,
    /// First moment of validity, RFC 3339.
    pub valid_from: String,
    /// Last moment of validity, RFC 3339.
    pub valid_to: String,
    /// Unified social credit code.
    #[serde(default)]
    pub credit_code: Option<String>,
    /// Device number.
    #[serde(default)]
    pub device_number: Option<String>,
    /// Label of the token it lies on.
    #[serde(default)]
    pub token: Option<String>,
}
