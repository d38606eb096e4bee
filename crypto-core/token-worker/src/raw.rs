//! Calls of the module that `cryptoki` does not make as they are needed here: a token's information as bytes, and a key
//! that wants its PIN between the beginning and the end of one operation.

#![allow(unsafe_code, reason = "the vendor's library is C")]

use std::path::Path;

use cryptoki::context::Function;
use cryptoki::error::{Error, Rv};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::ObjectHandle;
use cryptoki::session::Session;
use cryptoki_sys::{
    CK_BYTE, CK_FUNCTION_LIST, CK_MECHANISM, CK_MECHANISM_TYPE, CK_RV, CK_SESSION_HANDLE, CK_SLOT_ID, CK_TOKEN_INFO,
    CK_ULONG, CKR_OK, CKU_CONTEXT_SPECIFIC,
};
use libloading::Library;
use token_worker::{Failure, FailureKind};
use zeroize::Zeroizing;

use crate::failure::own;
use crate::module::Fault;

/// Longest signature and longest plaintext of a private key: an RSA key of 16384 bits has 2048 bytes. A module is never
/// asked how long its answer will be, so that it cannot make us reserve what it likes.
const MAX_OUTPUT: usize = 4096;

/// Hardware security modules have some three hundred.
const MAX_MECHANISMS: usize = 1024;

/// The functions of a module that is loaded and initialised.
pub(crate) struct Raw {
    functions: &'static CK_FUNCTION_LIST,
    /// Keeps the list where it is.
    _library: Library,
}

/// How a key is told that the person is still there.
pub(crate) enum Presence<'a> {
    /// The key does not ask.
    NotAsked,
    /// By the PIN.
    Pin(&'a [u8]),
    /// By the PIN that is typed on the reader.
    Pad,
}

impl Raw {
    /// The library at this absolute path, which is loaded already: it is the same one, once more.
    pub(crate) fn of(path: &Path) -> Result<Self, Failure> {
        let not = |reason: String| own(FailureKind::NotAModule, &reason);
        // SAFETY: its initialisers have run; loading it again only counts.
        let library = unsafe { Library::new(path) }.map_err(|error| not(error.to_string()))?;
        type GetFunctionList = unsafe extern "C" fn(*mut *mut CK_FUNCTION_LIST) -> CK_RV;
        // SAFETY: the symbol has this type in every version of the standard (PKCS#11 §5.4).
        let entry = unsafe { library.get::<GetFunctionList>(b"C_GetFunctionList\0") };
        let entry = entry.map_err(|error| not(error.to_string()))?;
        let mut list = std::ptr::null_mut();
        // SAFETY: `list` outlives the call.
        let code = unsafe { entry(&raw mut list) };
        // SAFETY: a module that says OK has pointed to its list, which stays as long as the library is loaded.
        match unsafe { list.as_ref() }.filter(|_| code == CKR_OK) {
            Some(functions) => Ok(Self { functions, _library: library }),
            None => Err(not("no list of functions".to_owned())),
        }
    }

    /// What the token says about itself, without reading its clock: some write one that is no time.
    pub(crate) fn token_info(&self, slot: CK_SLOT_ID) -> Result<CK_TOKEN_INFO, Error> {
        let function = self.functions.C_GetTokenInfo.ok_or(Error::NullFunctionPointer)?;
        let mut info = CK_TOKEN_INFO::default();
        // SAFETY: `info` is the structure that the function fills.
        done(unsafe { function(slot, &raw mut info) }, Function::GetTokenInfo)?;
        Ok(info)
    }

    /// Numbers of the mechanisms that a slot's token has, also those that only its vendor knows: `cryptoki` leaves these out.
    /// A token with more than there is room for tells none.
    pub(crate) fn mechanisms(&self, slot: CK_SLOT_ID) -> Vec<CK_MECHANISM_TYPE> {
        let Some(function) = self.functions.C_GetMechanismList else { return Vec::new() };
        let mut numbers = vec![0; MAX_MECHANISMS];
        let mut count = CK_ULONG::try_from(MAX_MECHANISMS).unwrap_or(0);
        // SAFETY: the module writes at most `count` numbers.
        let code = unsafe { function(slot, numbers.as_mut_ptr(), &raw mut count) };
        numbers.truncate(if code == CKR_OK { usize::try_from(count).unwrap_or(0) } else { 0 });
        numbers
    }

