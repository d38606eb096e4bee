//! A module with the SKF interface (GM/T 0016): its devices and applications, and which function answers which request.
//!
//! Many modules keep a current device or application for the whole library and fail on a handle of the wrong kind: all
//! calls come from one thread, handles are opened from the outside in, and those of a device that is gone are not used
//! again, not even to close them.

mod abi;
mod blobs;
mod containers;
mod failure;
mod functions;
mod names;
mod pins;

use std::collections::HashMap;
use std::path::Path;

use token_worker::skf::{self, Place, Request};
use token_worker::{Failure, FailureKind, Reply};
use zeroize::Zeroizing;

use crate::Answer;
use abi::{DevInfo, Handle, Width, read, sar};
use containers::Containers;
use failure::{Fault, own};
use functions::{CText, Functions};

/// One loaded module, and what was opened in it.
pub(crate) struct Module {
    functions: Functions,
    devices: HashMap<Vec<u8>, Device>,
    applications: HashMap<Place, Handle>,
}

#[derive(Clone, Copy)]
struct Device {
    handle: Handle,
    width: Width,
}

impl Module {
    /// Loads it. The path is absolute: nothing is searched for.
    pub(crate) fn load(path: &Path) -> Result<Self, Failure> {
        let functions = Functions::load(path)?;
        Ok(Self { functions, devices: HashMap::new(), applications: HashMap::new() })
    }

    pub(crate) fn answer(&mut self, request: &Request, secrets: &[Zeroizing<Vec<u8>>]) -> Result<Answer, Failure> {
        let mut answered = self.dispatch(request, secrets);
        // A handle from before the key was pulled and plugged in again: what needs no login is simply asked once more.
        // And a login that the module will not end by itself ends with its handles, before the PIN is checked.
        if let (Err(fault), Some(place)) = (&answered, request.place())
            && (fault.is_stale() && needs_no_login(request) || fault.is(sar::USER_ALREADY_LOGGED_IN))
        {
            self.forget(&place.device);
            answered = self.dispatch(request, secrets);
        }
        answered.map_err(|fault| self.classify(request.place(), fault))
    }

    fn dispatch(&mut self, request: &Request, secrets: &[Zeroizing<Vec<u8>>]) -> Result<Answer, Fault> {
        match request {
            Request::Devices => return Ok(Answer::Reply(Reply::Skf(skf::Reply::Devices(self.list()?)))),
            Request::WaitForEvent => return self.wait_for_event(),
            Request::DeviceChallenge { device } => return self.challenge(device),
            Request::CreateApplication { device, proof, label, name } => {
                return self.create_application(device, proof, label, name, secrets);
            }
            _ => {}
        }
        let place = request.place().ok_or_else(|| own(FailureKind::NotSupported, "", "unknown request"))?;
        let (application, width) = self.open(place)?;
        let functions = &self.functions;
        let secret = |index| secret(secrets, index);
        let done = |()| Answer::Reply(Reply::Done);
        match request {
            Request::Pin { role, .. } => {
                let info = pins::info(functions, application, *role)?;
                Ok(Answer::Reply(Reply::Skf(skf::Reply::Pin(info))))
            }
            Request::Verify { role, .. } => pins::verify(functions, application, *role, secret(0)?).map(done),
            Request::Logout { .. } => pins::logout(functions, application).map(done),
            Request::ChangePin { .. } => pins::change(functions, application, secret(0)?, secret(1)?).map(done),
            Request::Unblock { .. } => pins::unblock(functions, application, secret(0)?, secret(1)?).map(done),
            Request::UnblockRequest { .. } => {
                Ok(Answer::Reply(Reply::Bytes(functions.remote_unblock_request(application)?)))
            }
            Request::UnblockRemotely { answer, .. } => functions.remote_unblock(application, answer).map(done),
            _ => Containers { functions, application, width }.answer(request),
        }
    }

    /// The devices that are plugged in. One that cannot be read is left out: the others are still usable.
    fn list(&mut self) -> Result<Vec<skf::Device>, Fault> {
        let names = names::split(&self.functions.devices()?);
        let gone: Vec<Vec<u8>> = self.devices.keys().filter(|name| !names.contains(*name)).cloned().collect();
        gone.iter().for_each(|name| self.forget(name));
        let described = |name: Vec<u8>| match self.describe(&name) {
            Err(fault) if fault.is_stale() => {
                self.forget(&name);
                self.describe(&name).ok()
            }
            described => described.ok(),
        };
        Ok(names.into_iter().filter_map(described).collect())
    }

