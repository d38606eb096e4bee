//! The product lets no driver steer its windows.
#![cfg(not(feature = "e2e"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

#[test]
fn the_default_build_refuses_the_driver() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_bidseal-app"));
    let run = program.env("TAURI_WEBVIEW_AUTOMATION", "true").output().unwrap();
    assert_eq!(run.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&run.stderr).contains("TAURI_WEBVIEW_AUTOMATION"));
}
