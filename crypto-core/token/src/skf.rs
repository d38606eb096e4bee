//! Tokens behind an SKF module (GM/T 0016), through a worker process: the interface of nearly all Chinese keys.
//!
//! A token is one application (应用) of a device (设备): it has the PIN, the counter and the containers. The module is
//! loaded by `bidseal-token-worker` and never by this program. What a module has no function for is a capability that
//! its tokens do not have.

mod containers;
mod import;
mod initialise;
mod key_field;
mod token;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use token_worker::skf::{self, Device, Place};
use token_worker::{Reply, Request, text};

use self::key_field::KeyField;
use self::token::SkfToken;
use crate::devices::Quirk;
use crate::provider::tell_apart;
use crate::worker::{self, Interface, Worker};
use crate::{Initialisation, Provider, Token, TokenError, TokenRef};

/// The tokens of one SKF module.
pub struct SkfProvider {
    worker: Arc<Mutex<Worker>>,
    key_field: KeyField,
}

impl SkfProvider {
    /// [`Provider::name`] of SKF tokens.
    pub const NAME: &'static str = "skf";

    /// The module at the absolute path `module`, hosted by the program at `worker`. Nothing is started yet.
    #[must_use]
    pub fn new(worker: impl Into<PathBuf>, module: impl Into<PathBuf>) -> Self {
        let worker = Worker::new(worker.into(), module.into(), Interface::Skf);
        Self { worker: Arc::new(Mutex::new(worker)), key_field: KeyField::RightHalf }
    }

    /// Waits this long for every answer but that of a key generation, in place of 30 s.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        worker::lock(&self.worker).set_deadline(deadline);
        self
    }

    /// Peculiarities of the module as the device table knows them.
    #[must_use]
    pub fn quirks(self, quirks: &[Quirk]) -> Self {
        Self { key_field: KeyField::first_tried(quirks), ..self }
    }
}

impl Provider for SkfProvider {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn tokens(&self) -> Result<Vec<TokenRef>, TokenError> {
        Ok(places(&self.worker)?.into_iter().map(|found| found.reference).collect())
    }

    fn open(&self, token: &TokenRef) -> Result<Box<dyn Token>, TokenError> {
        let found = places(&self.worker)?.into_iter().find(|found| found.reference.id == token.id);
        let found = found.filter(|_| token.provider == Self::NAME).ok_or(TokenError::None)?;
        Ok(Box::new(SkfToken::new(Arc::clone(&self.worker), found, self.key_field)))
    }

    fn blank(&self) -> Result<Vec<TokenRef>, TokenError> {
        let devices = devices(&self.worker)?;
        Ok(devices.iter().filter(|device| device.applications.is_empty()).map(blank_reference).collect())
    }

    fn initialise(&self, key: &TokenRef, order: &Initialisation<'_>) -> Result<TokenRef, TokenError> {
        let devices = devices(&self.worker)?;
        if places(&self.worker)?.iter().any(|found| found.reference == *key) {
            return Err(TokenError::Algorithm { what: "initialising while it has an application".to_owned() });
        }
        let device = devices.into_iter().find(|device| blank_reference(device) == *key).ok_or(TokenError::None)?;
        initialise::initialise(&self.worker, &device, order)?;
        let made =
            |found: &Found| found.device.serial == device.serial && found.place.application == initialise::APPLICATION;
        places(&self.worker)?.into_iter().find(made).map(|found| found.reference).ok_or(TokenError::None)
    }

    fn wait_for_change(&self, longest: Duration) -> Result<(), TokenError> {
        // A worker of its own: the module blocks in this call, and nothing else may wait for that.
        let mut worker = worker::lock(&self.worker).another();
        worker.set_deadline(longest);
        let request = Request::Skf(skf::Request::WaitForEvent);
        match worker.call(&request, &[])? {
            Reply::Skf(skf::Reply::Event { .. }) => Ok(()),
            _ => Err(worker.nonsense(&request)),
        }
    }
}

/// A token that is here, and where.
struct Found {
    reference: TokenRef,
    place: Place,
    device: Device,
}

/// Every application of every device.
fn places(worker: &Mutex<Worker>) -> Result<Vec<Found>, TokenError> {
    Ok(on_devices(devices(worker)?))
}

