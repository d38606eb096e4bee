//! What a process that handles PINs gives up.

/// No core file of this process, and no look into its memory by other programs of the same person: it will hold a PIN.
/// To be called before anything is asked. Best effort: a system without these calls goes on.
#[cfg(target_os = "linux")]
pub fn keep_memory_private() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    // A limit of 0 alone does not stop a core_pattern that pipes to a program; being not dumpable does.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// No core file of this process, where the system has such a thing.
#[cfg(not(target_os = "linux"))]
pub fn keep_memory_private() {}
