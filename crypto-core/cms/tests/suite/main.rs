//! Signed messages and envelopes, judged by the `openssl` program and by RustCrypto `sm2`; messages forged for every
//! fault that a verifier must name; damage of every kind. Without the `openssl` program these tests fail.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests; their files live in temporary folders")]

mod authority;
mod building;
mod damage;
mod enveloped;
mod faults;
mod forge;
mod openssl_reads;
mod openssl_writes;
mod pki;
mod sm2_messages;
mod timestamps;
mod tlv;
