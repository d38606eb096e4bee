//! Keys that are plugged in and pulled out while the built program looks on: a real smart card service with a reader
//! that this test plugs cards into, and a USB port that is a folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "files of a test live as long as it does")]

mod doctor;
mod machine;
mod watching;
