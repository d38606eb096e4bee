//! What a bid promises, held against the committed vectors, a second reader, OpenSSL, and an attacker.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod openssl;
mod refusals;
mod secrecy;
mod support;
mod tampering;
mod threshold;
mod vectors;
