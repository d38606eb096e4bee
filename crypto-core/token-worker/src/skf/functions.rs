//! The functions of one loaded module, and the only place from which they are called.
//!
//! A function that the module does not have is a power that it does not have: nothing here is required but listing and
//! connecting devices. `DEVAPI` is `__stdcall` on 32-bit Windows and the C convention elsewhere, which is what Rust calls
//! `system`.

#![allow(unsafe_code, reason = "the vendor's library is C")]

use std::path::Path;

use libloading::Library;
use token_worker::{Failure, FailureKind, skf};

use super::abi::{BlockCipherParam, Bool, EccSignatureBlob, Handle, Width, Word, sar};
use super::failure::Fault;

/// The first room for an answer of unknown length: enough for every certificate that we have seen.
const ROOM: usize = 8 << 10;
/// The most that is ever made: no certificate and no list of names is longer.
const MAX_ROOM: usize = 1 << 20;
/// What no module writes by itself, so that the end of what it wrote can be seen.
const POISON: u8 = 0xA5;

/// One function, if the module has it.
struct Entry<F> {
    name: &'static str,
    function: Option<F>,
}

impl<F: Copy> Entry<F> {
    fn get(&self) -> Result<F, Fault> {
        self.function.ok_or(Fault::Missing(self.name))
    }

    const fn is_there(&self) -> bool {
        self.function.is_some()
    }
}

macro_rules! functions {
    ($($field:ident = $name:literal ($($argument:ty),*);)*) => {
        /// The table, filled once when the module is loaded. The library is never unloaded: vendors' threads may still
        /// run in it.
        pub(crate) struct Functions {
            $($field: Entry<unsafe extern "system" fn($($argument),*) -> u32>,)*
        }

        impl Functions {
            fn of(library: &Library) -> Self {
                Self {$($field: Entry {
                    name: $name,
                    // SAFETY: GM/T 0016 gives a function of this name these arguments; a library that has another
                    // function by this name would fail any program that uses it. The library stays loaded.
                    function: unsafe { library.get($name.as_bytes()) }.ok().map(|symbol| *symbol),
                },)*}
            }
        }
    };
}

functions! {
    enum_dev = "SKF_EnumDev" (Bool, *mut u8, *mut Word);
    connect_dev = "SKF_ConnectDev" (*const u8, *mut Handle);
    disconnect_dev = "SKF_DisConnectDev" (Handle);
    get_dev_info = "SKF_GetDevInfo" (Handle, *mut u8);
    wait_for_dev_event = "SKF_WaitForDevEvent" (*mut u8, *mut Word, *mut Word);
    set_label = "SKF_SetLabel" (Handle, *const u8);
    gen_random = "SKF_GenRandom" (Handle, *mut u8, Word);
    dev_auth = "SKF_DevAuth" (Handle, *const u8, Word);
    create_application = "SKF_CreateApplication"
        (Handle, *const u8, *const u8, Word, *const u8, Word, Word, *mut Handle);
    enum_application = "SKF_EnumApplication" (Handle, *mut u8, *mut Word);
    open_application = "SKF_OpenApplication" (Handle, *const u8, *mut Handle);
    get_pin_info = "SKF_GetPINInfo" (Handle, Word, *mut Word, *mut Word, *mut Bool);
    verify_pin = "SKF_VerifyPIN" (Handle, Word, *const u8, *mut Word);
    change_pin = "SKF_ChangePIN" (Handle, Word, *const u8, *const u8, *mut Word);
    unblock_pin = "SKF_UnblockPIN" (Handle, *const u8, *const u8, *mut Word);
    clear_secure_state = "SKF_ClearSecureState" (Handle);
    gen_remote_unblock_request = "SKF_GenRemoteUnblockRequest" (Handle, *mut u8, *mut Word);
    remote_unblock_pin = "SKF_RemoteUnblockPIN" (Handle, *const u8, Word, *mut Word);
    enum_container = "SKF_EnumContainer" (Handle, *mut u8, *mut Word);
    create_container = "SKF_CreateContainer" (Handle, *const u8, *mut Handle);
    open_container = "SKF_OpenContainer" (Handle, *const u8, *mut Handle);
    close_container = "SKF_CloseContainer" (Handle);
    delete_container = "SKF_DeleteContainer" (Handle, *const u8);
    export_public_key = "SKF_ExportPublicKey" (Handle, Bool, *mut u8, *mut Word);
    export_certificate = "SKF_ExportCertificate" (Handle, Bool, *mut u8, *mut Word);
    import_certificate = "SKF_ImportCertificate" (Handle, Bool, *const u8, Word);
    gen_ecc_key_pair = "SKF_GenECCKeyPair" (Handle, Word, *mut u8);
    gen_rsa_key_pair = "SKF_GenRSAKeyPair" (Handle, Word, *mut u8);
    ecc_sign_data = "SKF_ECCSignData" (Handle, *const u8, Word, *mut u8);
    rsa_sign_data = "SKF_RSASignData" (Handle, *const u8, Word, *mut u8, *mut Word);
    import_ecc_key_pair = "SKF_ImportECCKeyPair" (Handle, *const u8);
    import_rsa_key_pair = "SKF_ImportRSAKeyPair" (Handle, Word, *const u8, Word, *const u8, Word);
    import_session_key = "SKF_ImportSessionKey" (Handle, Word, *const u8, Word, *mut Handle);
    decrypt_init = "SKF_DecryptInit" (Handle, BlockCipherParam<u32>);
    decrypt_init_wide = "SKF_DecryptInit" (Handle, BlockCipherParam<u64>);
    decrypt = "SKF_Decrypt" (Handle, *const u8, Word, *mut u8, *mut Word);
    decrypt_update = "SKF_DecryptUpdate" (Handle, *const u8, Word, *mut u8, *mut Word);
    decrypt_final = "SKF_DecryptFinal" (Handle, *mut u8, *mut Word);
    close_handle = "SKF_CloseHandle" (Handle);
}

