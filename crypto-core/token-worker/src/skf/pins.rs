//! PINs (GM/T 0016 §7.3).

use token_worker::{FailureKind, Role, skf};
use zeroize::Zeroizing;

use super::abi::{Handle, Word, sar};
use super::failure::{Fault, own};
use super::functions::{CText, Functions};

const ADMIN_TYPE: Word = 0;
const USER_TYPE: Word = 1;

fn number(role: Role) -> Word {
    match role {
        Role::User => USER_TYPE,
        Role::SecurityOfficer => ADMIN_TYPE,
    }
}

pub(crate) fn info(functions: &Functions, application: Handle, role: Role) -> Result<skf::PinInfo, Fault> {
    functions.pin_info(application, number(role))
}

/// An older login is ended first: a module may answer a second one with "already logged in" whatever the PIN is.
pub(crate) fn verify(functions: &Functions, application: Handle, role: Role, pin: &[u8]) -> Result<(), Fault> {
    let pin = text(pin)?;
    logout(functions, application)?;
    functions.verify_pin(application, number(role), &c_text(&pin)?)
}

/// A module without the function keeps the login; the caller forgets it all the same.
pub(crate) fn logout(functions: &Functions, application: Handle) -> Result<(), Fault> {
    match functions.clear_secure_state(application) {
        Err(fault) if fault.is(sar::DEVICE_REMOVED) || fault.is(sar::INVALID_HANDLE) => Err(fault),
        _ => Ok(()),
    }
}

pub(crate) fn change(functions: &Functions, application: Handle, old: &[u8], new: &[u8]) -> Result<(), Fault> {
    let (old, new) = (text(old)?, text(new)?);
    functions.change_pin(application, USER_TYPE, &c_text(&old)?, &c_text(&new)?)
}

pub(crate) fn unblock(functions: &Functions, application: Handle, admin: &[u8], new: &[u8]) -> Result<(), Fault> {
    let (admin, new) = (text(admin)?, text(new)?);
    functions.unblock_pin(application, &c_text(&admin)?, &c_text(&new)?)
}

/// An application with both PINs, each with its tries.
pub(crate) fn create_application(
    functions: &Functions,
    device: Handle,
    name: &CText<'_>,
    administrator: &[u8],
    user: &[u8],
) -> Result<(), Fault> {
    let (administrator, user) = (text(administrator)?, text(user)?);
    functions.create_application(device, name, &c_text(&administrator)?, &c_text(&user)?)
}

/// Never empty: some modules take an empty PIN for a wish to type it elsewhere, or for success. The buffer is made once
/// and wiped.
fn text(pin: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    if pin.is_empty() || pin.contains(&0) {
        return Err(own(FailureKind::PinRefused, "", "the PIN is empty or has a NUL byte"));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(pin.len() + 1));
    text.extend_from_slice(pin);
    text.push(0);
    Ok(text)
}

fn c_text(text: &[u8]) -> Result<CText<'_>, Fault> {
    CText::new(text).ok_or_else(|| own(FailureKind::PinRefused, "", "the PIN has a NUL byte"))
}
