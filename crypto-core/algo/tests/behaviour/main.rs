//! What the crate promises, judged by other implementations (RustCrypto, the `openssl` program, which must be installed)
//! and by what it refuses.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../support/mod.rs"]
mod support;

mod identifiers;
mod openssl_program;
mod refusals;
mod rustcrypto;
mod secrets;
mod threads;
