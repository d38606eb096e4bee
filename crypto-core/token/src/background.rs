//! Programs of ours that nobody sees.

use std::process::Command;

/// Windows would open a console for each, over the windows of the program that starts it; without one they also hear no
/// Ctrl-C, which is ours to answer.
#[cfg(windows)]
pub(crate) fn hide(command: &mut Command) -> &mut Command {
    use std::os::windows::process::CommandExt;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW)
}

#[cfg(not(windows))]
pub(crate) const fn hide(command: &mut Command) -> &mut Command {
    command
}
