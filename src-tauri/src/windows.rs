//! Windows, dialogs and the tray.

use std::{path::PathBuf, sync::Arc};

use desktop::{Desk, PromptKind, Surface};
use protocol::screens::{News, Pick};
use tauri::{
    AppHandle, DragDropEvent, Manager, Runtime, WebviewUrl, WebviewWindowBuilder, WindowEvent,
    menu::{Menu, MenuItem},
    tray::TrayIconBuilder,
    webview::NewWindowResponse,
};
use tauri_plugin_dialog::{DialogExt, FilePath};

use crate::questions;

/// Runs before a page does. Tauri's own `freezePrototype` also forbids an object a `valueOf` of its own, which a page needs.
const FROZEN: &str = include_str!("frozen.js");

/// The desk's windows.
pub(crate) struct Windows<R: Runtime>(AppHandle<R>);

impl<R: Runtime> Windows<R> {
    pub(crate) const fn of(app: AppHandle<R>) -> Self {
        Self(app)
    }
}

impl<R: Runtime> Surface for Windows<R> {
    fn ask(&self, name: &str, kind: PromptKind) {
        let (app, name) = (self.0.clone(), name.to_owned());
        let shown = move || {
            if questions::show(&app, &name, kind).is_err() {
                crate::cancel(&app, &name);
            }
        };
        // A program that ends shows nothing more: the question then ends with it.
        let _ = self.0.run_on_main_thread(shown);
    }

    fn dismiss(&self, name: &str) {
        if let Some(window) = self.0.get_webview_window(name) {
            // One that the person has closed is closed.
            let _ = window.destroy();
        }
    }

    fn news(&self, news: &News) {
        crate::tell(&self.0, news);
    }

    fn pick(&self, what: Pick, suggested: Option<&str>) -> Vec<PathBuf> {
        let mut dialog = self.0.dialog().file();
        if let Some(window) = self.0.get_webview_window("main") {
            dialog = dialog.set_parent(&window);
        }
        if let Some(name) = suggested {
            dialog = dialog.set_file_name(name);
        }
        let one = |path: Option<FilePath>| path.into_iter().collect::<Vec<_>>();
        let picked = match what {
            Pick::Documents => dialog.add_filter("PDF", &["pdf"]).blocking_pick_files().unwrap_or_default(),
            Pick::Files => dialog.blocking_pick_files().unwrap_or_default(),
            Pick::Folder => one(dialog.blocking_pick_folder()),
            Pick::File => one(dialog.blocking_pick_file()),
            Pick::Picture => one(dialog.add_filter("PNG, JPEG", &["png", "jpg", "jpeg"]).blocking_pick_file()),
            Pick::Certificate => one(dialog
                .add_filter("PEM, DER, PKCS#12", &["pem", "cer", "crt", "der", "p7b", "p12", "pfx"])
                .blocking_pick_file()),
            Pick::Bid => one(dialog.add_filter("BID", &["bid"]).blocking_pick_file()),
            Pick::Output | Pick::NewFolder => one(dialog.blocking_save_file()),
        };
        picked.into_iter().filter_map(|path| path.into_path().ok()).collect()
    }
}

/// A window of ours stays on the page that it was opened with, and opens no other.
pub(crate) fn shut<'a, R: Runtime>(
    builder: WebviewWindowBuilder<'a, R, AppHandle<R>>,
) -> WebviewWindowBuilder<'a, R, AppHandle<R>> {
    builder
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .initialization_script(FROZEN)
        .devtools(false)
}

/// The main window.
pub(crate) fn main<R: Runtime>(app: &AppHandle<R>, desk: &Arc<Desk>, visible: bool) -> tauri::Result<()> {
    let builder = WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
        .title(desk.words().text("window.title", &[]))
        .inner_size(1180.0, 800.0)
        // Many offices have displays of 1366 by 768.
        .prevent_overflow()
        .visible(visible)
        .min_inner_size(480.0, 360.0);
    let window = shut(builder).build()?;
    let (hidden, desk) = (window.clone(), Arc::clone(desk));
    window.on_window_event(move |event| match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            // A window that cannot be hidden stays.
            let _ = hidden.hide();
        }
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => desk.receive_dropped(paths.clone()),
        _ => {}
    });
    Ok(())
}

/// Brings the main window to the front.
pub(crate) fn show_main<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window("main") {
        // A desktop that does not let windows come to the front shows that they want to.
        let _ = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    }
}

/// Shows and quits.
pub(crate) fn tray<R: Runtime>(app: &AppHandle<R>, desk: &Arc<Desk>) -> tauri::Result<()> {
    let show = MenuItem::with_id(app, "show", desk.words().text("tray.show", &[]), true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", desk.words().text("tray.quit", &[]), true, None::<&str>)?;
    let icon = app.default_window_icon().cloned().expect("the icon is part of the program");
    TrayIconBuilder::new()
        .icon(icon)
        .menu(&Menu::with_items(app, &[&show, &quit])?)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "show" => show_main(app),
            "quit" => crate::leaving::leave(app),
            _ => {}
        })
        .build(app)
        .map(drop)
}
