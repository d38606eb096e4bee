//! Declares the commands: without this list every window could call every command.

const COMMANDS: &[&str] =
    &["call", "document", "prompt", "consent_preview", "consent_answer", "secret_submit", "prompt_cancel"];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("tauri.conf.json and the capabilities are part of the source");
}