    /// Signs in one piece.
    pub(crate) fn sign(
        &self,
        session: &Session,
        mechanism: &Mechanism<'_>,
        key: ObjectHandle,
        presence: &Presence<'_>,
        data: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        let init = self.functions.C_SignInit.ok_or(Error::NullFunctionPointer)?;
        let sign = self.functions.C_Sign.ok_or(Error::NullFunctionPointer)?;
        let mut native: CK_MECHANISM = mechanism.into();
        // SAFETY: session and key are the module's own handles; `mechanism` outlives `native`, which points into it.
        done(unsafe { init(session.handle(), &raw mut native, key.handle()) }, Function::SignInit)?;
        self.show(session.handle(), presence)?;
        output(Function::Sign, |buffer, len| {
            // SAFETY: the module reads `data` and writes at most `*len` bytes.
            unsafe { sign(session.handle(), data.as_ptr().cast_mut(), length(data), buffer, len) }
        })
        .map(|signature| signature.to_vec())
    }

    /// Decrypts in one piece.
    pub(crate) fn decrypt(
        &self,
        session: &Session,
        mechanism: &Mechanism<'_>,
        key: ObjectHandle,
        presence: &Presence<'_>,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let init = self.functions.C_DecryptInit.ok_or(Error::NullFunctionPointer)?;
        let decrypt = self.functions.C_Decrypt.ok_or(Error::NullFunctionPointer)?;
        let mut native: CK_MECHANISM = mechanism.into();
        // SAFETY: as for a signature.
        done(unsafe { init(session.handle(), &raw mut native, key.handle()) }, Function::DecryptInit)?;
        self.show(session.handle(), presence)?;
        output(Function::Decrypt, |buffer, len| {
            // SAFETY: the module reads `data` and writes at most `*len` bytes.
            unsafe { decrypt(session.handle(), data.as_ptr().cast_mut(), length(data), buffer, len) }
        })
    }

    /// The login between an operation's beginning and its end (`CKA_ALWAYS_AUTHENTICATE`, PKCS#11 §4.9).
    fn show(&self, session: CK_SESSION_HANDLE, presence: &Presence<'_>) -> Result<(), Error> {
        let (pin, len) = match presence {
            Presence::NotAsked => return Ok(()),
            Presence::Pin(pin) => (pin.as_ptr().cast_mut(), length(pin)),
            Presence::Pad => (std::ptr::null_mut(), 0),
        };
        let login = self.functions.C_Login.ok_or(Error::NullFunctionPointer)?;
        // SAFETY: the module reads `len` bytes; no PIN at all is the standard's sign for the reader's own keys.
        done(unsafe { login(session, CKU_CONTEXT_SPECIFIC, pin, len) }, Function::Login)
    }

    /// Sets the person's PIN by the PUK, without a login: what OpenSC does when it is configured so.
    pub(crate) fn set_pin_by_puk(&self, session: &Session, puk: &[u8], new: &[u8]) -> Result<(), Error> {
        let set = self.functions.C_SetPIN.ok_or(Error::NullFunctionPointer)?;
        let (old, fresh) = (puk.as_ptr().cast_mut(), new.as_ptr().cast_mut());
        // SAFETY: the module reads as many bytes as it is told.
        done(unsafe { set(session.handle(), old, length(puk), fresh, length(new)) }, Function::SetPIN)
    }

    /// Has the reader ask for the old PIN and the new one.
    pub(crate) fn set_pin_on_pad(&self, session: &Session) -> Result<(), Error> {
        let set = self.functions.C_SetPIN.ok_or(Error::NullFunctionPointer)?;
        let none = std::ptr::null_mut();
        // SAFETY: no PIN at all is the standard's sign for the reader's own keys.
        done(unsafe { set(session.handle(), none, 0, none, 0) }, Function::SetPIN)
    }
}

/// What a function writes into a buffer that is wiped. A length beyond the buffer is a lie.
fn output(
    function: Function,
    call: impl FnOnce(*mut CK_BYTE, *mut CK_ULONG) -> CK_RV,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let mut buffer = Zeroizing::new(vec![0; MAX_OUTPUT]);
    let mut len = length(&buffer);
    done(call(buffer.as_mut_ptr(), &raw mut len), function)?;
    match usize::try_from(len).ok().filter(|len| *len <= MAX_OUTPUT) {
        Some(len) => {
            buffer.truncate(len);
            Ok(buffer)
        }
        None => Err(Fault::Own(Failure {
            kind: FailureKind::Other,
            function: format!("C_{function:?}"),
            code: format!("{len} bytes"),
        })),
    }
}

fn done(code: CK_RV, function: Function) -> Result<(), Error> {
    Rv::from(code).into_result(function)
}

/// A frame holds 4 MiB at most.
fn length(bytes: &[u8]) -> CK_ULONG {
    CK_ULONG::try_from(bytes.len()).unwrap_or(CK_ULONG::MAX)
}
