//! Bidseal with windows: each command of a window goes straight to the desk, which does the work.
//!
//! The main window may call and listen; a consent window may see its own question and answer it; a PIN window may see its own
//! question and hand over what was typed (`capabilities/`). No window navigates, opens another or reaches the network.

mod commands;
mod leaving;
mod questions;
mod windows;

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use desktop::{AgentOptions, Arrival, Desk, Place};
use protocol::screens::{News, Told};
use tauri::{App, AppHandle, Builder, Context, Manager, RunEvent, Runtime, WindowEvent};

use windows::Windows;

/// What every command needs.
pub struct State {
    desk: OnceLock<Arc<Desk>>,
}

impl State {
    /// A state whose desk is still to come.
    #[must_use]
    pub const fn empty() -> Self {
        Self { desk: OnceLock::new() }
    }

    /// The desk; windows are opened after it.
    fn desk(&self) -> Result<Arc<Desk>, Told> {
        self.desk.get().cloned().ok_or_else(|| commands::lost(&"no desk"))
    }
}

/// Nobody steers these windows from outside: what would let a driver in is taken out of the environment.
pub fn refuse_drivers() {
    #[cfg(not(feature = "e2e"))]
    if std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some() {
        eprintln!("bidseal-app: TAURI_WEBVIEW_AUTOMATION is refused");
        std::process::exit(3);
    }
}

/// The program until it is quitted.
///
/// # Errors
/// There is no home folder or no display, in words.
pub fn run() -> Result<(), String> {
    let place = Place::of_environment().ok_or("there is no home folder: set BIDSEAL_HOME")?;
    let first = tauri_plugin_single_instance::init(|app: &AppHandle<tauri::Wry>, arguments, folder| {
        receive(app, Arrival::read(arguments.into_iter().skip(1), Path::new(&folder)));
    });
    let app = builder(tauri::Builder::default().plugin(first).plugin(tauri_plugin_deep_link::init()))
        .plugin(tauri_plugin_dialog::init())
        .setup(move |app| Ok(set_up(app, place.clone())?))
        .build(context())
        .map_err(|error| error.to_string())?;
    app.run(|app, event| {
        if let RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. } = &event {
            cancel(app, label);
        }
        // Closing the last window does not end the agent; quitting in the tray does.
        if let RunEvent::ExitRequested { code: None, api, .. } = &event {
            api.prevent_exit();
        }
        #[cfg(target_os = "macos")]
        if let RunEvent::Opened { urls } = &event {
            receive(app, Arrival::read(urls.iter().map(ToString::to_string), Path::new("/")));
        }
    });
    Ok(())
}

/// The commands, for any runtime: tests run them without a display.
pub fn builder<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder.manage(State::empty()).invoke_handler(tauri::generate_handler![
        commands::call,
        commands::document,
        commands::prompt,
        commands::consent_preview,
        commands::consent_answer,
        commands::secret_submit,
        commands::prompt_cancel,
    ])
}

/// Configuration, screens and capabilities, as they are built into the program.
#[must_use]
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

fn set_up(app: &mut App, place: Place) -> Result<(), String> {
    let surface = Arc::new(Windows::of(app.handle().clone()));
    let desk = Desk::open(place, surface).map_err(|failure| failure.to_string())?;
    app.state::<State>().desk.set(Arc::clone(&desk)).map_err(|_| "set up twice")?;
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let arrival = Arrival::read(arguments, &std::env::current_dir().unwrap_or_default());
    if arrival.quit {
        // There was none to end.
        app.handle().exit(0);
        return Ok(());
    }
    desk.receive(arrival.files);
    windows::tray(app.handle(), &desk).map_err(|error| error.to_string())?;
    windows::main(app.handle(), &desk, !arrival.hidden).map_err(|error| error.to_string())?;
    desk.start(AgentOptions::default());
    Ok(())
}

/// What a second start hands over: its files, or the wish to end. Whatever else it says only brings the window to the front.
fn receive<R: Runtime>(app: &AppHandle<R>, arrival: Arrival) {
    if arrival.quit {
        return leaving::leave(app);
    }
    if !arrival.hidden {
        windows::show_main(app);
    }
    if let Ok(desk) = app.state::<State>().desk() {
        desk.receive(arrival.files);
    }
}

/// Nobody answers this question any more.
pub(crate) fn cancel<R: Runtime>(app: &AppHandle<R>, question: &str) {
    if let Ok(desk) = app.state::<State>().desk() {
        desk.prompts().cancel(question);
    }
}

/// News for the main window.
pub(crate) fn tell<R: Runtime>(app: &AppHandle<R>, news: &News) {
    use tauri::Emitter as _;
    // A window that is not there needs no news.
    let _ = app.emit_to("main", "news", news);
}
