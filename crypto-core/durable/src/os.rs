//! What the systems do differently: one file for each, with the same functions.

#[cfg(not(target_os = "linux"))]
mod each;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

#[cfg(debug_assertions)]
pub(crate) use platform::die;
pub(crate) use platform::{
    make_private, make_private_dir, make_private_dirs, path_from_bytes, rename_if_free, same_identity,
    set_mode_of_new_files, sync_dir, sync_tree,
};
