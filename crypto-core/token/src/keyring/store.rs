//! Linux: the Secret Service of the desktop session (GNOME Keyring, KWallet, KeePassXC) over D-Bus. Windows: the Credential
//! Manager, whose entries Windows encrypts for the person who is logged in.

use std::sync::Arc;

use algo::Secret;
use keyring_core::{CredentialStore, Entry, Error};
#[cfg(windows)]
use windows_native_keyring_store::Store;
#[cfg(target_os = "linux")]
use zbus_secret_service_keyring_store::Store;

use super::{KeyringFailed, KeyringHalf};

/// Name under which the person finds our entries in the keyring's own window.
const SERVICE: &str = "bidseal";

pub(super) struct SystemStore {
    store: Arc<CredentialStore>,
}

impl SystemStore {
    /// Fails at once where no session bus or no service is there; never asks the person to unlock anything.
    pub(super) fn connect() -> Result<Self, KeyringFailed> {
        let store: Arc<CredentialStore> = Store::new().map_err(failed)?;
        Ok(Self { store })
    }

    fn entry(&self, name: &str) -> Result<Entry, KeyringFailed> {
        self.store.build(SERVICE, name, None).map_err(failed)
    }
}

impl KeyringHalf for SystemStore {
    fn read(&self, name: &str) -> Result<Option<Secret>, KeyringFailed> {
        match self.entry(name)?.get_secret() {
            Ok(value) => Ok(Some(Secret::from(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn write(&self, name: &str, value: &Secret) -> Result<(), KeyringFailed> {
        self.entry(name)?.set_secret(value.expose()).map_err(failed)
    }

    fn delete(&self, name: &str) -> Result<(), KeyringFailed> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

fn failed(error: Error) -> KeyringFailed {
    KeyringFailed(error.to_string())
}