macro_rules! call {
    ($entry:expr; $($argument:expr),* $(,)?) => {{
        let function = $entry.get()?;
        // SAFETY: the arguments have the standard's types, and each pointer leads to a live buffer of the length that
        // goes with it. What the module does beyond that harms this process alone, which holds nothing else.
        match unsafe { function($($argument),*) } {
            sar::OK => Ok(()),
            code => Err(Fault::Returned { function: $entry.name, code }),
        }
    }};
}

/// A name or PIN with its NUL byte.
pub(crate) struct CText<'b>(&'b [u8]);

impl<'b> CText<'b> {
    /// `None` for bytes that do not end with the only NUL among them.
    pub(crate) fn new(bytes: &'b [u8]) -> Option<Self> {
        (bytes.iter().position(|byte| *byte == 0) == Some(bytes.len().checked_sub(1)?)).then_some(Self(bytes))
    }
}

/// Whose key or certificate of a container.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Encrypt = 0,
    Sign = 1,
}

impl Functions {
    /// Loads the library.
    pub(crate) fn load(path: &Path) -> Result<Self, Failure> {
        let not = |code: String| Failure { kind: FailureKind::NotAModule, function: String::new(), code };
        if !path.is_absolute() {
            return Err(not("the path is not absolute".to_owned()));
        }
        // SAFETY: its initialisers run in this process, which was made to run them and holds nothing else.
        let library = unsafe { Library::new(path) }.map_err(|error| not(error.to_string()))?;
        let functions = Self::of(&library);
        std::mem::forget(library);
        if functions.enum_dev.is_there() && functions.connect_dev.is_there() {
            Ok(functions)
        } else {
            Err(not("it has no SKF_EnumDev and SKF_ConnectDev".to_owned()))
        }
    }

    /// What the module has functions for.
    pub(crate) fn abilities(&self) -> skf::Abilities {
        skf::Abilities {
            pin_info: self.get_pin_info.is_there(),
            change_pin: self.change_pin.is_there(),
            unblock: self.unblock_pin.is_there(),
            remote_unblock: self.gen_remote_unblock_request.is_there() && self.remote_unblock_pin.is_there(),
            sign_ecc: self.ecc_sign_data.is_there(),
            sign_rsa: self.rsa_sign_data.is_there(),
            generate: self.create_container.is_there() && self.gen_ecc_key_pair.is_there(),
            session_key: self.import_session_key.is_there()
                && self.decrypt_init.is_there()
                && (self.decrypt.is_there() || self.decrypt_update.is_there()),
            import_key: self.import_ecc_key_pair.is_there(),
            import_certificate: self.import_certificate.is_there(),
            delete: self.delete_container.is_there(),
            events: self.wait_for_dev_event.is_there(),
        }
    }

    /// The names of the devices that are plugged in.
    pub(crate) fn devices(&self) -> Result<Vec<u8>, Fault> {
        const PRESENT: Bool = 1;
        list(|buffer, len| call!(self.enum_dev; PRESENT, buffer, len))
    }

