//! Stamping judged by other programs, and what bad files get. One program, so that it is linked once.

mod bad_input;
mod files;
mod judges;
mod make;
mod permission;
mod place;
mod sign;
mod update;
mod verify;
