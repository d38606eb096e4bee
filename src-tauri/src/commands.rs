//! The commands of the windows. A window names itself, never another's question.

use desktop::Refused;
use protocol::screens::{Call, Prompt, PromptAnswer, Told};
use serde_json::Value;
use tauri::{AppHandle, Manager, Runtime, State as Managed, WebviewWindow, ipc::Response};
use zeroize::Zeroizing;

use crate::State;

/// Does what the main window asks for, as long as it takes, beside the windows.
#[tauri::command]
pub(crate) async fn call<R: Runtime>(app: AppHandle<R>, call: Call) -> Result<Value, Told> {
    let desk = app.state::<State>().desk()?;
    let told = |error: tauri::Error| lost(&error);
    tauri::async_runtime::spawn_blocking(move || desk.call(call)).await.map_err(told)?
}

/// The bytes of a document that the person chose.
#[tauri::command]
pub(crate) async fn document<R: Runtime>(app: AppHandle<R>, id: u32) -> Result<Response, Told> {
    app.state::<State>().desk()?.document(id).map(Response::new)
}

/// The question of the window that asks.
#[tauri::command]
pub(crate) fn prompt<R: Runtime>(window: WebviewWindow<R>, state: Managed<'_, State>) -> Result<Prompt, Told> {
    state.desk()?.prompts().shown(window.label()).ok_or_else(|| refused(&state, Refused::NotAsked))
}

/// The first page of a document that the window that asks is about, beside the windows: a page takes its time.
#[tauri::command]
pub(crate) async fn consent_preview<R: Runtime>(window: WebviewWindow<R>, index: usize) -> Result<Response, Told> {
    let desk = window.state::<State>().desk()?;
    let drawn = move || desk.preview(window.label(), index);
    tauri::async_runtime::spawn_blocking(drawn).await.map_err(|error| lost(&error))?.map(Response::new)
}

/// Answers by a button.
#[tauri::command]
pub(crate) fn consent_answer<R: Runtime>(
    window: WebviewWindow<R>,
    state: Managed<'_, State>,
    answer: PromptAnswer,
) -> Result<(), Told> {
    state.desk()?.prompts().answer(window.label(), answer).map_err(|reason| refused(&state, reason))
}

/// Takes what was typed. It is wiped here; what the web view's own memory keeps, nobody can say.
#[tauri::command]
pub(crate) fn secret_submit<R: Runtime>(
    window: WebviewWindow<R>,
    state: Managed<'_, State>,
    typed: String,
    again: Option<String>,
) -> Result<(), Told> {
    let (typed, again) = (Zeroizing::new(typed), again.map(Zeroizing::new));
    state.desk()?.prompts().submit(window.label(), &typed, again.as_ref()).map_err(|reason| refused(&state, reason))
}

/// Gives up.
#[tauri::command]
pub(crate) fn prompt_cancel<R: Runtime>(window: WebviewWindow<R>) {
    crate::cancel(window.app_handle(), window.label());
}

fn refused(state: &State, reason: Refused) -> Told {
    match reason {
        Refused::Failed(failure) => state.desk().map_or_else(|told| told, |desk| desk.told(&failure)),
        other => lost(&format!("{other:?}")),
    }
}

/// A failure without words of its own: only a fault of the program ends here.
pub(crate) fn lost(reason: &impl std::fmt::Display) -> Told {
    Told { code: "internal".into(), message: reason.to_string(), hint: String::new(), data: serde_json::Map::new() }
}
