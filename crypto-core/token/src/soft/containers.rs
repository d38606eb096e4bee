//! Container records: listing, certificates, deletion. The private halves are sealed in [`super::keys`].

use algo::PublicKey;
use durable::failpoint;
use serde::{Deserialize, Serialize};
use x509::Certificate;

use super::folder::{Folder, Locked};
use super::hexadecimal::Hexadecimal;
use super::wrap::Sealed;
use crate::{Container, ContainerId, ContainerPart, KeyEntry, KeyId, KeyUse, TokenError};

const KIND: &str = "container";
const PREFIX: &str = "container-";

/// A `container-<name>` file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContainerRecord {
    id: String,
    sign: Option<KeyRecord>,
    encrypt: Option<KeyRecord>,
}

/// One key of a container.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRecord {
    /// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
    pub(super) public_key: Hexadecimal,
    /// PKCS#8 under the data key.
    pub(super) private_key: Sealed,
    pub(super) certificate: Option<Hexadecimal>,
}

impl ContainerRecord {
    fn empty(id: &ContainerId) -> Self {
        Self { id: id.to_string(), sign: None, encrypt: None }
    }

    pub(super) fn key(&self, key_use: KeyUse) -> Option<&KeyRecord> {
        match key_use {
            KeyUse::Sign => self.sign.as_ref(),
            KeyUse::Encrypt => self.encrypt.as_ref(),
        }
    }

    fn slot(&mut self, key_use: KeyUse) -> &mut Option<KeyRecord> {
        match key_use {
            KeyUse::Sign => &mut self.sign,
            KeyUse::Encrypt => &mut self.encrypt,
        }
    }

    fn view(&self, id: ContainerId, damaged: &dyn Fn(String) -> TokenError) -> Result<Container, TokenError> {
        let entry = |key_use| {
            self.key(key_use).map(|key| key.view(KeyId { container: id.clone(), key_use }, damaged)).transpose()
        };
        Ok(Container { label: id.to_string(), sign: entry(KeyUse::Sign)?, encrypt: entry(KeyUse::Encrypt)?, id })
    }
}

impl KeyRecord {
    fn view(&self, key: KeyId, damaged: &dyn Fn(String) -> TokenError) -> Result<KeyEntry, TokenError> {
        let public_key = PublicKey::from_spki(&self.public_key.0).map_err(|error| damaged(error.to_string()))?;
        let certificate = self.certificate.as_ref().map(|der| Certificate::from_der(&der.0)).transpose();
        let certificate = certificate.map_err(|error| damaged(error.to_string()))?;
        Ok(KeyEntry { key, algorithm: public_key.algorithm(), public_key, certificate })
    }
}

/// Every container of the token. Needs no PIN, as on hardware.
pub(super) fn list(folder: &Folder) -> Result<Vec<Container>, TokenError> {
    let mut containers = Vec::new();
    for name in folder.names()? {
        let Some(id) = name.strip_prefix(PREFIX) else { continue };
        let damaged = |detail: String| TokenError::Damaged { path: folder.path_of(&name), detail };
        let id: ContainerId = id.parse().map_err(|_| damaged("the file's name is no container's".to_owned()))?;
        // It may have been deleted since the listing.
        if let Some(record) = read(folder, &id)? {
            containers.push(record.view(id, &damaged)?);
        }
    }
    Ok(containers)
}

/// Reads one container; `Ok(None)` when there is none of this name.
pub(super) fn read(folder: &Folder, id: &ContainerId) -> Result<Option<ContainerRecord>, TokenError> {
    let name = file_name(id);
    let record: Option<ContainerRecord> = folder.read(&name, KIND)?;
    match &record {
        // Also what a file system without upper and lower case makes of two names.
        Some(found) if found.id != id.as_str() => Err(TokenError::Damaged {
            path: folder.path_of(&name),
            detail: format!("holds the container {}", found.id),
        }),
        _ => Ok(record),
    }
}

/// Adds a key; one that exists is never replaced.
pub(super) fn add_key(folder: &Folder, key: &KeyId, record: KeyRecord) -> Result<(), TokenError> {
    let locked = folder.lock()?;
    let mut container = read(folder, &key.container)?.unwrap_or_else(|| ContainerRecord::empty(&key.container));
    let slot = container.slot(key.key_use);
    if slot.is_some() {
        return Err(TokenError::KeyExists(key.clone()));
    }
    *slot = Some(record);
    write(folder, &locked, "token.key", &key.container, &container)
}

/// Writes the certificate beside the key it belongs to.
pub(super) fn set_certificate(folder: &Folder, certificate: &Certificate) -> Result<KeyId, TokenError> {
    let locked = folder.lock()?;
    let spki = certificate.public_key().spki();
    let containers = list(folder)?;
    let fits = |entry: &&KeyEntry| entry.public_key.spki() == spki;
    let entry = containers.iter().flat_map(Container::keys).find(fits).ok_or(TokenError::NoKeyForCertificate)?;
    let missing = || TokenError::KeyNotFound(entry.key.clone());
    let mut container = read(folder, &entry.key.container)?.ok_or_else(missing)?;
    let record = container.slot(entry.key.key_use).as_mut().ok_or_else(missing)?;
    record.certificate = Some(Hexadecimal(certificate.der().to_vec()));
    write(folder, &locked, "token.certificate", &entry.key.container, &container)?;
    Ok(entry.key.clone())
}

pub(super) fn delete(folder: &Folder, id: &ContainerId, part: ContainerPart) -> Result<(), TokenError> {
    let locked = folder.lock()?;
    let key_use = match part {
        ContainerPart::Certificate(key_use) | ContainerPart::Key(key_use) => key_use,
        ContainerPart::All => KeyUse::Sign,
    };
    let missing = || TokenError::KeyNotFound(KeyId { container: id.clone(), key_use });
    let mut container = read(folder, id)?.ok_or_else(missing)?;
    match part {
        ContainerPart::All => return remove(folder, &locked, id),
        ContainerPart::Key(key_use) => {
            container.slot(key_use).take().ok_or_else(missing)?;
        }
        ContainerPart::Certificate(key_use) => {
            container.slot(key_use).as_mut().and_then(|key| key.certificate.take()).ok_or_else(missing)?;
        }
    }
    if container.sign.is_none() && container.encrypt.is_none() {
        return remove(folder, &locked, id);
    }
    write(folder, &locked, "token.delete", id, &container)
}

fn remove(folder: &Folder, locked: &Locked, id: &ContainerId) -> Result<(), TokenError> {
    failpoint("token.delete.before");
    folder.remove(locked, &file_name(id))?;
    failpoint("token.delete.after");
    Ok(())
}

fn write(
    folder: &Folder,
    locked: &Locked,
    label: &'static str,
    id: &ContainerId,
    record: &ContainerRecord,
) -> Result<(), TokenError> {
    folder.write(locked, label, &file_name(id), KIND, record)
}

fn file_name(id: &ContainerId) -> String {
    format!("{PREFIX}{id}")
}
