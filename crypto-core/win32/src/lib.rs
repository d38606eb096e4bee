//! Calls of Windows that the standard library lacks, each behind a safe function. On other systems this crate is empty.
#![cfg(windows)]

mod connections;
mod folders;
mod names;
mod processes;
mod text;

pub use connections::{caller, listener};
pub use folders::make_private;
pub use names::rename_if_free;
pub use processes::Process;
