//! The pipe between Bidseal and the process that hosts one vendor module.
//!
//! Requests go to the worker's standard input, replies come from its standard output, one reply for one request. A
//! message is a [`frame`]: a length and JSON, with no field of pointer size, so that a 32-bit worker serves a 64-bit
//! program. PINs and opened keys never pass through JSON: they follow their message as frames of raw bytes that are
//! wiped on both sides.
//!
//! Nobody trusts the worker: the caller checks lengths, waits no longer than a deadline, and kills it.

pub mod frame;
mod message;
#[path = "skf_message.rs"]
pub mod skf;
mod text;

pub use message::{
    Decryption, Failure, FailureKind, HashName, KeySpec, ObjectClass, ObjectFacts, PinEntry, Reply, Request, Role,
    SignatureForm, SlotToken, TokenFacts,
};
pub use text::text;