    pub(crate) fn connect(&self, name: &CText<'_>) -> Result<Handle, Fault> {
        let mut device = std::ptr::null_mut();
        call!(self.connect_dev; name.0.as_ptr(), &raw mut device)?;
        Ok(device)
    }

    /// A device that is gone cannot say so: what it answers does not matter.
    pub(crate) fn disconnect(&self, device: Handle) {
        let _ = (|| call!(self.disconnect_dev; device))();
    }

    /// The device information as it was written, at its length.
    pub(crate) fn device_info(&self, device: Handle) -> Result<Vec<u8>, Fault> {
        let mut buffer = vec![POISON; 1024];
        call!(self.get_dev_info; device, buffer.as_mut_ptr())?;
        buffer.truncate(buffer.iter().rposition(|byte| *byte != POISON).map_or(0, |last| last + 1));
        Ok(buffer)
    }

    /// Blocks until a device comes (1) or goes (2).
    pub(crate) fn wait_for_event(&self) -> Result<(Vec<u8>, u32), Fault> {
        let mut event: Word = 0;
        let name = list(|buffer, len| call!(self.wait_for_dev_event; buffer, len, &raw mut event))?;
        Ok((name, low(event)))
    }

    pub(crate) fn applications(&self, device: Handle) -> Result<Vec<u8>, Fault> {
        list(|buffer, len| call!(self.enum_application; device, buffer, len))
    }

    pub(crate) fn open_application(&self, device: Handle, name: &CText<'_>) -> Result<Handle, Fault> {
        let mut application = std::ptr::null_mut();
        call!(self.open_application; device, name.0.as_ptr(), &raw mut application)?;
        Ok(application)
    }

    pub(crate) fn set_label(&self, device: Handle, label: &CText<'_>) -> Result<(), Fault> {
        call!(self.set_label; device, label.0.as_ptr())
    }

    pub(crate) fn random(&self, device: Handle, len: usize) -> Result<Vec<u8>, Fault> {
        let mut bytes = vec![0; len];
        call!(self.gen_random; device, bytes.as_mut_ptr(), len)?;
        Ok(bytes)
    }

    pub(crate) fn authenticate(&self, device: Handle, proof: &[u8]) -> Result<(), Fault> {
        call!(self.dev_auth; device, proof.as_ptr(), proof.len())
    }

    /// Ten tries each, as keys have them; the person's login makes files.
    pub(crate) fn create_application(
        &self,
        device: Handle,
        name: &CText<'_>,
        administrator: &CText<'_>,
        user: &CText<'_>,
    ) -> Result<(), Fault> {
        const TRIES: Word = 10;
        const SECURE_USER_ACCOUNT: Word = 0x10;
        let mut made = std::ptr::null_mut();
        let (administrator, user) = (administrator.0.as_ptr(), user.0.as_ptr());
        call!(
            self.create_application;
            device, name.0.as_ptr(), administrator, TRIES, user, TRIES, SECURE_USER_ACCOUNT, &raw mut made,
        )
    }

    pub(crate) fn pin_info(&self, application: Handle, role: Word) -> Result<skf::PinInfo, Fault> {
        let (mut max, mut remaining, mut is_default): (Word, Word, Bool) = (0, 0, 0);
        call!(self.get_pin_info; application, role, &raw mut max, &raw mut remaining, &raw mut is_default)?;
        Ok(skf::PinInfo { max: low(max), remaining: low(remaining), is_default: is_default != 0 })
    }

    pub(crate) fn verify_pin(&self, application: Handle, role: Word, pin: &CText<'_>) -> Result<(), Fault> {
        let mut retry: Word = 0;
        call!(self.verify_pin; application, role, pin.0.as_ptr(), &raw mut retry)
    }

    pub(crate) fn change_pin(
        &self,
        application: Handle,
        role: Word,
        old: &CText<'_>,
        new: &CText<'_>,
    ) -> Result<(), Fault> {
        let mut retry: Word = 0;
        call!(self.change_pin; application, role, old.0.as_ptr(), new.0.as_ptr(), &raw mut retry)
    }

    pub(crate) fn unblock_pin(&self, application: Handle, admin: &CText<'_>, new: &CText<'_>) -> Result<(), Fault> {
        let mut retry: Word = 0;
        call!(self.unblock_pin; application, admin.0.as_ptr(), new.0.as_ptr(), &raw mut retry)
    }

