//! Tokens as a program meets them: counters, keys, damaged files, kills, the real keyring, files of OpenSSL.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on fails")]

#[cfg(target_os = "linux")]
mod keyring;
mod pkcs12;
#[cfg(unix)]
mod process;
mod recovery;
mod soft_damage;
mod soft_keys;
mod soft_pin;
mod support;
