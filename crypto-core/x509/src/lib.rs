//! Certificates: what they say, requests for them, issuing, and paths to a trusted root (RFC 5280, RFC 2986, GB/T 20518).
//!
//! SM2 certificates are ordinary X.509 certificates with a signature that needs a signer id; they are verified with the
//! default id and then the empty one, and the answer says which held ([`SignerId`]). Whatever is signed is kept as the
//! bytes that were received. Private keys live elsewhere: what is built here is a [`ToBeSigned`], finished by whoever
//! holds the key. Time is always passed in; nothing here reads a clock or uses the network.
//!
//! ```no_run
//! use x509::{Certificate, TrustStore, validate};
//! # fn demo(p7b: &[u8], now: time::OffsetDateTime) -> Result<(), Box<dyn std::error::Error>> {
//! let chain = Certificate::from_any(p7b)?;
//! let trust = TrustStore::load_dir("trust".as_ref())?;
//! let report = validate(&chain[0], &chain[1..], &trust, now);
//! println!("{:?} {:?}", report.state, report.problem);
//! # Ok(())
//! # }
//! ```

mod certificate;
mod extensions;
mod general_name;
pub mod issue;
mod key_usage;
mod name;
pub mod oid;
mod path;
mod pem;
mod raw;
mod request;
pub mod revocation;
mod selector;
mod serial;
mod signature;
mod to_be_signed;
mod units;
mod uscc;

pub use certificate::{Certificate, CertificateError};
pub use general_name::GeneralName;
pub use key_usage::KeyUsage;
pub use name::{Attribute, Name, NameError, deceives};
pub use path::{
    ChainProblem, ChainReport, ChainState, DEPTH_CAP, SIGNATURE_BUDGET, Skipped, TrustError, TrustStore, validate,
};
pub use pem::BundleError;
pub use request::{CertificateRequest, ProvenRequest, RequestError, RequestTemplate};
pub use selector::{CertificateSelector, SelectorError};
pub use serial::Serial;
pub use signature::{SignatureError, SignerId};
pub use to_be_signed::{BuildError, SignError, ToBeSigned};
pub use units::UnitIds;
pub use uscc::{Uscc, UsccError};
