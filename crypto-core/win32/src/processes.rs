//! Processes and whose they are.

use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::PathBuf;
use std::{ptr, slice};

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::{GetTokenInformation, TOKEN_QUERY, TOKEN_USER, TokenUser};
use windows_sys::Win32::System::Threading::{
    OpenProcess, OpenProcessToken, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

use crate::users;

/// The longest path of a program, in UTF-16 units.
const LONGEST_PATH: usize = 32_768;

/// A process, by the number that Windows gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(u32);

impl Process {
    /// The one that runs this.
    #[must_use]
    pub fn this() -> Self {
        Self(std::process::id())
    }

    pub(crate) const fn numbered(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Whether the user of this process runs it too.
    ///
    /// Windows lets a person's program look at the others of the same person: what is asked for here belongs to the rights of
    /// execution, which neither a higher integrity level (an elevated program) nor protection (an anti-virus program) takes
    /// away, and tokens may be read from below. What it does not let us look at is somebody else's.
    #[must_use]
    pub fn is_of_this_user(self) -> bool {
        users::are_one(&self.user(), &Self::this().user())
    }

    /// Its program.
    ///
    /// # Errors
    /// It has ended, or belongs to somebody else.
    pub fn program(self) -> io::Result<PathBuf> {
        let process = self.open()?;
        let mut units = vec![0u16; LONGEST_PATH];
        let mut length = u32::try_from(units.len()).expect("a constant below 2^32");
        // SAFETY: the handle is open, and `length` says how many units the buffer has room for.
        let told =
            unsafe { QueryFullProcessImageNameW(process.as_raw_handle(), 0, units.as_mut_ptr(), &raw mut length) };
        if told == 0 {
            return Err(io::Error::last_os_error());
        }
        units.truncate(length as usize);
        Ok(PathBuf::from(OsString::from_wide(&units)))
    }

    /// Its user's security identifier, as text: `S-1-5-…`.
    pub(crate) fn user(self) -> io::Result<String> {
        let process = self.open()?;
        let mut token = ptr::null_mut();
        // SAFETY: the process is open; the token's place is ours.
        if unsafe { OpenProcessToken(process.as_raw_handle(), TOKEN_QUERY, &raw mut token) } == 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call succeeded, so this is an open handle, and nobody else has it.
        let token = unsafe { OwnedHandle::from_raw_handle(token) };
        user_of_token(&token)
    }

    fn open(self) -> io::Result<OwnedHandle> {
        // SAFETY: the call takes numbers only.
        let handle = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, self.0) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: it is open, and nobody else has it.
        Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
    }
}

fn user_of_token(token: &OwnedHandle) -> io::Result<String> {
    // TOKEN_USER with its SID behind it: 16 bytes and at most 68. Words, so that it is aligned.
    let mut room = [0u64; 16];
    let mut length = 0;
    let size = u32::try_from(size_of_val(&room)).expect("128 bytes");
    // SAFETY: the token is open; the room is ours and `size` bytes long.
    let told = unsafe {
        GetTokenInformation(token.as_raw_handle(), TokenUser, room.as_mut_ptr().cast(), size, &raw mut length)
    };
    if told == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: Windows filled the room with a TOKEN_USER, which 64-bit words are aligned for.
    let user = unsafe { room.as_ptr().cast::<TOKEN_USER>().read() };
    let mut text = ptr::null_mut();
    // SAFETY: the SID lies in `room`, which lives on; the text's place is ours.
    if unsafe { ConvertSidToStringSidW(user.User.Sid, &raw mut text) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the text ends with a zero, so every unit up to it may be read.
    let length = (0..).take_while(|&at| unsafe { *text.add(at) } != 0).count();
    // SAFETY: just counted.
    let sid = String::from_utf16_lossy(unsafe { slice::from_raw_parts(text, length) });
    // SAFETY: the conversion allocated the text for us, and it was copied.
    unsafe { LocalFree(text.cast()) };
    Ok(sid)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn this_process_is_this_users_and_runs_this_program() {
        let this = Process::this();
        assert!(this.is_of_this_user());
        assert!(this.user().unwrap().starts_with("S-1-5-"));
        let [told, known] = [this.program().unwrap(), std::env::current_exe().unwrap()];
        assert_eq!(told.file_name(), known.file_name());
    }

    #[test]
    fn another_program_of_this_user_is_known_as_such() {
        let mut other = Command::new("cmd").args(["/c", "set /p end="]).stdin(Stdio::piped()).spawn().unwrap();
        let process = Process::numbered(other.id());
        let known = (process.is_of_this_user(), process.program());
        drop(other.stdin.take());
        other.wait().unwrap();
        assert!(known.0);
        assert!(known.1.unwrap().file_name().unwrap().eq_ignore_ascii_case("cmd.exe"));
    }

    #[test]
    fn a_process_that_is_not_there_is_nobodys() {
        assert!(!Process::numbered(u32::MAX - 1).is_of_this_user());
        assert!(Process::numbered(u32::MAX - 1).program().is_err());
    }
}