    fn describe(&mut self, name: &[u8]) -> Result<skf::Device, Fault> {
        let handle = self.connect(name)?.handle;
        let bytes = self.functions.device_info(handle)?;
        let info = padded(bytes);
        let applications = names::split(&self.functions.applications(handle)?);
        let field = |bytes: &[u8]| bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
        Ok(skf::Device {
            name: name.to_vec(),
            manufacturer: field(&info.manufacturer),
            issuer: field(&info.issuer),
            label: field(&info.label),
            serial: field(&info.serial_number),
            hardware: info.hw_version,
            firmware: info.firmware_version,
            applications,
            abilities: self.functions.abilities(),
        })
    }

    fn connect(&mut self, name: &[u8]) -> Result<Device, Fault> {
        if let Some(device) = self.devices.get(name) {
            return Ok(*device);
        }
        let handle = self.functions.connect(&c_text(&terminated(name))?)?;
        let written = self.functions.device_info(handle).map_or(0, |info| info.len());
        let device = Device { handle, width: Width::of_device_info(written) };
        self.devices.insert(name.to_vec(), device);
        Ok(device)
    }

    fn open(&mut self, place: &Place) -> Result<(Handle, Width), Fault> {
        let device = self.connect(&place.device)?;
        if let Some(application) = self.applications.get(place) {
            return Ok((*application, device.width));
        }
        let application = self.functions.open_application(device.handle, &c_text(&terminated(&place.application))?)?;
        self.applications.insert(place.clone(), application);
        Ok((application, device.width))
    }

    /// Lets go of a device; its applications end with it.
    fn forget(&mut self, name: &[u8]) {
        self.applications.retain(|place, _| place.device != name);
        if let Some(device) = self.devices.remove(name) {
            self.functions.disconnect(device.handle);
        }
    }

    fn challenge(&mut self, device: &[u8]) -> Result<Answer, Fault> {
        // GM/T 0016 §7.2: eight bytes, which the caller fills up to a block.
        const LEN: usize = 8;
        let handle = self.connect(device)?.handle;
        Ok(Answer::Reply(Reply::Bytes(self.functions.random(handle, LEN)?)))
    }

    fn create_application(
        &mut self,
        device: &[u8],
        proof: &[u8],
        label: &[u8],
        name: &[u8],
        secrets: &[Zeroizing<Vec<u8>>],
    ) -> Result<Answer, Fault> {
        let handle = self.connect(device)?.handle;
        if !proof.is_empty() {
            self.functions.authenticate(handle, proof)?;
        }
        let (administrator, user) = (secret(secrets, 0)?, secret(secrets, 1)?);
        pins::create_application(&self.functions, handle, &c_text(&terminated(name))?, administrator, user)?;
        // The label is for people: an application without it is still a key that works.
        let _ = self.functions.set_label(handle, &c_text(&terminated(label))?);
        self.forget(device);
        Ok(Answer::Reply(Reply::Done))
    }

    /// Blocks; the caller has a worker for this alone.
    fn wait_for_event(&self) -> Result<Answer, Fault> {
        const CAME: u32 = 1;
        let (name, event) = self.functions.wait_for_event()?;
        let device = names::split(&name).into_iter().next().unwrap_or_default();
        Ok(Answer::Reply(Reply::Skf(skf::Reply::Event { device, inserted: event == CAME })))
    }

    /// Looks for the device before a failure is named: a pulled key shows itself as almost anything.
    fn classify(&mut self, place: Option<&Place>, fault: Fault) -> Failure {
        let Some(place) = place.filter(|_| fault.may_be_removal()) else { return fault.failure() };
        let names = self.functions.devices().map(|list| names::split(&list)).unwrap_or_default();
        let gone = !names.contains(&place.device);
        if gone || fault.is_stale() {
            self.forget(&place.device);
        }
        let mut failure = fault.failure();
        if gone {
            failure.kind = FailureKind::TokenGone;
        }
        failure
    }
}

/// Asking such a thing again costs no try and needs no login.
fn needs_no_login(request: &Request) -> bool {
    matches!(request, Request::Pin { .. } | Request::Containers { .. } | Request::UnblockRequest { .. })
}

/// What a short or wide structure says up to its firmware version, which is the same in both.
fn padded(mut bytes: Vec<u8>) -> DevInfo<u32> {
    bytes.resize(size_of::<DevInfo<u32>>(), 0);
    read(&bytes).expect("it was made as long as the structure")
}

fn terminated(name: &[u8]) -> Vec<u8> {
    [name, &[0]].concat()
}

fn c_text(name: &[u8]) -> Result<CText<'_>, Fault> {
    CText::new(name).ok_or_else(|| own(FailureKind::NotFound, "", "a name with a NUL byte"))
}

fn secret(secrets: &[Zeroizing<Vec<u8>>], index: usize) -> Result<&[u8], Fault> {
    let missing = || own(FailureKind::Other, "", "a secret is missing");
    secrets.get(index).map(|secret| secret.as_slice()).ok_or_else(missing)
}
