//! Seals and stamping.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Certificate, Chosen, Told};

/// A seal picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Seal {
    /// Its name.
    pub name: String,
    /// Width in millimetres.
    pub width_mm: f64,
    /// Height in millimetres.
    pub height_mm: f64,
    /// Width and height in pixels.
    pub pixels: (u32, u32),
    /// False: a picture alone is not a seal object of a seal maker.
    pub registered: bool,
}

/// What is to be stamped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StampOrder {
    /// The documents.
    pub files: Vec<u32>,
    /// The folder for the results; absent means a folder beside the first document.
    pub folder: Option<u32>,
    /// SHA-256 of the certificate.
    pub certificate: String,
    /// Name of the seal.
    pub seal: String,
    /// Its width in millimetres, if it is to be another.
    pub width_mm: Option<f64>,
    /// `all`, `odd`, `even`, `last` or `1,3-5`.
    pub pages: String,
    /// The seal's centre from the top left of the page as displayed, in millimetres.
    pub at_mm: (f64, f64),
    /// Why it is signed.
    pub reason: Option<String>,
}

/// What became of the documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Stamped {
    /// Whose signature it is.
    pub certificate: Certificate,
    /// The folder of the results, for what is stamped later; absent where nothing was written.
    pub folder: Option<Chosen>,
    /// Each document, in the order given.
    pub results: Vec<StampedFile>,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StampedFile {
    /// Its name.
    pub name: String,
    /// The result.
    pub output: Option<Chosen>,
    /// The verdict over the result, verified at once: `valid`, `unknown` or `invalid`.
    pub verdict: Option<String>,
    /// Why there is none.
    pub error: Option<Told>,
}
