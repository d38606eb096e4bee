//! Stamping judged by other programs, and what bad files get. One program, so that it is linked once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_input;
mod files;
mod judges;
mod make;
mod permission;
mod place;
mod sign;
mod update;
mod verify;
