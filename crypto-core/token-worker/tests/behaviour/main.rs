//! The worker under the token traits: with SoftHSM2, and with modules and workers that misbehave.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on fails")]

mod misbehaviour;
mod softhsm;
mod support;
