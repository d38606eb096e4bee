//! Certificates, requests and paths, judged by OpenSSL's command line, RustCrypto's `sm2` and real authorities.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod graphs;
mod malformed;
mod openssl_accepts;
mod openssl_chains;
mod path_rules;
mod real_authorities;
mod revocation;
mod second_opinion;
mod support;
mod trust;
mod view;
mod weak_algorithms;