fn on_devices(devices: Vec<Device>) -> Vec<Found> {
    let applications = devices.into_iter().flat_map(|device| {
        let names = device.applications.clone();
        names.into_iter().map(move |application| found(&device, application))
    });
    let mut found: Vec<Found> = applications.collect();
    // Keys without a serial number of their own: the names under which the module knows them tell them apart.
    let mut references: Vec<_> = found.iter().map(|one| one.reference.clone()).collect();
    tell_apart(&mut references, |at| text(&found[at].place.device));
    found.iter_mut().zip(references).for_each(|(one, reference)| one.reference = reference);
    found
}

/// Every device that is plugged in.
fn devices(worker: &Mutex<Worker>) -> Result<Vec<Device>, TokenError> {
    let mut worker = worker::lock(worker);
    let request = Request::Skf(skf::Request::Devices);
    match worker.call(&request, &[])? {
        Reply::Skf(skf::Reply::Devices(devices)) => Ok(devices),
        _ => Err(worker.nonsense(&request)),
    }
}

/// A device without any application: nothing can be on it.
fn blank_reference(device: &Device) -> TokenRef {
    let (maker, serial, label) = (text(&device.manufacturer), text(&device.serial), text(&device.label));
    let label = if label.is_empty() { serial.clone() } else { label };
    TokenRef { provider: SkfProvider::NAME, id: format!("{maker}/{serial}/"), label }
}

/// Device names change when a key is plugged in again: it is known by maker, serial number and application.
fn found(device: &Device, application: Vec<u8>) -> Found {
    let (maker, serial, name) = (text(&device.manufacturer), text(&device.serial), text(&application));
    let label = Some(text(&device.label)).filter(|label| !label.is_empty()).unwrap_or_else(|| name.clone());
    // Keys with one application are called by their own label, as it is printed on them.
    let label = if device.applications.len() > 1 { format!("{label} ({name})") } else { label };
    Found {
        reference: TokenRef { provider: SkfProvider::NAME, id: format!("{maker}/{serial}/{name}"), label },
        place: Place { device: device.name.clone(), application },
        device: device.clone(),
    }
}

#[cfg(test)]
mod tests {
    use token_worker::skf::Abilities;

    use super::*;

    fn device(label: &[u8], applications: &[&[u8]]) -> Device {
        Device {
            name: b"1".to_vec(),
            manufacturer: b"Maker".to_vec(),
            issuer: Vec::new(),
            label: label.to_vec(),
            serial: b"42".to_vec(),
            hardware: [1, 0],
            firmware: [1, 0],
            applications: applications.iter().map(|name| name.to_vec()).collect(),
            abilities: Abilities {
                pin_info: true,
                change_pin: true,
                unblock: true,
                remote_unblock: true,
                sign_ecc: true,
                sign_rsa: true,
                generate: true,
                session_key: true,
                import_key: true,
                import_certificate: true,
                delete: true,
                events: true,
            },
        }
    }

    #[test]
    fn a_token_is_named_by_maker_serial_number_and_application() {
        let gbk = b"\xcd\xb6\xb1\xea\xc1\xee\xc5\xc6";
        let one = found(&device(gbk, &[b"APP"]), b"APP".to_vec()).reference;
        assert_eq!((one.id.as_str(), one.label.as_str()), ("Maker/42/APP", "投标令牌"));
        let of_two = found(&device(gbk, &[b"APP", b"B"]), b"B".to_vec()).reference;
        assert_eq!((of_two.id.as_str(), of_two.label.as_str()), ("Maker/42/B", "投标令牌 (B)"));
        assert_eq!(found(&device(b"", &[b"APP"]), b"APP".to_vec()).reference.label, "APP");
    }

    #[test]
    fn two_keys_of_one_serial_number_are_two_tokens() {
        let second = Device { name: b"2".to_vec(), ..device(b"key", &[b"APP"]) };
        let other = Device { serial: b"43".to_vec(), ..second.clone() };
        let found = on_devices(vec![device(b"key", &[b"APP"]), second, other]);
        let ids: Vec<_> = found.iter().map(|one| one.reference.id.as_str()).collect();
        assert_eq!(ids, ["Maker/42/APP/1", "Maker/42/APP/2", "Maker/43/APP"]);
    }
}
