//! What a person sees on the display, asked of the X server itself: which windows are there; and closing them.

use x11rb::{
    connection::Connection,
    protocol::xproto::{ClientMessageEvent, ConnectionExt, EventMask, MapState, Window},
    rust_connection::RustConnection,
};

use crate::session::{Session, found};

/// An icon in a tray is smaller, a window larger.
const SMALLEST_WINDOW: u16 = 200;

/// Eyes on a display, and a hand on the cross of a window.
pub(crate) struct Screen {
    connection: RustConnection,
    root: Window,
}

impl Screen {
    /// Looks at the display of a session.
    pub(crate) fn of(session: &Session) -> Self {
        let (connection, number) = x11rb::connect(Some(session.display())).unwrap();
        let root = connection.setup().roots[number].root;
        Self { connection, root }
    }

    /// Waits until so many windows can be seen.
    pub(crate) fn shows(&self, count: usize) -> Vec<Window> {
        found(|| Some(self.windows()).filter(|windows| windows.len() == count))
            .unwrap_or_else(|| panic!("{count} windows, not {}", self.windows().len()))
    }

    /// The windows that can be seen, those that were opened first first.
    pub(crate) fn windows(&self) -> Vec<Window> {
        let mut windows = self.connection.query_tree(self.root).unwrap().reply().unwrap().children;
        windows.retain(|window| self.is_seen(*window) == Some(true));
        windows.sort_unstable();
        windows
    }

    /// None for one that is gone meanwhile.
    fn is_seen(&self, window: Window) -> Option<bool> {
        let state = self.connection.get_window_attributes(window).ok()?.reply().ok()?.map_state;
        let place = self.connection.get_geometry(window).ok()?.reply().ok()?;
        Some(state == MapState::VIEWABLE && place.width >= SMALLEST_WINDOW && place.height >= SMALLEST_WINDOW)
    }

    /// Clicks the cross of a window: ICCCM §4.2.8.1.
    pub(crate) fn close(&self, window: Window) {
        let atom = |name: &str| self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
        let wish = [atom("WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), wish);
        self.connection.send_event(false, window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
    }
}
