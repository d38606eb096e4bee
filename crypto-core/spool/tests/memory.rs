//! What a copy takes of the program's own memory.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::{self, Read};

use spool::Spool;

/// KiB that a mebibyte of buffers and tables may take.
const ROOM: i64 = 4 << 10;

#[test]
fn a_document_that_is_read_takes_none() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let before = own_memory();
    let spool = Spool::copy(&mut io::repeat(7).take(64 << 20), folder.path()).unwrap();
    let longer = spool.followed_by(b"tail").unwrap();
    assert!(spool.as_ref().iter().all(|byte| *byte == 7) && longer.as_ref().ends_with(b"tail"));
    let more = own_memory() - before;
    assert!(more < ROOM, "{more} KiB more");
}

/// Memory that no file stands behind, in KiB (proc(5), `RssAnon`).
fn own_memory() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
