//! Verdicts.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A verdict with its facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Verified {
    /// Name of the file.
    pub name: String,
    /// `pdf`, `cms` or `bid`.
    pub kind: String,
    /// `valid`, `unknown` or `invalid`.
    pub verdict: String,
    /// Reasons that concern the file as a whole.
    pub reasons: Vec<Reason>,
    /// Every signature.
    pub signatures: Vec<Signature>,
}

/// A reason in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reason {
    /// The stable word.
    pub code: String,
    /// What it means.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// One signature; each fact is a word of its axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Signature {
    /// Its name.
    pub name: String,
    /// The signer's subject name.
    pub signer: String,
    /// SHA-256 of the signer's certificate.
    pub certificate: String,
    /// When.
    pub time: SignatureTime,
    /// The signed bytes are unchanged.
    pub intact: bool,
    /// The signature is mathematically right.
    pub signature: bool,
    /// `whole`, `revision` or `partial`.
    pub coverage: String,
    /// `none`, `signature`, `timestamp`, `dss`, `form` or `other`.
    pub changes_after: String,
    /// Pages that changed since.
    pub pages_changed: Vec<usize>,
    /// `valid`, `invalid` or `absent`.
    pub seal: String,
    /// `trusted`, `untrusted`, `expired` or `unknown`.
    pub chain: String,
    /// `good`, `revoked`, `unknown` or `not_checked`.
    pub revocation: String,
    /// Why a fact is not good.
    pub reasons: Vec<Reason>,
}

/// When something was signed, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignatureTime {
    /// RFC 3339.
    pub value: Option<String>,
    /// `timestamp`, `claimed` or `none`.
    pub source: String,
}
