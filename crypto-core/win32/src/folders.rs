//! Folders that belong to one person, wherever they lie.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;

use crate::processes::Process;
use crate::text;

/// Makes a folder that its owner, the system and administrators enter and nobody else, with all that will be made in it. What
/// the folder above allows does not count: the root of a drive lets every user in.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`], and what else Windows reports.
pub fn make_private(folder: &Path) -> io::Result<()> {
    let owner = Process::this().user()?;
    // Protected (P); full access (FA) for three, and for all files and folders below (OICI).
    let rights = format!("D:P(A;OICI;FA;;;{owner})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)");
    let descriptor = Descriptor::of(&rights)?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).expect("three words are few bytes"),
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    let path = text::path(folder)?;
    // SAFETY: the path ends with a zero; it, the attributes and the descriptor they name outlive the call.
    let made = unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) };
    if made == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Who may do what, as Windows holds it.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    /// From the Security Descriptor Definition Language.
    fn of(rights: &str) -> io::Result<Self> {
        let rights = text::ended(OsStr::new(rights))?;
        let mut descriptor = ptr::null_mut();
        // SAFETY: the text ends with a zero; the descriptor's place is ours, its length is not asked for.
        let read = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                rights.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                ptr::null_mut(),
            )
        };
        if read == 0 { Err(io::Error::last_os_error()) } else { Ok(Self(descriptor)) }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: the conversion allocated it for us with LocalAlloc, and nobody else has it.
        unsafe { LocalFree(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_private_folder_is_made_once_and_its_owner_works_in_it() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("标信");
        make_private(&folder).unwrap();
        fs::write(folder.join("file"), "x").unwrap();
        assert_eq!(fs::read(folder.join("file")).unwrap(), b"x");
        assert_eq!(make_private(&folder).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert!(make_private(&base.path().join("absent/below")).is_err(), "parents are the caller's");
    }
}
