//! Files that are never partial.
//!
//! A target gets its name only after its whole content has been written and synced beside it
//! ([`Parts::create`], [`PartFile::commit`]); until then the bytes live in an owner-only `.bidseal-*.part` file that is
//! listed in the home folder, so that the next start removes what a kill or a power cut left behind
//! ([`Parts::sweep`]). The target keeps its old content until the very last step.
//!
//! Each step is a named [`failpoint()`]: tests kill the program at every one of them.

mod error;
mod failpoint;
mod name;
mod os;
mod part;
mod portable;
mod registry;
mod target;

pub use error::{WriteError, WriteFailure};
pub use failpoint::{POINTS_OF_A_DIR, POINTS_OF_A_PART, failpoint};
pub use part::{PartDir, PartFile, Replace};
pub use portable::{NameFault, check_name, portable_name};
pub use registry::{Parts, private_dir, private_dir_all};
pub use target::{check_target, free_space};