    pub(crate) fn clear_secure_state(&self, application: Handle) -> Result<(), Fault> {
        call!(self.clear_secure_state; application)
    }

    pub(crate) fn remote_unblock_request(&self, application: Handle) -> Result<Vec<u8>, Fault> {
        fetch(
            self.gen_remote_unblock_request.name,
            256,
            |buffer, len| call!(self.gen_remote_unblock_request; application, buffer, len),
        )
    }

    pub(crate) fn remote_unblock(&self, application: Handle, answer: &[u8]) -> Result<(), Fault> {
        let mut retry: Word = 0;
        call!(self.remote_unblock_pin; application, answer.as_ptr(), answer.len(), &raw mut retry)
    }

    pub(crate) fn containers(&self, application: Handle) -> Result<Vec<u8>, Fault> {
        list(|buffer, len| call!(self.enum_container; application, buffer, len))
    }

    pub(crate) fn create_container(&self, application: Handle, name: &CText<'_>) -> Result<Handle, Fault> {
        let mut container = std::ptr::null_mut();
        call!(self.create_container; application, name.0.as_ptr(), &raw mut container)?;
        Ok(container)
    }

    pub(crate) fn open_container(&self, application: Handle, name: &CText<'_>) -> Result<Handle, Fault> {
        let mut container = std::ptr::null_mut();
        call!(self.open_container; application, name.0.as_ptr(), &raw mut container)?;
        Ok(container)
    }

    pub(crate) fn close_container(&self, container: Handle) {
        let _ = (|| call!(self.close_container; container))();
    }

    pub(crate) fn delete_container(&self, application: Handle, name: &CText<'_>) -> Result<(), Fault> {
        call!(self.delete_container; application, name.0.as_ptr())
    }

    pub(crate) fn public_key(&self, container: Handle, part: Part) -> Result<Vec<u8>, Fault> {
        fetch(
            self.export_public_key.name,
            ROOM,
            |buffer, len| call!(self.export_public_key; container, part as Bool, buffer, len),
        )
    }

    /// The buffer as the module filled it; a certificate tells its own length better than most modules do.
    pub(crate) fn certificate(&self, container: Handle, part: Part) -> Result<Vec<u8>, Fault> {
        list(|buffer, len| call!(self.export_certificate; container, part as Bool, buffer, len))
    }

    pub(crate) fn import_certificate(&self, container: Handle, part: Part, der: &[u8]) -> Result<(), Fault> {
        call!(self.import_certificate; container, part as Bool, der.as_ptr(), der.len())
    }

    pub(crate) fn generate_ecc(&self, container: Handle, algorithm: u32) -> Result<(), Fault> {
        let mut public = vec![0; 1024];
        call!(self.gen_ecc_key_pair; container, word(algorithm), public.as_mut_ptr())
    }

    pub(crate) fn generate_rsa(&self, container: Handle, bits: u32) -> Result<(), Fault> {
        let mut public = vec![0; 2048];
        call!(self.gen_rsa_key_pair; container, word(bits), public.as_mut_ptr())
    }

    pub(crate) fn sign_ecc(&self, container: Handle, digest: &[u8]) -> Result<EccSignatureBlob, Fault> {
        let mut blob = EccSignatureBlob { r: [0; 64], s: [0; 64] };
        call!(self.ecc_sign_data; container, digest.as_ptr(), digest.len(), (&raw mut blob).cast())?;
        Ok(blob)
    }

    pub(crate) fn sign_rsa(&self, container: Handle, data: &[u8]) -> Result<Vec<u8>, Fault> {
        fetch(
            self.rsa_sign_data.name,
            1024,
            |buffer, len| call!(self.rsa_sign_data; container, data.as_ptr(), data.len(), buffer, len),
        )
    }

    /// `envelope` is a whole `ENVELOPEDKEYBLOB`.
    pub(crate) fn import_ecc_key(&self, container: Handle, envelope: &[u8]) -> Result<(), Fault> {
        call!(self.import_ecc_key_pair; container, envelope.as_ptr())
    }

    pub(crate) fn import_rsa_key(
        &self,
        container: Handle,
        algorithm: u32,
        wrapped: &[u8],
        encrypted: &[u8],
    ) -> Result<(), Fault> {
        call!(
            self.import_rsa_key_pair;
            container,
            word(algorithm),
            wrapped.as_ptr(),
            wrapped.len(),
            encrypted.as_ptr(),
            encrypted.len(),
        )
    }

