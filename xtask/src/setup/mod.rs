//! What the machine must have before anything is built: Debian packages, a Python environment, Node.js.

pub(crate) mod apt;
pub(crate) mod node;
pub(crate) mod tools;
pub(crate) mod venv;
