//! Stamping judged by other programs, and what bad files get. One program, so that it is linked once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod attacks;
mod bad_input;
mod files;
mod histories;
mod judges;
mod make;
mod permission;
mod place;
mod second;
mod sign;
mod signed_bytes;
mod update;
mod verify;
