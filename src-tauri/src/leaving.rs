//! The end of the program: the desk says whether it may be.

use tauri::{AppHandle, Manager, Runtime};

use crate::State;

/// Ends the program unless the person wants what goes on to be finished. The question is asked in a window, so nobody waits for it here.
pub(crate) fn leave<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    std::thread::spawn(move || {
        let may = app.state::<State>().desk().is_ok_and(|desk| desk.may_leave());
        if may {
            app.exit(0);
        }
    });
}