    /// A handle of the key, which stays in the token.
    pub(crate) fn session_key(&self, container: Handle, algorithm: u32, wrapped: &[u8]) -> Result<Handle, Fault> {
        let mut key = std::ptr::null_mut();
        call!(
            self.import_session_key;
            container,
            word(algorithm),
            wrapped.as_ptr(),
            wrapped.len(),
            &raw mut key,
        )?;
        Ok(key)
    }

    /// Without padding: it is taken off by us.
    pub(crate) fn decrypt_init(&self, key: Handle, width: Width, iv: &[u8; 16]) -> Result<(), Fault> {
        let mut field = [0; 32];
        field[..16].copy_from_slice(iv);
        match width {
            Width::Narrow => {
                let parameters = BlockCipherParam::<u32> { iv: field, iv_len: 16, padding_type: 0, feed_bit_len: 0 };
                call!(self.decrypt_init; key, parameters)
            }
            Width::Wide => {
                let parameters = BlockCipherParam::<u64> { iv: field, iv_len: 16, padding_type: 0, feed_bit_len: 0 };
                call!(self.decrypt_init_wide; key, parameters)
            }
        }
    }

    /// The whole of it at once where the module has a function for that, else as one piece and its end.
    pub(crate) fn decrypt(&self, key: Handle, content: &[u8], plain: &mut [u8]) -> Result<usize, Fault> {
        if !self.decrypt_update.is_there() {
            return within(
                self.decrypt.name,
                plain,
                |buffer, len| call!(self.decrypt; key, content.as_ptr(), content.len(), buffer, len),
            );
        }
        let written = within(
            self.decrypt_update.name,
            plain,
            |buffer, len| call!(self.decrypt_update; key, content.as_ptr(), content.len(), buffer, len),
        )?;
        if !self.decrypt_final.is_there() {
            return Ok(written);
        }
        let last = within(
            self.decrypt_final.name,
            &mut plain[written..],
            |buffer, len| call!(self.decrypt_final; key, buffer, len),
        )?;
        Ok(written + last)
    }

    pub(crate) fn close_handle(&self, handle: Handle) {
        let _ = (|| call!(self.close_handle; handle))();
    }
}

/// Has a buffer filled and answers all of it, zero where nothing was written: for what tells its own end.
fn list(mut ask: impl FnMut(*mut u8, *mut Word) -> Result<(), Fault>) -> Result<Vec<u8>, Fault> {
    grow(ROOM, &mut ask).map(|(buffer, _)| buffer)
}

/// Has a buffer filled and answers as much of it as the module says that it wrote.
fn fetch(
    function: &'static str,
    room: usize,
    mut ask: impl FnMut(*mut u8, *mut Word) -> Result<(), Fault>,
) -> Result<Vec<u8>, Fault> {
    let (mut buffer, len) = grow(room, &mut ask)?;
    if len > buffer.len() {
        return Err(Fault::Garbage { function, len });
    }
    buffer.truncate(len);
    Ok(buffer)
}

/// Room is given before it is asked for: many modules answer the question for a length wrongly.
fn grow(room: usize, ask: &mut impl FnMut(*mut u8, *mut Word) -> Result<(), Fault>) -> Result<(Vec<u8>, usize), Fault> {
    let mut room = room;
    loop {
        let mut buffer = vec![0; room];
        let mut len: Word = room;
        match ask(buffer.as_mut_ptr(), &raw mut len) {
            Ok(()) => return Ok((buffer, len)),
            Err(fault) if fault.is(sar::BUFFER_TOO_SMALL) && room < MAX_ROOM => {
                room = len.clamp(2 * room, MAX_ROOM);
            }
            Err(fault) => return Err(fault),
        }
    }
}

/// Has a buffer of ours filled and answers the length of what was written.
fn within(
    function: &'static str,
    buffer: &mut [u8],
    ask: impl FnOnce(*mut u8, *mut Word) -> Result<(), Fault>,
) -> Result<usize, Fault> {
    let mut len: Word = buffer.len();
    ask(buffer.as_mut_ptr(), &raw mut len)?;
    if len > buffer.len() { Err(Fault::Garbage { function, len }) } else { Ok(len) }
}

fn word(number: u32) -> Word {
    Word::try_from(number).expect("a register holds 32 bits at least")
}

/// The standard's 32 bits of a number that the module wrote.
fn low(number: Word) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
