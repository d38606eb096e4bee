//! What the person set for the screens: `screens.json` in the home folder.

use std::sync::PoisonError;

use client::{Failure, Home, Language};
use protocol::screens::Preferences;

use crate::{Desk, Place, internal, language};

const FILE: &str = "screens.json";

/// The file's; without one, the locale's language. A damaged file costs a look, nothing else.
pub(crate) fn read(home: &Home, place: &Place) -> Preferences {
    let read = std::fs::read(home.path().join(FILE)).ok();
    read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_else(|| {
        let language = place.locale.as_deref().map_or(Language::Chinese, Language::from_locale);
        Preferences { language: language.tag().into(), ..Preferences::default() }
    })
}

pub(super) fn keep(desk: &Desk, preferences: Preferences) -> Result<Preferences, Failure> {
    let wanted = preferences.autostart.filter(|_| preferences.autostart != desk.preferences().autostart);
    if let (Some(on), Some(entry)) = (wanted, &desk.place.autostart) {
        entry.turn(on, &desk.session())?;
    }
    let text = serde_json::to_vec_pretty(&preferences).map_err(internal)?;
    client::write_output(&desk.session(), &desk.home.path().join(FILE), &text, true)?;
    desk.person.speak(language(&preferences));
    preferences.clone_into(&mut desk.preferences.write().unwrap_or_else(PoisonError::into_inner));
    Ok(preferences)
}
