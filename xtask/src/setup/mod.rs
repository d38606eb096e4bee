//! What the machine must have before anything is built: Debian packages and a Python environment.

pub(crate) mod apt;
pub(crate) mod venv;
