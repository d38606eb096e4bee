//! The window of a question: above the others, as large as what it shows, and left out of screen captures where the system can.

use desktop::{Extent, PromptKind};
use protocol::screens::{Preferences, Theme};
use tauri::{
    AppHandle, Manager, Runtime, WebviewUrl, WebviewWindowBuilder,
    utils::config::{PreventOverflowConfig, WindowConfig},
};

use crate::{State, windows::shut};

/// Opens the window that the desk wants for its question.
pub(crate) fn show<R: Runtime>(app: &AppHandle<R>, name: &str, kind: PromptKind) -> tauri::Result<()> {
    let Ok(desk) = app.state::<State>().desk() else { return Err(tauri::Error::WindowNotFound) };
    let Some(extent) = desk.prompts().extent(name) else { return Err(tauri::Error::WindowNotFound) };
    let title = desk.words().text("window.title", &[]);
    let window = described(name, title, address(kind, &desk.preferences()), extent);
    shut(WebviewWindowBuilder::from_config(app, &window)?).build().map(drop)
}

/// The page, in the person's language and look: it can ask for nothing before it is shown.
fn address(kind: PromptKind, preferences: &Preferences) -> String {
    let page = if kind == PromptKind::Secret { "pin.html" } else { "consent.html" };
    let look = match preferences.theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    format!("{page}?lang={}&theme={look}", preferences.language)
}

fn described(name: &str, title: String, address: String, extent: Extent) -> WindowConfig {
    WindowConfig {
        label: name.to_owned(),
        url: WebviewUrl::App(address.into()),
        title,
        width: extent.width,
        height: extent.height,
        // A small display at a large scaling still shows the buttons.
        prevent_overflow: Some(PreventOverflowConfig::Enable(true)),
        center: true,
        focus: true,
        always_on_top: true,
        // Minimised it would be a question that nobody sees and everybody waits for.
        minimizable: false,
        content_protected: true,
        general_autofill_enabled: false,
        ..WindowConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_left_out_of_screen_captures_stays_above_and_fills_in_nothing() {
        for (name, kind) in [("consent-1", PromptKind::Consent), ("pin-2", PromptKind::Secret)] {
            let extent = Extent { width: 680.0, height: 620.0 };
            let window = described(name, "标信".into(), address(kind, &Preferences::default()), extent);
            assert!(window.content_protected && window.always_on_top && window.focus && window.center, "{name}");
            assert!(!window.general_autofill_enabled && !window.minimizable, "{name}");
            assert_eq!(window.prevent_overflow, Some(PreventOverflowConfig::Enable(true)), "{name}");
            assert_eq!((window.label.as_str(), window.width, window.height), (name, 680.0, 620.0));
            assert!(window.url.to_string().starts_with(&name.replace("-1", ".").replace("-2", ".")), "{}", window.url);
        }
    }
}
