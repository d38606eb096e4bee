//! SignedData (RFC 5652 §5, GB/T 35275 §8): `build` and `encode` make it, `parse` reads it, `verify` judges it.

mod attributes;
mod build;
mod encode;
mod parse;
mod problem;
mod scheme;
mod signing_certificate;
mod unsigned_attribute;
mod verify;

pub use build::{BuildError, Content, SignError, SignatureRejected, SignedDataBuilder, Unsigned, sign};
pub use parse::{RevocationInfo, SignedData, Signer};
pub use problem::{Axis, Problem};
pub use unsigned_attribute::AttributeError;
pub use verify::{SignedContent, SignedForm, SignerReport};
