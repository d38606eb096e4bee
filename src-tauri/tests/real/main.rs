//! The real program in a real display, steered by WebKitWebDriver: `cargo test --features e2e --test real`.
#![cfg(feature = "e2e")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bids;
mod chooser;
mod documents;
mod driver;
mod home;
mod keys;
mod page;
mod pages;
mod program;
mod repairs;
mod screen;
mod session;
mod tray;
mod tray_icon;
mod wire;
