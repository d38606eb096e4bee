//! Modules that installers enter into the Windows registry. One file for each platform.

#[cfg_attr(windows, path = "registry/windows.rs")]
#[cfg_attr(not(windows), path = "registry/absent.rs")]
mod platform;

pub(super) use platform::read;
