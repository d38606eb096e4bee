//! Published test vectors: those of the standards, clause cited, and Project Wycheproof's.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../support/mod.rs"]
mod support;

mod exclusions;
mod hash_and_derive;
mod private_key;
mod sm;
mod wycheproof_ciphers;
mod wycheproof_ec;
mod wycheproof_macs;
mod wycheproof_rsa;
