//! What the screens can ask for: the desktop without its windows.
