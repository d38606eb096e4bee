//! What the process gives up before it loads foreign code.

use std::fs::File;
use std::io;

/// No core file and no look into the memory that will hold a PIN. Best effort: a system without these calls goes on.
#[cfg(target_os = "linux")]
pub(crate) fn harden() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    // A limit of 0 alone does not stop a core_pattern that pipes to a program; being not dumpable does.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn harden() {}

/// The pipe to the caller. Afterwards file descriptor 1 leads to the null device: a module that prints would otherwise
/// write into our replies.
#[cfg(unix)]
pub(crate) fn take_stdout() -> io::Result<File> {
    let pipe = rustix::io::dup(io::stdout())?;
    rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    Ok(File::from(pipe))
}

/// Windows: a duplicate of the handle; a module that prints is found out by its nonsense.
#[cfg(windows)]
pub(crate) fn take_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}
