//! The loaded module, its sessions, and which function answers which request.

use std::collections::HashMap;
use std::path::Path;
use std::thread;
use std::time::Duration;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use token_worker::{Failure, FailureKind, PinEntry, Reply, Request, Role};
use zeroize::Zeroizing;

use crate::failure::{failure, may_be_removal, own};
use crate::raw::{Presence, Raw};
use crate::{Answer, keys, objects, token};

/// One PKCS#11 module, and for each slot with a login the session that holds it.
pub(crate) struct Module {
    pkcs11: Pkcs11,
    raw: Raw,
    logins: HashMap<u64, Session>,
}

impl Module {
    /// Loads and initialises it. The path is absolute: nothing is searched for.
    pub(crate) fn load(path: &Path) -> Result<Self, Failure> {
        if !path.is_absolute() {
            return Err(own(FailureKind::NotAModule, "the path is not absolute"));
        }
        let pkcs11 = Pkcs11::new(path).map_err(|error| failure(&error))?;
        pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).map_err(|error| failure(&error))?;
        let raw = Raw::of(path)?;
        Ok(Self { pkcs11, raw, logins: HashMap::new() })
    }

    pub(crate) fn answer(&mut self, request: &Request, secrets: &[Zeroizing<Vec<u8>>]) -> Result<Answer, Failure> {
        let slot = slot_of(request);
        self.dispatch(request, secrets).map_err(|fault| self.classify(slot, fault))
    }

    fn dispatch(&mut self, request: &Request, secrets: &[Zeroizing<Vec<u8>>]) -> Result<Answer, Fault> {
        let reply = match request {
            Request::Slots => Reply::Slots(token::slots(&self.pkcs11, &self.raw, true)?),
            Request::Blank => Reply::Slots(token::slots(&self.pkcs11, &self.raw, false)?),
            Request::Token { slot } => Reply::Token(token::facts(&self.pkcs11, &self.raw, to_slot(*slot)?)?),
            Request::Initialise { slot, label } => {
                self.initialise(*slot, label, secret(secrets, 0)?, secret(secrets, 1)?)?
            }
            Request::Login { slot, role, entry } => self.login(*slot, *role, *entry, secrets)?,
            Request::Logout { slot } => self.logout(*slot),
            Request::ChangePin { slot, entry: PinEntry::Pad } => self.change_pin_on_pad(*slot)?,
            Request::ChangePin { slot, .. } => self.change_pin(*slot, secret(secrets, 0)?, secret(secrets, 1)?)?,
            Request::ResetPin { slot } => self.reset_pin(*slot, secret(secrets, 0)?, secret(secrets, 1)?)?,
            Request::Objects { slot } => Reply::Objects(objects::list(&self.open(*slot)?)?),
            Request::Sign { slot, each_time, id, form, data } => {
                let presence = presence(*each_time, secrets)?;
                Reply::Bytes(keys::sign(&self.raw, &self.open(*slot)?, id, *form, &presence, data)?)
            }
            Request::Decrypt { slot, each_time, id, form, data } => {
                let (session, presence) = (self.open(*slot)?, presence(*each_time, secrets)?);
                return Ok(Answer::Secret(keys::decrypt(&self.raw, &session, id, *form, &presence, data)?));
            }
            Request::Derive { slot, id, point, len } => {
                return Ok(Answer::Secret(keys::derive(&self.open(*slot)?, id, point, *len)?));
            }
            Request::Generate { slot, id, label, spec, sign } => {
                keys::generate(&self.open(*slot)?, id, label, spec, *sign)?;
                Reply::Done
            }
            Request::WriteCertificate { slot, id, label, subject, issuer, serial, value } => {
                objects::write_certificate(&self.open(*slot)?, id, label, subject, issuer, serial, value)?;
                Reply::Done
            }
            Request::Destroy { slot, id, keys } => {
                objects::destroy(&self.open(*slot)?, id, *keys)?;
                Reply::Done
            }
            _ => return Err(Fault::Own(own(FailureKind::NotSupported, "unknown request"))),
        };
        Ok(Answer::Reply(reply))
    }

    /// A session for one operation: a module that fails in the middle of one may leave its session unusable. The login
    /// belongs to the application and is held by the session that was logged in.
    fn open(&self, slot: u64) -> Result<Session, Fault> {
        let slot = to_slot(slot)?;
        match self.pkcs11.open_rw_session(slot) {
            Err(Error::Pkcs11(RvError::TokenWriteProtected, _)) => Ok(self.pkcs11.open_ro_session(slot)?),
            opened => Ok(opened?),
        }
    }

    /// A PIN is always checked: an older login is ended first, because a module answers a second login with
    /// "already logged in" whatever the PIN is.
    fn login(
        &mut self,
        slot: u64,
        role: Role,
        entry: PinEntry,
        secrets: &[Zeroizing<Vec<u8>>],
    ) -> Result<Reply, Fault> {
        self.logout(slot);
        let session = self.open(slot)?;
        let pin = match entry {
            PinEntry::Here => Some(auth_pin(secret(secrets, 0)?)?),
            PinEntry::Pad => None,
        };
        let role = match role {
            Role::User => UserType::User,
            Role::SecurityOfficer => UserType::So,
        };
        session.login(role, pin.as_ref())?;
        self.logins.insert(slot, session);
        Ok(Reply::Done)
    }

    fn logout(&mut self, slot: u64) -> Reply {
        if let Some(session) = self.logins.remove(&slot) {
            // Closing the last session logs out too; a module may have done so already.
            let _ = session.logout();
        }
        Reply::Done
    }

    fn change_pin(&mut self, slot: u64, old: &[u8], new: &[u8]) -> Result<Reply, Fault> {
        self.logout(slot);
        let session = self.open(slot)?;
        let (old, new) = (auth_pin(old)?, auth_pin(new)?);
        session.login(UserType::User, Some(&old))?;
        let changed = session.set_pin(&old, &new);
        let _ = session.logout();
        changed?;
        Ok(Reply::Done)
    }

    fn reset_pin(&mut self, slot: u64, so_pin: &[u8], new: &[u8]) -> Result<Reply, Fault> {
        self.logout(slot);
        let session = self.open(slot)?;
        let (so, fresh) = (auth_pin(so_pin)?, auth_pin(new)?);
        if self.takes_puk()? {
            self.raw.set_pin_by_puk(&session, so_pin, new)?;
            return Ok(Reply::Done);
        }
        session.login(UserType::So, Some(&so))?;
        let set = session.init_pin(&fresh);
        let _ = session.logout();
        set?;
        Ok(Reply::Done)
    }

    fn change_pin_on_pad(&mut self, slot: u64) -> Result<Reply, Fault> {
        self.logout(slot);
        let session = self.open(slot)?;
        session.login(UserType::User, None)?;
        let changed = self.raw.set_pin_on_pad(&session);
        let _ = session.logout();
        changed?;
        Ok(Reply::Done)
    }

    fn initialise(&mut self, slot: u64, label: &str, so_pin: &[u8], pin: &[u8]) -> Result<Reply, Fault> {
        self.logout(slot);
        let (so_pin, pin) = (auth_pin(so_pin)?, auth_pin(pin)?);
        self.pkcs11.init_token(to_slot(slot)?, &so_pin, label)?;
        let session = self.open(slot)?;
        session.login(UserType::So, Some(&so_pin))?;
        let set = session.init_pin(&pin);
        let _ = session.logout();
        set?;
        Ok(Reply::Done)
    }

    /// OpenSC has no administrator for most cards: their PUK sets a new PIN without a login. No other module is asked
    /// like this, because there it would be a wrong PIN.
    fn takes_puk(&self) -> Result<bool, Fault> {
        Ok(self.pkcs11.get_library_info()?.manufacturer_id().starts_with("OpenSC"))
    }

    /// Looks at the slot before a failure is named: a pulled token shows itself as almost anything.
    fn classify(&mut self, slot: Option<u64>, fault: Fault) -> Failure {
        let error = match fault {
            Fault::Own(failure) => return failure,
            Fault::Pkcs11(error) => error,
        };
        let mut failure = failure(&error);
        if let Some(slot) = slot.filter(|_| may_be_removal(&error)) {
            let gone = self.is_gone(slot, failure.kind);
            if gone {
                failure.kind = FailureKind::TokenGone;
            }
            if gone || failure.kind == FailureKind::NotLoggedIn {
                self.logins.remove(&slot);
            }
        }
        failure
    }
}

