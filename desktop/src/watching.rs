//! Keys that come and go, and openings that come near: told to the main window.

use std::{sync::Arc, thread, time::Duration};

use client::{
    Clock,
    devices::Os,
    hardware::SystemHardware,
    ledger::reminders,
    watch::{self, Watched},
};
use protocol::screens::News;

use crate::Desk;

/// Openings are looked at this often.
const MINUTE: Duration = Duration::from_secs(60);

pub(crate) fn start(desk: &Arc<Desk>) {
    let keys = Arc::clone(desk);
    thread::spawn(move || watch_keys(&keys));
    let openings = Arc::clone(desk);
    thread::spawn(move || {
        loop {
            remind(&openings);
            thread::sleep(MINUTE);
        }
    });
}

fn watch_keys(desk: &Desk) {
    let watched = Watched {
        home: &desk.home,
        clock: &desk.clock,
        hardware: &mut SystemHardware::new(desk.place.card_watch.clone()),
        discover: &|| desk.discovery(),
        worker: &desk.place.worker,
        os: Os::here(),
    };
    // It ends with the program; what cannot be watched is found by a check.
    let _ = watch::watch(watched, &|| false, &mut |_| {
        desk.surface.news(&News::Keys {});
        Ok(())
    });
}

/// A ledger that cannot be read is told where its bids are listed.
fn remind(desk: &Desk) {
    for due in reminders::take(&desk.home, desk.clock.now()).unwrap_or_default() {
        desk.surface.news(&News::Reminder { text: client::printable(&due.shown(desk.words())) });
    }
}
