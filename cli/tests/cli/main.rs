//! The real program, run as a person or a script runs it. One test program, so that it is linked once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cases;
mod consent;
mod faults;
mod initialise;
mod judges;
mod key_files;
mod kill;
mod ledger;
mod memory;
#[cfg(unix)]
mod names;
mod neighbours;
mod online;
mod opening;
mod pin;
mod places;
mod skf;
mod speech;
mod support;
mod twin;
mod unblock;
mod web;