impl Module {
    /// A reader's service needs up to half a second to see that a card was pulled; whoever used the card knows it sooner.
    /// An error without a meaning of its own is therefore held back for as long.
    fn is_gone(&self, slot: u64, kind: FailureKind) -> bool {
        let looks = if kind == FailureKind::Other { 10 } else { 1 };
        (0..looks).any(|look| {
            if look > 0 {
                thread::sleep(Duration::from_millis(100));
            }
            !Slot::try_from(slot).is_ok_and(|slot| token::present(&self.pkcs11, slot).unwrap_or(false))
        })
    }
}

/// A failure before it is classified.
pub(crate) enum Fault {
    Pkcs11(Error),
    Own(Failure),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Pkcs11(error)
    }
}

pub(crate) fn to_slot(slot: u64) -> Result<Slot, Fault> {
    Slot::try_from(slot).map_err(|_| Fault::Own(own(FailureKind::TokenGone, "no such slot")))
}

fn slot_of(request: &Request) -> Option<u64> {
    match request {
        Request::Token { slot }
        | Request::Initialise { slot, .. }
        | Request::Login { slot, .. }
        | Request::Logout { slot }
        | Request::ChangePin { slot, .. }
        | Request::ResetPin { slot }
        | Request::Objects { slot }
        | Request::Sign { slot, .. }
        | Request::Decrypt { slot, .. }
        | Request::Derive { slot, .. }
        | Request::Generate { slot, .. }
        | Request::WriteCertificate { slot, .. }
        | Request::Destroy { slot, .. } => Some(*slot),
        _ => None,
    }
}

fn secret(secrets: &[Zeroizing<Vec<u8>>], index: usize) -> Result<&[u8], Fault> {
    secrets.get(index).map(|secret| secret.as_slice()).ok_or(Fault::Own(own(FailureKind::Other, "a secret is missing")))
}

fn presence(each_time: Option<PinEntry>, secrets: &[Zeroizing<Vec<u8>>]) -> Result<Presence<'_>, Fault> {
    Ok(match each_time {
        None => Presence::NotAsked,
        Some(PinEntry::Here) => Presence::Pin(secret(secrets, 0)?),
        Some(PinEntry::Pad) => Presence::Pad,
    })
}

/// Never empty: some modules take an empty PIN for a wish to type it on the reader, or for success.
fn auth_pin(pin: &[u8]) -> Result<AuthPin, Fault> {
    let refused = || Fault::Own(own(FailureKind::PinRefused, "the PIN is empty or not UTF-8"));
    let text = std::str::from_utf8(pin).ok().filter(|text| !text.is_empty()).ok_or_else(refused)?;
    Ok(AuthPin::from(Box::<str>::from(text)))
}
