//! Private keys: sealed under the data key, opened for one operation at a time.

use algo::{Digest, KeyTransport, PrivateKey, PublicKey, Secret, SignatureScheme};
use x509::Certificate;

use super::containers::{self, KeyRecord};
use super::folder::Folder;
use super::hexadecimal::Hexadecimal;
use super::wrap::{Sealed, private_key_key};
use crate::{ContainerId, KeyId, KeyUse, TokenError};

/// Seals a private key and writes it into its container.
pub(super) fn store(
    folder: &Folder,
    data_key: &Secret,
    container: &ContainerId,
    key_use: KeyUse,
    private: &PrivateKey,
    certificate: Option<&Certificate>,
) -> Result<(), TokenError> {
    let key = KeyId { container: container.clone(), key_use };
    let spki = private.public().spki().to_vec();
    let sealing_key = private_key_key(folder.suite, &folder.id, data_key, &key.to_string())?;
    let pkcs8 = private.to_pkcs8().map_err(|error| super::wrap::internal("PKCS#8", &error))?;
    let record = KeyRecord {
        private_key: Sealed::seal(folder.suite, &sealing_key, &spki, &pkcs8)?,
        public_key: Hexadecimal(spki),
        certificate: certificate.map(|certificate| Hexadecimal(certificate.der().to_vec())),
    };
    containers::add_key(folder, &key, record)
}

pub(super) fn sign_digest(
    folder: &Folder,
    data_key: &Secret,
    key: &KeyId,
    scheme: &SignatureScheme,
    digest: &Digest,
) -> Result<Vec<u8>, TokenError> {
    load(folder, data_key, key)?
        .sign_digest(scheme, digest)
        .map_err(|error| TokenError::Algorithm { what: format!("signature ({error})") })
}

pub(super) fn unwrap_key(
    folder: &Folder,
    data_key: &Secret,
    key: &KeyId,
    transport: KeyTransport,
    wrapped: &[u8],
) -> Result<Secret, TokenError> {
    load(folder, data_key, key)?.unwrap_key(transport, wrapped).map_err(|_| TokenError::Unwrap)
}

pub(super) fn agree(folder: &Folder, data_key: &Secret, key: &KeyId, peer: &PublicKey) -> Result<Secret, TokenError> {
    load(folder, data_key, key)?.agree(peer).map_err(|_| TokenError::Unwrap)
}

fn load(folder: &Folder, data_key: &Secret, key: &KeyId) -> Result<PrivateKey, TokenError> {
    let container = containers::read(folder, &key.container)?;
    let record = container.as_ref().and_then(|container| container.key(key.key_use));
    let record = record.ok_or_else(|| TokenError::KeyNotFound(key.clone()))?;
    let sealing_key = private_key_key(folder.suite, &folder.id, data_key, &key.to_string())?;
    let damaged = |detail: &str| TokenError::Damaged {
        path: folder.path_of(&format!("container-{}", key.container)),
        detail: detail.to_owned(),
    };
    let pkcs8 = record
        .private_key
        .open(folder.suite, &sealing_key, &record.public_key.0)
        .map_err(|_| damaged("the private key does not open: altered, or from another token"))?;
    PrivateKey::from_pkcs8(pkcs8.expose()).map_err(|_| damaged("the sealed bytes are no private key"))
}
