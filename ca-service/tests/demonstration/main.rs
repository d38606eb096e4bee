//! The demonstration authority as a library and as a program.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod authority;
mod command_line;
