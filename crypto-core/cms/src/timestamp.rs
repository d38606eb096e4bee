//! Time stamps (RFC 3161, RFC 5816, GB/T 20520): the question to an authority, its answer, and what a token is worth.
//!
//! A token says that some bytes existed at its time. [`TimeStampToken::verify`] judges all that lies in the token itself:
//! the imprint, the signature, the certificate bound into it and its one purpose. Whether the authority is trusted is
//! asked of `x509` with the certificates that [`TimeStamp`] names; whether it answers *this* question is
//! [`TimeStampRequest::accept`]'s.

mod info;
mod problem;
mod request;
mod response;
mod token;

pub use problem::{TimeStampProblem, TimeStampRefusal};
pub use request::TimeStampRequest;
pub use token::{TimeStamp, TimeStampToken};
