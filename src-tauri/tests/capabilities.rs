//! Which window may do what, with the capabilities that are built into the program.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use serde_json::{Value, json};
use tauri::{
    WebviewWindowBuilder,
    ipc::{CallbackFn, InvokeBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder},
    webview::InvokeRequest,
};

/// Every command, and the windows that may use it.
const ALLOWED: [(&str, &[&str]); 7] = [
    ("call", &["main"]),
    ("document", &["main"]),
    ("prompt", &["consent-1", "pin-2"]),
    ("consent_preview", &["consent-1"]),
    ("consent_answer", &["consent-1"]),
    ("secret_submit", &["pin-2"]),
    ("prompt_cancel", &["consent-1", "pin-2"]),
];

fn request(command: &str) -> InvokeRequest {
    let url = if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" };
    InvokeRequest {
        cmd: command.into(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().unwrap(),
        // Arguments that no command takes: what is let through fails by them, and does nothing.
        body: InvokeBody::Json(json!({ "call": 1, "id": "x", "index": "x", "answer": 1, "typed": 1 })),
        headers: tauri::http::HeaderMap::default(),
        invoke_key: INVOKE_KEY.into(),
    }
}

fn denied(window: &tauri::WebviewWindow<MockRuntime>, command: &str) -> bool {
    let answer: Result<_, Value> = get_ipc_response(window, request(command));
    answer.is_err_and(|error| error.to_string().contains("not allowed"))
}

#[test]
fn each_window_may_use_its_own_commands_and_no_other() {
    let app = app::builder(mock_builder()).build(app::context()).unwrap();
    for window in ["main", "consent-1", "pin-2", "other"] {
        let shown = WebviewWindowBuilder::new(&app, window, tauri::WebviewUrl::default()).build().unwrap();
        for (command, windows) in ALLOWED {
            assert_eq!(denied(&shown, command), !windows.contains(&window), "{window} {command}");
        }
        for foreign in ["plugin:dialog|open", "plugin:fs|read_text_file", "plugin:webview|create_webview_window"] {
            assert!(denied(&shown, foreign), "{window} {foreign}");
        }
    }
}
