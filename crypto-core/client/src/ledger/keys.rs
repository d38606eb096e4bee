//! Which keys are here, on what, and which key a bid needs.

use bid::{Head, KeyId};
use serde::Serialize;
use token::Container;
use x509::Certificate;

use super::{
    role,
    rows::{self, Device},
    slot_key, store,
};
use crate::{Home, Session, tokens};

/// A key on a token that is here now.
pub(super) struct Present {
    pub(super) device: Device,
    pub(super) certificate: Option<Certificate>,
}

/// Every key that is here. What cannot be read is not here: the ledger does not fail because of a token.
pub(super) fn present(session: &Session<'_>) -> Vec<Present> {
    let now = rows::recorded(session.clock.now());
    let mut found = Vec::new();
    for token in tokens::all(session).unwrap_or_default() {
        let Ok(mut opened) = session.open(&token) else { continue };
        let serial = opened.info().map(|info| info.serial).unwrap_or_default();
        for entry in opened.containers().unwrap_or_default().iter().flat_map(Container::keys) {
            let device = Device {
                key_id: hex::encode(KeyId::of(&entry.public_key).as_bytes()),
                provider: token.provider.to_owned(),
                token: token.id.clone(),
                label: token.label.clone(),
                serial: serial.clone(),
                seen_at: now.clone(),
            };
            found.push(Present { device, certificate: entry.certificate.clone() });
        }
    }
    found
}

/// Where those of these keys lie that are here now.
pub(super) fn devices(session: &Session<'_>, key_ids: &[String]) -> Vec<Device> {
    if key_ids.is_empty() {
        return Vec::new();
    }
    let here = present(session).into_iter().map(|present| present.device);
    here.filter(|device| key_ids.contains(&device.key_id)).collect()
}

/// A key that is here, without its token's inner names.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct KeyHere {
    key_id: String,
    holder: Option<String>,
    serial: Option<String>,
    device: [String; 2],
}

/// Every key that is here.
pub(crate) fn keys_here(session: &Session<'_>) -> Vec<KeyHere> {
    let here = present(session).into_iter().map(|present| KeyHere {
        key_id: present.device.key_id,
        holder: present.certificate.as_ref().map(crate::consent::holder),
        serial: present.certificate.as_ref().map(|certificate| certificate.serial().to_string()),
        device: [present.device.label, present.device.serial],
    });
    here.collect()
}

/// A key that opens a bid, so that the person knows which one to fetch.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Needed {
    role: &'static str,
    key_id: String,
    holder: String,
    serial: String,
    /// Label and serial number of the token it was seen on, if it ever was seen here.
    device: Option<[String; 2]>,
    /// When it was seen last.
    seen_at: Option<String>,
}

impl Needed {
    /// Whether it is this key.
    pub(crate) fn is(&self, key: &KeyHere) -> bool {
        self.key_id == key.key_id
    }

    /// In one line: holder, certificate, and the token as it is labelled.
    pub(crate) fn line(&self) -> String {
        let mut line = self.holder.clone();
        if !self.serial.is_empty() {
            line += &format!(" serial:{}", self.serial);
        }
        if let Some([label, serial]) = &self.device {
            line += &format!(" ({label} {serial})");
        }
        line
    }
}

/// Whose keys open a bid, with what the ledger knows about where they are.
pub(crate) fn needed(home: &Home, head: &Head) -> Vec<Needed> {
    let slots = head.slots().iter().filter_map(|slot| Some((slot, slot_key(slot)?)));
    slots
        .map(|(slot, key_id)| {
            let device = seen(home, key_id.clone());
            Needed {
                key_id,
                role: role(slot.role),
                holder: slot.label.clone(),
                serial: hex::encode(&slot.serial),
                seen_at: device.as_ref().map(|device| device.seen_at.clone()),
                device: device.map(|device| [device.label, device.serial]),
            }
        })
        .collect()
}

/// Where the key was seen last; a ledger that cannot be read knows nothing.
fn seen(home: &Home, key_id: String) -> Option<Device> {
    if !store::exists(home) {
        return None;
    }
    store::read(home, async move |connection| rows::device(connection, &key_id).await).ok().flatten()
}
