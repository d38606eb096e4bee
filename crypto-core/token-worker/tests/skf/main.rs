//! Keys with the SKF interface through the real worker: a simulated key in a folder, with the peculiarities of old
//! vendors as switches (tests/fixtures/skf-simulator/README.md).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "files of a test live as long as it does")]

mod containers;
mod crowd;
mod misbehaviour;
mod pins;
mod plugging;
mod signatures;
mod support;
mod vendors;
