//! The desk as the windows use it: calls, questions and answers, over a real home folder.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod guided;
mod keys;
mod rules;
mod support;
mod work;
