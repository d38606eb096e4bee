//! The computer that a shell runs on: its folders, our other programs, its clock, whether we start with it, and with its links.
//!
//! The core is given all of this and reads neither environment nor clock itself; the shells take it from here, so that the
//! command line and the windows find the same home, the same modules and the same programs.

pub mod autostart;
mod clock;
mod entry;
pub mod folders;
pub mod links;
pub mod programs;
mod zone;

pub use autostart::Autostart;
pub use clock::SystemClock;
pub use links::Links;
pub use zone::words;
