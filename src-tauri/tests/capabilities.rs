//! Which window may do what, and where its content comes from, as it is built into the program.
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

#[test]
fn each_kind_of_window_has_one_capability_and_none_is_for_pages_from_elsewhere() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("capabilities");
    let mut kinds = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let capability: Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
        assert!(capability.get("remote").is_none() && capability.get("webviews").is_none(), "{capability}");
        kinds.push((capability["identifier"].clone(), capability["windows"].clone()));
    }
    kinds.sort_by_key(|kind| kind.0.to_string());
    let expected = [("consent", "consent-*"), ("main", "main"), ("pin", "pin-*")];
    assert_eq!(kinds, expected.map(|(name, windows)| (json!(name), json!([windows]))));
    let used: Vec<Value> = config()["app"]["security"]["capabilities"].as_array().unwrap().clone();
    assert_eq!(used.len(), kinds.len(), "no other is taken in: {used:?}");
}

/// What a page may load and run: its own, and pictures that it made; of the network nothing but the way to the program.
#[test]
fn nothing_comes_from_elsewhere_and_no_text_is_run() {
    let config = config();
    let (security, built) = (&config["app"]["security"], &config["build"]);
    let allowed = ["'self'", "'none'", "'unsafe-inline'", "data:", "blob:", "ipc:", "http://ipc.localhost"];
    for (directive, sources) in security["csp"].as_object().unwrap() {
        let sources = words(sources);
        assert!(sources.iter().all(|source| allowed.contains(&source.as_str())), "{directive} {sources:?}");
        // Element Plus places its menus by style attributes; scripts have no such exception.
        assert!(directive == "style-src" || !sources.contains(&"'unsafe-inline'".to_owned()), "{directive}");
    }
    let csp = |directive: &str| words(&security["csp"][directive]);
    for (directive, only) in
        [("default-src", "'self'"), ("script-src", "'self'"), ("object-src", "'none'"), ("base-uri", "'none'")]
    {
        assert_eq!(csp(directive), [only], "{directive}");
    }
    // Every window freezes it by a script of its own (`frozen.js`), tested in the real one.
    assert_eq!((&security["freezePrototype"], &config["app"]["withGlobalTauri"]), (&json!(false), &json!(false)));
    assert!(built.get("devUrl").is_none_or(Value::is_null), "{built}");
    assert!(config["app"]["windows"].as_array().unwrap().is_empty(), "windows are opened by the program alone");
}

/// The sources of a directive, which is one text or a list.
fn words(sources: &Value) -> Vec<String> {
    let texts = sources.as_array().cloned().unwrap_or_else(|| vec![sources.clone()]);
    texts.iter().flat_map(|text| text.as_str().unwrap().split(' ')).map(ToOwned::to_owned).collect()
}

/// The configuration that the program carries.
fn config() -> Value {
    serde_json::to_value(app::context::<MockRuntime>().config()).unwrap()
}
