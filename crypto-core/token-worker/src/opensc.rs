//! OpenSC sets a new PIN by a card's PUK only where its configuration says so, and no distribution's does: the person's
//! card could then not be unblocked at all.

use std::path::Path;

/// What is missing in the configuration.
#[cfg(target_os = "linux")]
const STYLE: &str =
    "\napp opensc-pkcs11 {\n  pkcs11 {\n    user_pin_unblock_style = set_pin_in_unlogged_session;\n  }\n}\n";

/// Gives OpenSC's module the system's configuration with that one line added, in a file that exists in this process
/// alone. What the person configured by `OPENSC_CONF`, or for this module in the system's file, stays as it is. Called
/// before any thread is started and before the module is loaded.
#[cfg(target_os = "linux")]
pub(crate) fn let_puk_unblock(module: &Path) {
    use rustix::fs::{MemfdFlags, memfd_create};
    use std::io::Write;
    use std::os::fd::AsRawFd;

    let is_opensc = module.file_name().is_some_and(|name| name.to_string_lossy().starts_with("opensc-pkcs11"));
    if !is_opensc || std::env::var_os("OPENSC_CONF").is_some() {
        return;
    }
    let of_system = std::fs::read_to_string("/etc/opensc/opensc.conf").unwrap_or_default();
    let Ok(file) = memfd_create("opensc.conf", MemfdFlags::CLOEXEC) else { return };
    let mut file = std::fs::File::from(file);
    if file.write_all((of_system + STYLE).as_bytes()).is_ok() {
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        // SAFETY: no other thread runs yet that could read the environment.
        #[allow(unsafe_code, reason = "the module is configured by its environment")]
        unsafe {
            std::env::set_var("OPENSC_CONF", path);
        }
        // Open as long as the process: the module may read it at any time.
        std::mem::forget(file);
    }
}

/// Elsewhere a card is unblocked where OpenSC is configured for it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn let_puk_unblock(_: &Path) {}
