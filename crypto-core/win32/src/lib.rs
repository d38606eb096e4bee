//! Calls of Windows that the standard library lacks, each behind a safe function. On other systems this crate is empty; what only
//! judges the answers of Windows is tested there too.

#[cfg(windows)]
mod connections;
#[cfg(windows)]
mod folders;
#[cfg(windows)]
mod names;
#[cfg(windows)]
mod processes;
#[cfg(any(windows, test))]
mod table;
#[cfg(windows)]
mod text;
#[cfg(any(windows, test))]
mod users;

#[cfg(windows)]
pub use connections::{caller, listener};
#[cfg(windows)]
pub use folders::make_private;
#[cfg(windows)]
pub use names::rename_if_free;
#[cfg(windows)]
pub use processes::Process;
